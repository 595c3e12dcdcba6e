"""Pairs compete for their posts: what is stored when posts come, are decided, and go."""

from typing import Any

import numpy as np
import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from lostfound.models import Post
from lostfound.services import close_post, delete_post
from matching.core.competition import log_odds
from matching.models import Match, MatchingJob
from matching.review.explain import explain_terms
from matching.services import (
    answer_suggestion,
    build_scoring_profile,
    confirm_match,
    match_post,
    reject_match,
    retry_matching,
    undo_decision,
    withdraw_answer,
)
from matching.services.competition import settle_around
from tests.support.factories import StaffFactory
from tests.support.pipeline import found, matched

pytestmark = pytest.mark.django_db

TITLE = "black leather wallet with three cards"


@pytest.fixture(autouse=True)
def strategy(settings: Settings, fake_encoder: Any) -> None:
    values: dict[str, Any] = {"STRATEGY": "calibrated_v3", "EXPLORED": 0}
    settings.MATCHING = {**settings.MATCHING, **values}


def look_alikes(n: int) -> tuple[Post, list[Post]]:
    """A lost post, and found posts in the same words, all scored with one profile."""
    things = [found(title=TITLE) for _ in range(n)]
    others = [found(title=f"{word} {word}x") for word in ("scarf", "laptop", "bottle", "umbrella")]
    lost = matched(title=TITLE)
    build_scoring_profile()
    retry_matching([*things, *others, lost])
    for post in (*things, *others, lost):
        match_post(post.pk)
    return lost, things


def scores(lost: Post) -> dict[int, float]:
    pairs = Match.objects.filter(lost=lost, log_odds__isnull=False)
    return dict(pairs.exclude(status="withdrawn").values_list("found", "score"))


def test_the_probabilities_of_one_post_sum_to_at_most_one() -> None:
    lost, things = look_alikes(4)
    shares = [scores(lost)[thing.pk] for thing in things]
    assert sum(scores(lost).values()) <= 1.0
    assert min(shares) == pytest.approx(max(shares), abs=0.01)
    alone = Match.objects.get(lost=lost, found=things[0])
    assert alone.log_odds is not None
    assert log_odds(np.array(max(shares))) < alone.log_odds


def test_two_losers_of_one_thing_compete_for_it() -> None:
    lost, (thing,) = look_alikes(1)
    before = scores(lost)[thing.pk]
    other = matched(title=TITLE)
    both = scores(lost)[thing.pk] + scores(other)[thing.pk]
    assert both <= 1.0
    assert scores(lost)[thing.pk] < before
    close_post(other, actor=other.author)
    settle_around([lost.pk, thing.pk])
    assert scores(lost)[thing.pk] == pytest.approx(before, abs=0.01)


def test_a_thing_unlike_all_others_changes_no_probability() -> None:
    lost, _things = look_alikes(3)
    before = scores(lost)
    new = found(title="nothing of the kind whatsoever")
    after = scores(lost)
    for pk, score in before.items():
        assert after[pk] == pytest.approx(score, abs=0.02)
    assert after.get(new.pk, 0.0) < 0.05


def test_a_confirmed_pair_takes_its_posts_out_of_all_others(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    lost, (one, two) = look_alikes(2)
    rival = matched(title=TITLE)
    before = scores(rival)[two.pk]
    with django_capture_on_commit_callbacks(execute=True):
        decision = confirm_match(
            Match.objects.get(lost=lost, found=one), actor=StaffFactory.create()
        )
    assert scores(rival)[two.pk] > before + 0.1
    with django_capture_on_commit_callbacks(execute=True):
        undo_decision(decision, actor=StaffFactory.create())
    for post in (lost, one):
        match_post(post.pk)
    assert scores(rival)[two.pk] == pytest.approx(before, abs=0.02)


def test_a_deleted_post_leaves_its_share_to_the_others(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    lost, (one, two) = look_alikes(2)
    before = scores(lost)[two.pk]
    with django_capture_on_commit_callbacks(execute=True):
        delete_post(one, actor=one.author)
    assert scores(lost)[two.pk] > before + 0.1


def test_a_rejected_pair_leaves_its_share_to_the_others(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    lost, (one, two) = look_alikes(2)
    before = scores(lost)[two.pk]
    with django_capture_on_commit_callbacks(execute=True):
        reject_match(Match.objects.get(lost=lost, found=one), actor=StaffFactory.create())
    assert scores(lost)[two.pk] > before + 0.1


def test_a_pair_below_the_threshold_rises_when_its_rivals_go(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "THRESHOLD": 0.45}
    lost, things = look_alikes(6)
    pair = Match.objects.get(lost=lost, found=things[0])
    assert pair.status == "candidate"
    for thing in things[1:]:
        close_post(thing, actor=thing.author)
    settle_around([lost.pk])
    pair.refresh_from_db()
    assert pair.status == "suggested"


def test_candidates_are_shown_to_nobody_but_staff_who_look_for_them() -> None:
    lost, things = look_alikes(2)
    Match.objects.filter(lost=lost).update(status="candidate")
    assert not Match.objects.shown().filter(lost=lost, found__in=things).exists()


def test_what_is_not_stored_still_counts(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "TOP_K": 1}
    lost, things = look_alikes(3)
    best = Match.objects.filter(lost=lost, found__in=things).order_by("-score")[0]
    assert MatchingJob.objects.get(post=lost).rest_odds > 0.0
    assert best.score < 0.6


def test_competition_is_the_last_bar_of_the_explanation() -> None:
    lost, (one, _two) = look_alikes(2)
    match = Match.objects.select_related("profile").get(lost=lost, found=one)
    last = explain_terms(match)[-1]
    assert last.name == "competition" and last.against and last.says


def test_a_second_run_changes_nothing() -> None:
    lost, _things = look_alikes(3)
    before = scores(lost)
    assert settle_around([lost.pk]) == 0
    retry_matching([lost])
    match_post(lost.pk)
    assert scores(lost) == pytest.approx(before, abs=0.001)


def test_what_the_owner_says_counts_until_it_is_withdrawn(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    lost, (one, two) = look_alikes(2)
    match = Match.objects.get(lost=lost, found=one)
    before = scores(lost)

    def answered(answer: str) -> dict[int, float]:
        with django_capture_on_commit_callbacks(execute=True):
            answer_suggestion(lost, match.pk, actor=lost.author, answer=answer)
        return scores(lost)

    mine = answered("mine")
    assert mine[one.pk] > before[one.pk] + 0.1 and mine[two.pk] < before[two.pk] - 0.1
    denied = answered("not_mine")
    assert denied[one.pk] < 0.15 and denied[two.pk] > before[two.pk] + 0.1
    match.refresh_from_db()
    assert match.status == "suggested"  # so that the answer can be taken back
    assert explain_terms(match)[-2].name == "answer"
    retry_matching([lost])
    match_post(lost.pk)
    assert scores(lost) == pytest.approx(denied, abs=0.01)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_answer(lost, match.pk, actor=lost.author)
    assert scores(lost) == pytest.approx(before, abs=0.01)
