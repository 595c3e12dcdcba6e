"""The outbox: asking for a post's matching, claiming it, giving it back. Must not import torch.

Every change of a row is one conditional UPDATE, so that two processes never both win. Locks are
taken in one order everywhere: posts, then their outbox rows, then matches.
"""

import logging
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from lostfound.infra.queue import enqueue
from lostfound.models import Post
from matching.conf import matching_settings
from matching.models import Match, MatchingJob, PossibleDuplicate

logger = logging.getLogger(__name__)

MATCH_TASK: Final = "matching.tasks.match_post"
CLUSTER_ENV: Final = "MATCHING_CLUSTER_ID"  # set by the supervisor for the cluster it starts
ERROR_CHARS: Final = 2000
# What a pair that nobody has decided about may be.
UNDECIDED: Final = (Match.Status.SUGGESTED, Match.Status.EXCLUDED, Match.Status.SAMPLED)


@dataclass(frozen=True)
class Claim:
    """A task's right to work on a post, until its lease runs out or the post changes."""

    post_id: int
    token: uuid.UUID

    @property
    def row(self) -> QuerySet[MatchingJob]:
        """The outbox row while the claim holds, else nothing."""
        return MatchingJob.objects.filter(post_id=self.post_id, token=self.token)


class ClaimLost(Exception):
    """The post changed, or the lease ran out and somebody else took over."""


def worker_name() -> str:
    """Who this process is, as it stands on the rows that it has claimed."""
    return f"{os.environ.get(CLUSTER_ENV, 'plain')}:{os.getpid()}"


def request_matching(post: Post) -> None:
    """Ask for the matching of an open post, in the caller's transaction; others are taken out.

    Whoever works on the old content loses their claim. Decided pairs are never touched.
    """
    # The caller's copy may be older than the row.
    is_open = Post.objects.open().filter(pk=post.pk).exists()
    row = MatchingJob(
        post_id=post.pk,
        status=MatchingJob.Status.PENDING if is_open else MatchingJob.Status.IDLE,
        queued_at=timezone.now(),
    )
    MatchingJob.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["post"],
        update_fields=[
            *("status", "attempts", "token", "worker", "lease_until"),
            *("queued_at", "sent_at", "error"),
        ],
    )
    if is_open:
        transaction.on_commit(partial(send_matching, post.pk))
    else:
        pairs = Match.objects.filter(Q(lost=post.pk) | Q(found=post.pk), status__in=UNDECIDED)
        pairs.update(status=Match.Status.WITHDRAWN)
        duplicates = PossibleDuplicate.objects.filter(Q(first=post.pk) | Q(second=post.pk))
        waiting = duplicates.filter(status=PossibleDuplicate.Status.OPEN)
        waiting.update(status=PossibleDuplicate.Status.WITHDRAWN)


def retry_matching(posts: Iterable[Post]) -> int:
    """Match posts anew with all attempts before them; returns how many."""
    count = 0
    for post in posts:
        with transaction.atomic():
            request_matching(post)
        count += 1
    return count


def send_matching(post_id: int) -> bool:
    """Send the task of a waiting post, once for all saves of a transaction.

    A broker that is away breaks nothing: the row waits, and the sweep sends again.
    """
    try:
        waiting = MatchingJob.objects.filter(
            post_id=post_id, status=MatchingJob.Status.PENDING, sent_at=None
        )
        return bool(waiting.update(sent_at=timezone.now())) and _send(post_id)
    except Exception:
        logger.exception("The matching of post %s could not be sent; the sweep will.", post_id)
        return False


def _send(post_id: int) -> bool:
    try:
        # Its result is the outbox row; a copy in the queue's own table would only cost writes.
        enqueue(MATCH_TASK, post_id)
    except Exception:
        unsent = MatchingJob.objects.filter(post_id=post_id, status=MatchingJob.Status.PENDING)
        unsent.update(sent_at=None)
        raise
    return True


