"""The outbox: requests a post's matching, claims it, releases it. Must not import torch.

Every change of a row is one conditional UPDATE, so that two processes never both succeed. Locks
are always taken in the same order: posts, then their outbox rows, then matches.
"""

import logging
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from lostfound.infra.queue import TaskTimedOut, enqueue
from lostfound.media.storage import StorageAway
from lostfound.models import Post
from matching.conf import matching_settings
from matching.encoders.base import EncoderUnavailable
from matching.index import IndexUnavailable
from matching.models import Match, MatchingJob, PossibleDuplicate
from matching.services.competition import settle_rivals
from matching.services.heartbeat import note_encoder, worker_name

logger = logging.getLogger(__name__)

MATCH_TASK: Final = "matching.tasks.match_post"
ERROR_CHARS: Final = 2000
# If one of these is missing, a post waits, and the attempt does not count.
ABSENT: Final[dict[type[Exception], str]] = {
    EncoderUnavailable: "encoder unavailable",
    IndexUnavailable: "index unavailable",
    StorageAway: "photographs unavailable",
}
# The statuses of a pair that staff may see and have not decided; those that end with a post.
UNDECIDED: Final = (Match.Status.SUGGESTED, Match.Status.EXCLUDED, Match.Status.SAMPLED)
WITHDRAWABLE: Final = (*UNDECIDED, Match.Status.CANDIDATE)


class ClaimLost(Exception):
    """The post has changed, or the lease expired and another process took over."""


@dataclass
class Claim:
    """A task's right to work on a post, until the lease expires or the post changes.

    Every method that writes raises ClaimLost, and writes nothing, if the claim is no longer valid.

    Attributes:
        token: is on the outbox row while the claim is valid; None if it was never acquired.
        outcome: how the work ended, in a word.
    """

    post_id: int
    token: uuid.UUID | None = field(default_factory=uuid.uuid4)
    outcome: str = ""

    @property
    def is_held(self) -> bool:
        """Whether it was acquired; only a write shows whether it is still valid."""
        return self.token is not None

    @property
    def row(self) -> QuerySet[MatchingJob]:
        """The outbox row while the claim is valid, else an empty query set."""
        if self.token is None:
            return MatchingJob.objects.none()
        return MatchingJob.objects.filter(post_id=self.post_id, token=self.token)

    def renew(self, **values: Any) -> None:
        """Renew the lease and write `values` to the row; must be called in a transaction."""
        until = timezone.now() + timedelta(seconds=matching_settings().lease_s)
        self._write(lease_until=until, **values)

    def finish(
        self,
        *,
        fingerprint: str,
        strategy: str,
        profile_version: int | None = None,
        rest_odds: float = 0.0,
    ) -> None:
        """Mark the post as matched; must be called in the transaction that writes its matches."""
        self._end(
            status=MatchingJob.Status.DONE,
            finished_at=timezone.now(),
            fingerprint=fingerprint,
            strategy=strategy,
            profile_version=profile_version,
            rest_odds=rest_odds,
            error="",
        )

    def drop(self) -> None:
        """End the job because the post is no longer open."""
        self._end(status=MatchingJob.Status.IDLE, error="")

    def postpone(self, why: str) -> None:
        """Let the post wait because something is unavailable; the attempt does not count."""
        self._end(
            status=MatchingJob.Status.PENDING,
            attempts=F("attempts") - 1,
            sent_at=timezone.now(),
            error=why[:ERROR_CHARS],
        )

    def fail(self, why: str) -> None:
        """Record a failed attempt: the post waits for the next one, or fails after the last."""
        last = Q(attempts__gte=matching_settings().max_attempts)
        self._end(
            status=Case(
                When(last, then=Value(MatchingJob.Status.FAILED.value)),
                default=Value(MatchingJob.Status.PENDING.value),
            ),
            sent_at=timezone.now(),  # the sweep starts the next attempt after a pause
            finished_at=timezone.now(),
            error=why[:ERROR_CHARS],
        )

    def hand_back(self, why: str = "") -> None:
        """Release the post to be enqueued again within seconds, without counting the attempt."""
        self._end(
            status=MatchingJob.Status.PENDING,
            attempts=F("attempts") - 1,
            sent_at=None,
            error=why[:ERROR_CHARS],
        )

    def _end(self, **values: Any) -> None:
        self._write(token=None, lease_until=None, worker="", **values)

    def _write(self, **values: Any) -> None:
        if not self.row.update(**values):
            raise ClaimLost(f"Post {self.post_id} is no longer held by {self.token}.")


