"""`manage.py evaluate_matching` and `build_scoring_profile`, as a person runs them."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from matching.evaluation.simulator import BASE, SIMULATIONS, simulate
from matching.models import Match, StoredProfile
from matching.services import build_scoring_profile, match_post, sweep
from matching.services.profiles import current_profile, profile_is_due
from tests.support.factories import FoundPostFactory, PostFactory


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("evaluate_matching", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def dataset_file(tmp_path: Path) -> Path:
    path = tmp_path / "campus.npz"
    simulate(replace(BASE, lost=20, found=40, pairs=15, dim=32, categories=6, families=3), 1).save(
        path
    )
    return path


def test_a_file_is_measured_for_all_strategies_and_written(
    dataset_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    output = run("--dataset", str(dataset_file), "--json", str(out))
    assert "20 lost, 40 found, 15 true pairs" in output
    strategies = json.loads(out.read_text())["strategies"]
    assert set(strategies) == {"clip_zeroshot_v1", "clip_zeroshot_v2", "calibrated_v3"}
    for name, figures in strategies.items():
        assert name in output
        wanted = {
            "recall@1",
            "recall@5",
            "recall@10",
            "mrr",
            "ap",
            "alerts",
            "precision",
            "recall",
        }
        assert wanted <= set(figures)
        assert set(figures["patterns"]) == {"both", "found_only", "lost_only", "none"}
        assert all(wanted <= set(one) for one in figures["patterns"].values())
    assert "ece_top10" in strategies["calibrated_v3"]


def test_one_strategy_is_measured_alone(dataset_file: Path) -> None:
    output = run("--dataset", str(dataset_file), "--strategy", "clip_zeroshot_v1")
    assert "clip_zeroshot_v1" in output and "calibrated_v3" not in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dataset", "nowhere.npz"], "no such file"),
        (["--strategy", "v9"], "Unknown strategy 'v9'"),
        (["--seeds", "many"], "'many' is not a seed"),
    ],
)
def test_bad_arguments_are_reported(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*arguments)


# --- The profile of a site ---


@pytest.mark.django_db
def test_a_profile_is_built_of_nothing_and_again_when_posts_come(fake_encoder: Any) -> None:
    first = build_scoring_profile()
    assert first.is_current and first.built_from["texts"] == 0
    assert not profile_is_due(fake_encoder.fingerprint)
    for number in range(12):
        match_post(PostFactory.create(title=f"blue umbrella number{number}").pk)
    assert profile_is_due(fake_encoder.fingerprint)
    prompts = fake_encoder.forward_counts["text"]
    second = build_scoring_profile()
    assert fake_encoder.forward_counts["text"] == prompts  # the prompts are embedded only once
    assert StoredProfile.objects.get(is_current=True) == second
    profile = current_profile(fake_encoder.fingerprint)
    assert profile is not None and profile.version == second.pk
    assert second.built_from["texts"] == 12


@pytest.mark.django_db
def test_every_match_names_its_profile_and_a_new_one_scores_open_pairs_again(
    fake_encoder: Any, settings: Any
) -> None:
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "calibrated_v3"}
    lost = PostFactory.create(title="blue umbrella yellow ribbon")
    found = FoundPostFactory.create(title="blue umbrella yellow ribbon")
    for post in (lost, found):
        assert match_post(post.pk) == "matched"
    before = Match.objects.get()
    assert before.profile == StoredProfile.objects.get(is_current=True)
    assert 0 < before.score < 1 and "prior" in before.terms
    build_scoring_profile()
    assert sweep().outdated == 2
    for post in (lost, found):
        match_post(post.pk)
    after = Match.objects.get()
    assert after.profile_id != before.profile_id
    assert after.created_at == before.created_at  # a new version alone is no news for staff


@pytest.mark.django_db
def test_the_command_says_what_was_built(fake_encoder: Any) -> None:
    match_post(PostFactory.create().pk)
    output = StringIO()
    call_command("build_scoring_profile", stdout=output)
    assert "is in use" in output.getvalue() and "texts: 1" in output.getvalue()
    assert "Fewer than 30" in output.getvalue()


@pytest.mark.slow
def test_duplicates_are_measured_on_simulated_datasets_only(
    dataset_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = replace(BASE, lost=60, found=120, pairs=30)
    monkeypatch.setitem(SIMULATIONS, "base", small)
    out = tmp_path / "out.json"
    arguments = ("--strategy", "calibrated_v3", "--duplicates", "8", "--json", str(out))
    assert "8 duplicates added to the found posts" in run(
        "--dataset", "base", "--seeds", "2", *arguments
    )
    (figures,) = json.loads(out.read_text())["strategies"]["duplicates"]
    assert (figures["seed"], figures["twins"], figures["posts"]) == (2, 8, 128)
    assert figures["recall"] > 0.5
    with pytest.raises(CommandError, match="simulated dataset"):
        run("--dataset", str(dataset_file), *arguments)