def claim_post(post_id: int) -> Claim | None:
    """Take a waiting post, or one whose lease ran out; None where somebody else has it."""
    current = matching_settings()
    claim = Claim(post_id, uuid.uuid4())
    claimed = (
        MatchingJob.objects.claimable()
        .filter(post_id=post_id, attempts__lt=current.max_attempts)
        .update(
            status=MatchingJob.Status.RUNNING,
            token=claim.token,
            attempts=F("attempts") + 1,
            lease_until=timezone.now() + timedelta(seconds=current.lease_s),
            worker=worker_name(),
        )
    )
    return claim if claimed else None


def renew_claim(claim: Claim, **values: Any) -> None:
    """Start the lease anew and write `values` on the row; call it in a transaction.

    Raises:
        ClaimLost: nothing may be written on account of this claim any more.
    """
    until = timezone.now() + timedelta(seconds=matching_settings().lease_s)
    if not claim.row.update(lease_until=until, **values):
        raise ClaimLost(f"Post {claim.post_id} is no longer held by {claim.token}.")


def finish_claim(
    claim: Claim, *, fingerprint: str, strategy: str, profile_version: int | None = None
) -> None:
    """The post is matched; call it in the transaction that writes its matches.

    Raises:
        ClaimLost: the matches must not be written.
    """
    _end(
        claim,
        status=MatchingJob.Status.DONE,
        finished_at=timezone.now(),
        fingerprint=fingerprint,
        strategy=strategy,
        profile_version=profile_version,
        error="",
    )


def drop_claim(claim: Claim) -> None:
    """The post is not open any more: nothing is wanted."""
    _end(claim, status=MatchingJob.Status.IDLE, error="")


def postpone_claim(claim: Claim, why: str) -> None:
    """No vectors can be made now: the post waits, and the attempt does not count."""
    _end(
        claim,
        status=MatchingJob.Status.PENDING,
        attempts=F("attempts") - 1,
        sent_at=timezone.now(),
        error=why[:ERROR_CHARS],
    )


def fail_claim(claim: Claim, why: str) -> None:
    """An attempt went wrong: the post waits for the next one, or has failed after the last."""
    last = Q(attempts__gte=matching_settings().max_attempts)
    _end(
        claim,
        status=Case(
            When(last, then=Value(MatchingJob.Status.FAILED.value)),
            default=Value(MatchingJob.Status.PENDING.value),
        ),
        sent_at=timezone.now(),  # the next attempt is the sweep's, after a pause
        finished_at=timezone.now(),
        error=why[:ERROR_CHARS],
    )


def hand_back(claim: Claim, why: str = "") -> None:
    """The rest is somebody else's: the post waits to be sent at once, the attempt does not count.

    Raises:
        ClaimLost: it was not held any more.
    """
    _end(
        claim,
        status=MatchingJob.Status.PENDING,
        attempts=F("attempts") - 1,
        sent_at=None,
        error=why[:ERROR_CHARS],
    )


def reopen(rows: QuerySet[MatchingJob]) -> int:
    """Let posts wait again whose matching is done; returns how many."""
    return rows.filter(status=MatchingJob.Status.DONE).update(
        status=MatchingJob.Status.PENDING, attempts=0, queued_at=timezone.now(), sent_at=None
    )


def release_worker(worker: str) -> int:
    """Let go of what a killed cluster, or one killed process of it, still holds.

    Args:
        worker: "cluster:" for all processes of a cluster, "cluster:pid" for one.
    """
    held = MatchingJob.objects.filter(status=MatchingJob.Status.RUNNING)
    held = (
        held.filter(worker__startswith=worker)
        if worker.endswith(":")
        else held.filter(worker=worker)
    )
    return release(held)


def release(rows: QuerySet[MatchingJob]) -> int:
    """Take the claims off rows and let them wait, to be sent at once; attempts stay counted."""
    return rows.filter(status=MatchingJob.Status.RUNNING).update(
        status=MatchingJob.Status.PENDING, token=None, lease_until=None, worker="", sent_at=None
    )


def _end(claim: Claim, **values: Any) -> None:
    if not claim.row.update(token=None, lease_until=None, worker="", **values):
        raise ClaimLost(f"Post {claim.post_id} is no longer held by {claim.token}.")
