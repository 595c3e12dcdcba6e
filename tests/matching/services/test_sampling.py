"""Sampling of unlikely candidates, and the log of impressions."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from lostfound.models import Post
from matching.models import Impression, Match
from matching.selectors import matching_state, open_suggestions, suggestions_for
from matching.services import (
    build_scoring_profile,
    confirm_match,
    match_post,
    record_impressions,
    reject_match,
    retry_matching,
    undo_decision,
)
from matching.services.impressions import with_noted
from tests.support.factories import StaffFactory
from tests.support.pipeline import found, make, matched

pytestmark = pytest.mark.django_db

TITLES = ["red scarf wool", "silver laptop sleeve", "green thermos steel", "white keyring bear"]


@pytest.fixture(autouse=True)
def strategy(settings: Settings, fake_encoder: Any) -> None:
    # None of these pairs reaches the threshold, so each may be sampled.
    values: dict[str, Any] = {"STRATEGY": "calibrated_v3", "THRESHOLD": 1.0, "EXPLORED": 1}
    settings.MATCHING = {**settings.MATCHING, **values}


def campus(n_found: int = 4) -> tuple[Post, list[Post]]:
    """A lost post, matched last, so that it can sample from all found posts."""
    others = [make(kind="found", title=title, kept_note="desk") for title in TITLES[:n_found]]
    build_scoring_profile()
    for other in others:
        match_post(other.pk)
    return matched(title="black umbrella folding"), others


def test_one_unsuggested_candidate_is_sampled_with_its_probability() -> None:
    lost, others = campus()
    (match,) = Match.objects.shown()
    assert match.status == "drawn" and match.lost == lost
    assert match.sampling_probability == pytest.approx(1 / len(others))
    assert 1 <= match.rank <= len(others)
    assert match.terms["prior"] is not None


def test_a_task_that_runs_twice_samples_the_same_and_no_more() -> None:
    lost, _ = campus()
    before = list(Match.objects.values_list("pk", "found_id", "sampling_probability"))
    for _ in range(2):
        retry_matching([lost])
        match_post(lost.pk)
    assert list(Match.objects.values_list("pk", "found_id", "sampling_probability")) == before


@pytest.mark.parametrize(("explored", "sampled"), [(0, 0), (2, 2), (9, 4)])
def test_the_number_of_samples_is_a_setting(
    settings: Settings, explored: int, sampled: int
) -> None:
    settings.MATCHING = {**settings.MATCHING, "EXPLORED": explored}
    campus()
    assert Match.objects.filter(status="drawn").count() == sampled


def test_the_older_strategies_sample_nothing(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "clip_zeroshot_v2"}
    matched(title="black umbrella folding")
    found(title="red scarf wool")
    assert not Match.objects.shown().exists()


def test_only_staff_see_sampled_pairs() -> None:
    lost, _ = campus()
    (match,) = Match.objects.shown()
    assert not suggestions_for(lost).exists() and not suggestions_for(match.found).exists()
    assert matching_state(lost).suggestion_count == 0
    assert not open_suggestions().exists()


def test_a_sampled_pair_that_becomes_likely_is_suggested(settings: Settings) -> None:
    lost, _ = campus()
    sampled = Match.objects.shown().get()
    settings.MATCHING = {**settings.MATCHING, "THRESHOLD": 0.0}
    retry_matching([lost])
    match_post(lost.pk)
    match = Match.objects.get(pk=sampled.pk)
    assert (match.status, match.sampling_probability) == ("suggested", None)


def test_it_is_decided_like_any_other_and_comes_back_as_it_was() -> None:
    campus()
    (match,) = Match.objects.shown()
    staff = StaffFactory.create()
    undo_decision(reject_match(match, actor=staff), actor=staff)
    match.refresh_from_db()
    assert match.status == "drawn"
    decision = confirm_match(match, actor=staff)
    match.refresh_from_db()
    assert (
        match.status == "confirmed" and decision.sampling_probability == match.sampling_probability
    )
    undo_decision(decision, actor=staff)
    match.refresh_from_db()
    assert match.status == "drawn"


def test_it_goes_with_its_post() -> None:
    from lostfound.services import close_post

    lost, _ = campus()
    close_post(lost, actor=lost.author)
    assert set(Match.objects.values_list("status", flat=True)) == {"withdrawn"}


# --- Impressions ---


def test_an_impression_is_recorded_once_per_scoring() -> None:
    campus()
    (match,) = Match.objects.shown()
    record_impressions([match])
    record_impressions([match, match])
    (row,) = Impression.objects.all()
    assert (row.rank, row.score, row.terms) == (match.rank, match.score, match.terms_seen)
    assert "competition" in row.terms
    assert (row.sampling_probability, row.profile_version) == (
        match.sampling_probability,
        match.profile_id,
    )
    match.evidence_hash = "f" * 64
    record_impressions([match])
    assert Impression.objects.count() == 2


def test_pairs_annotated_as_recorded_are_not_queried(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    campus()
    (new,) = with_noted(Match.objects.shown())
    record_impressions([new])
    (noted,) = with_noted(Match.objects.shown())
    with django_assert_num_queries(0):
        record_impressions([noted])
    Match.objects.shown().update(evidence_hash="f" * 64)
    record_impressions(with_noted(Match.objects.shown()))
    assert Impression.objects.count() == 2
    Match.objects.shown().update(profile=None)
    for _ in range(2):
        record_impressions(with_noted(Match.objects.shown()))
    assert Impression.objects.count() == 3


def test_recording_needs_a_constant_number_of_queries() -> None:
    _, others = campus()
    counts = []
    for n in (1, 3):
        matches = [
            Match(
                lost=make(title=f"a {n} {k}"),
                found=others[k],
                score=0.4,
                strategy="calibrated_v3",
                fingerprint="fake-32",
                evidence_hash=f"{n}{k}",
            )
            for k in range(n)
        ]
        Match.objects.bulk_create(matches)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            record_impressions(matches)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4


@pytest.mark.django_db(transaction=True)
def test_a_deleted_pair_breaks_no_page() -> None:
    campus()
    (match,) = Match.objects.shown()
    gone = Match.objects.get(pk=match.pk)
    match.delete()
    record_impressions([gone])
    assert not Impression.objects.exists()