@contextmanager
def claimed(post_id: int) -> Iterator[Claim]:
    """Claim a waiting post for the duration of the block, and store errors on its row.

    The block itself ends the claim when it is done. If the encoder, the index or photographs are
    unavailable, the post is postponed; any other error counts as a failed attempt. Only the queue's
    own time limit is raised again: it ends the process.

    Yields: the claim; its `outcome` is "not waiting" if the post cannot be claimed, and says what
        went wrong after the block.
    """
    claim = claim_post(post_id)
    if claim is None:
        yield Claim(post_id, token=None, outcome="not waiting")
        return
    try:
        try:
            yield claim
        except ClaimLost:
            raise
        except (EncoderUnavailable, IndexUnavailable, StorageAway) as error:
            claim.outcome = ABSENT[type(error)]
            _note_absence(post_id, error)
            claim.postpone(str(error))
        except TaskTimedOut as error:
            with suppress(ClaimLost):
                claim.fail(_line(error))
            raise
        except Exception as error:
            claim.outcome = "went wrong"
            logger.exception("Matching post %s went wrong", post_id)
            claim.fail(_line(error))
    except ClaimLost:
        claim.outcome = "changed meanwhile"  # its new content is already in the outbox


def _note_absence(post_id: int, error: Exception) -> None:
    if isinstance(error, StorageAway):
        logger.warning("Post %s is waiting for its photographs: %s", post_id, error)
    else:
        note_encoder(str(error))


def _line(error: BaseException) -> str:
    """The error as shown to staff: its type and message."""
    return f"{type(error).__name__}: {error}".strip()


def request_matching(post: Post) -> None:
    """Request the matching of an open post in the caller's transaction; cancel that of others.

    A task that works on the old content loses its claim. Decided pairs never change.
    """
    # The caller's instance may be stale.
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
        settle_rivals(post)
        waiting = Match.objects.of_post(post).filter(status__in=WITHDRAWABLE)
        waiting.update(status=Match.Status.WITHDRAWN)
        duplicates = PossibleDuplicate.objects.filter(Q(first=post.pk) | Q(second=post.pk))
        marked = duplicates.filter(status=PossibleDuplicate.Status.OPEN)
        marked.update(status=PossibleDuplicate.Status.WITHDRAWN)


def retry_matching(posts: Iterable[Post]) -> int:
    """Match posts again, with all attempts available; returns the number of posts."""
    count = 0
    for post in posts:
        with transaction.atomic():
            request_matching(post)
        count += 1
    return count


def send_matching(post_id: int) -> bool:
    """Enqueue the task of a waiting post, once for all saves in a transaction.

    An unavailable broker does no harm: the row waits, and the sweep enqueues it again.
    """
    try:
        waiting = MatchingJob.objects.filter(
            post_id=post_id, status=MatchingJob.Status.PENDING, sent_at=None
        )
        return bool(waiting.update(sent_at=timezone.now())) and _send(post_id)
    except Exception:
        logger.exception(
            "The matching of post %s could not be enqueued; the sweep will try again", post_id
        )
        return False


def _send(post_id: int) -> bool:
    try:
        # The result is on the outbox row; storing it in the queue's table too only costs writes.
        enqueue(MATCH_TASK, post_id)
    except Exception:
        unsent = MatchingJob.objects.filter(post_id=post_id, status=MatchingJob.Status.PENDING)
        unsent.update(sent_at=None)
        raise
    return True


def claim_post(post_id: int) -> Claim | None:
    """Claim a waiting post, or one whose lease has expired; None if another process has it."""
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


def reopen(rows: QuerySet[MatchingJob]) -> int:
    """Queue finished posts again; returns the number of rows."""
    return rows.filter(status=MatchingJob.Status.DONE).update(
        status=MatchingJob.Status.PENDING, attempts=0, queued_at=timezone.now(), sent_at=None
    )


def claimants(cluster_id: str) -> set[str]:
    """Names of the workers of a cluster that hold posts."""
    held = MatchingJob.objects.filter(
        status=MatchingJob.Status.RUNNING, worker__startswith=f"{cluster_id}:"
    )
    return set(held.values_list("worker", flat=True))


def release_worker(worker: str) -> int:
    """Release what a killed cluster, or one of its processes, still claims.

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
    """Revoke claims; the posts are enqueued again within seconds, and attempts stay counted."""
    return rows.filter(status=MatchingJob.Status.RUNNING).update(
        status=MatchingJob.Status.PENDING, token=None, lease_until=None, worker="", sent_at=None
    )
