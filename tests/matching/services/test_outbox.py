"""The outbox row: one conditional UPDATE decides who works on a post, and who may write."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import Settings

from lostfound.services import close_post, delete_post, edit_post
from matching.models import MatchingJob
from matching.services import match_post, retry_matching
from matching.services.heartbeat import worker_name
from matching.services.outbox import (
    Claim,
    ClaimLost,
    claim_post,
    release_worker,
    send_matching,
)
from tests.support.pipeline import make, matched, row_of, state

pytestmark = pytest.mark.django_db

LONG_AGO = "2020-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def encoder(fake_encoder: Any) -> Any:
    return fake_encoder


def claimed(post: Any) -> Claim:
    claim = claim_post(post.pk)
    assert claim is not None
    return claim


def run_out(post: Any) -> None:
    MatchingJob.objects.filter(post=post).update(lease_until=LONG_AGO)


# --- Claiming ---


def test_of_two_tasks_one_gets_the_post() -> None:
    post = make()
    claim = claimed(post)
    row = row_of(post)
    assert (row.status, row.attempts, row.token) == ("running", 1, claim.token)
    assert row.worker == worker_name()
    assert claim_post(post.pk) is None
    assert match_post(post.pk) == "not waiting"
    assert row_of(post).attempts == 1


def test_a_lease_lasts_as_long_as_the_setting_says(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "LEASE_S": 500}
    post = make()
    claimed(post)
    lease = row_of(post).lease_until
    assert lease is not None
    assert abs(lease - timezone.now() - timedelta(seconds=500)) < timedelta(seconds=60)


def test_an_expired_lease_lets_the_next_task_in() -> None:
    post = make()
    first = claimed(post)
    run_out(post)
    second = claimed(post)
    assert second.token != first.token
    assert row_of(post).attempts == 2


def test_attempts_end(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "MAX_ATTEMPTS": 2}
    post = make()
    for _ in range(2):
        claimed(post)
        run_out(post)
    assert claim_post(post.pk) is None


@pytest.mark.parametrize("status", ["done", "failed", "idle"])
def test_only_a_waiting_post_is_taken(status: str) -> None:
    post = make()
    MatchingJob.objects.update(status=status)
    assert claim_post(post.pk) is None
    assert claim_post(99_999) is None


# --- Ending ---


def take_over(post: Any) -> None:
    run_out(post)
    claimed(post)


def edit(post: Any) -> None:
    edit_post(post, actor=post.author, fields={"title": "something else"})


def close(post: Any) -> None:
    close_post(post, actor=post.author)


def delete(post: Any) -> None:
    delete_post(post, actor=post.author)


@pytest.mark.parametrize("meanwhile", [take_over, edit, close, delete])
@pytest.mark.parametrize(
    "end",
    [
        lambda claim: claim.renew(),
        lambda claim: claim.drop(),
        lambda claim: claim.finish(fingerprint="late", strategy="late"),
        lambda claim: claim.postpone("late"),
        lambda claim: claim.fail("late"),
    ],
    ids=["renew", "drop", "finish", "postpone", "fail"],
)
def test_a_claim_that_was_lost_writes_nothing(
    meanwhile: Callable[[Any], None], end: Callable[[Claim], None]
) -> None:
    post = make()
    claim = claimed(post)
    meanwhile(post)
    before = list(MatchingJob.objects.values())
    with pytest.raises(ClaimLost):
        end(claim)
    assert list(MatchingJob.objects.values()) == before


def test_an_unknown_claim_ends_nothing() -> None:
    post = make()
    claimed(post)
    with pytest.raises(ClaimLost):
        Claim(post.pk).drop()
    assert state(post) == "running"


# --- Enqueueing and releasing ---


def test_a_task_is_enqueued_once_until_matching_is_requested_again() -> None:
    post = make()
    assert [send_matching(post.pk), send_matching(post.pk)] == [True, False]
    assert OrmQ.objects.count() == 1
    retry_matching([post])
    assert send_matching(post.pk)
    assert OrmQ.objects.count() == 2


def test_a_dead_worker_lets_go_of_its_own_posts_only() -> None:
    mine, same_cluster, another = make(), make(), make()
    workers = ("abc:11", "abc:12", "abcd:11")
    for post, worker in zip((mine, same_cluster, another), workers, strict=True):
        claimed(post)
        MatchingJob.objects.filter(post=post).update(worker=worker)
    assert release_worker("abc:11") == 1
    assert (state(mine), row_of(mine).token, row_of(mine).attempts) == ("pending", None, 1)
    assert [state(post) for post in (same_cluster, another)] == ["running", "running"]
    assert release_worker("abc:") == 1
    assert [state(post) for post in (same_cluster, another)] == ["pending", "running"]


def test_a_retry_matches_a_done_post_again_with_all_attempts() -> None:
    post = matched()
    MatchingJob.objects.update(status="failed", attempts=3, error="broken")
    assert retry_matching([post]) == 1
    row = row_of(post)
    assert (row.status, row.attempts, row.error, row.sent_at) == ("pending", 0, "", None)
    assert match_post(post.pk) == "matched"
