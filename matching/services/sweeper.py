"""The sweep: makes sure that no post is forgotten after a crash, a lost task or a change.

Runs in the supervisor's loop, not in the queue, and must not import torch. Each step consists of
conditional UPDATEs, so that concurrent sweeps do no harm.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from lostfound.infra.queue import enqueue, forget_failures, waiting_tasks
from lostfound.infra.rate_limits import prune_throttles
from lostfound.models import Notification, PoliceFetch
from lostfound.police.importer import prune_police
from lostfound.services.claims import sweep_claims
from lostfound.services.clock import sweep_clock
from lostfound.services.erasing import erase_daily
from lostfound.services.items import seal_day
from lostfound.services.masking import request_due_masking
from lostfound.services.posts import prune_deletions
from lostfound.services.sent_requests import prune_sent_requests
from matching.conf import matching_settings
from matching.core.registry import needs_profile
from matching.encoders.base import EncoderUnavailable, current_fingerprint
from matching.models import Heartbeat, IndexChange, MatchingJob, MatchingJobQuerySet
from matching.selectors import ENCODER, WAITING, encoder_problem
from matching.services.field_suggestions import prune_intake
from matching.services.heartbeat import note_encoder, write_heartbeat
from matching.services.outbox import release, reopen, send_matching
from matching.services.photo_queries import prune_photo_queries
from matching.services.profiles import current_version, profile_is_due
from matching.services.review_queue import prune_reviewing

logger = logging.getLogger(__name__)

EMAILS_TASK: Final = "lostfound.tasks.send_due_emails"
FETCH_TASK: Final = "lostfound.tasks.fetch_police"
FETCH_HOURS: Final = range(2, 6)  # in the night, when nobody waits for the worker
PROFILE_TASK: Final = "matching.tasks.build_scoring_profile"
PROFILE_REQUESTED: Final = "profile"  # heartbeat of the last request for a profile
PROFILE_PAUSE: Final = timedelta(minutes=2)  # between two requests
MAX_QUEUED: Final = 50  # tasks; a backlog stays in the outbox, where new posts can overtake it
# A task that was enqueued but never ran is lost if the queue is (almost) empty.
RUN_EMPTY: Final = 5  # tasks
RESEND_AFTER_SWEEPS: Final = 2
RESEND_ANYWAY_AFTER_SWEEPS: Final = 20
RENEW_AT_ONCE: Final = 500  # rows, so that no write lock is held for long
KEEP_FAILURES_DAYS: Final = 30
KEEP_HEARTBEATS_DAYS: Final = 1
KEEP_CHANGES_DAYS: Final = 1


@dataclass(frozen=True)
class SweepReport:
    """The result of a sweep, in numbers of rows."""

    leases_ended: int = 0
    failed: int = 0
    outdated: int = 0
    sent: int = 0

    def __bool__(self) -> bool:
        return any((self.leases_ended, self.failed, self.outdated, self.sent))


def sweep() -> SweepReport:
    """Release expired claims, fail posts without attempts left, and enqueue lost tasks again."""
    fingerprint = _noted_fingerprint()
    report = SweepReport(
        leases_ended=release(MatchingJob.objects.filter(lease_until__lt=timezone.now())),
        failed=_give_up(),
        outdated=_renew_outdated(fingerprint) if fingerprint else 0,
        sent=_ask_encoder(fingerprint) if encoder_problem() else feed_queue(),
    )
    _send_emails()
    _mask_photos()
    if report:
        logger.info("Sweep: %s", report)
    return report


def feed_queue() -> int:
    """Enqueue waiting posts as far as the queue has room, longest waiting first."""
    if encoder_problem():
        return 0
    queued = waiting_tasks()
    sweeps = RESEND_AFTER_SWEEPS if queued <= RUN_EMPTY else RESEND_ANYWAY_AFTER_SWEEPS
    return _send_waiting(MAX_QUEUED - queued, sweeps)


def _noted_fingerprint() -> str:
    """The current encoder fingerprint; if there is no model, empty, with the reason recorded."""
    try:
        return current_fingerprint()
    except EncoderUnavailable as error:
        note_encoder(str(error))
        return ""


def _ask_encoder(fingerprint: str) -> int:
    """While the encoder is unavailable, each sweep tries one post."""
    if MatchingJob.objects.filter(status=MatchingJob.Status.PENDING).exists():
        return _send_waiting(1, RESEND_AFTER_SWEEPS)
    if fingerprint:  # there is no post to try it with, and at least its files exist
        note_encoder("")
    return 0


def _send_waiting(room: int, lost_after_sweeps: int) -> int:
    if room <= 0:
        return 0
    limit_s = matching_settings().sweep_s * lost_after_sweeps
    lost = Q(sent_at__lt=timezone.now() - timedelta(seconds=limit_s))
    waiting = MatchingJob.objects.filter(status=MatchingJob.Status.PENDING)
    due = waiting.filter(Q(sent_at=None) | lost).order_by("queued_at", "pk")
    post_ids = list(due.values_list("post_id", flat=True)[:room])
    waiting.filter(lost, post__in=post_ids).update(sent_at=None)
    return sum(send_matching(post_id) for post_id in post_ids)


def _give_up() -> int:
    """Fail posts on which the worker died too often; an exception would have stored its message."""
    limit = matching_settings().max_attempts
    spent = MatchingJob.objects.filter(status=MatchingJob.Status.PENDING, attempts__gte=limit)
    return spent.update(
        status=MatchingJob.Status.FAILED,
        finished_at=timezone.now(),
        error=f"The worker died {limit} times while it worked on this post.",
    )


def unsettled_jobs() -> set[int]:
    """Keys of the jobs that are waiting, or whose scores predate the current scoring profile.

    Raises: EncoderUnavailable
    """
    fingerprint = current_fingerprint()
    if needs_profile(matching_settings().strategy) and profile_is_due(fingerprint):
        # It is being built, and all posts will be scored again then.
        return set(MatchingJob.objects.values_list("pk", flat=True))
    waiting = MatchingJob.objects.filter(status__in=WAITING)
    rows = (waiting, _outdated(fingerprint))
    return {key for some in rows for key in some.values_list("pk", flat=True)}


def error_of(job_ids: Iterable[int]) -> str:
    """The error of one of the jobs, if any of them has one."""
    failed = MatchingJob.objects.filter(pk__in=job_ids).exclude(error="")
    return failed.values_list("error", flat=True).first() or ""


def _outdated(fingerprint: str) -> MatchingJobQuerySet:
    strategy = matching_settings().strategy
    version = current_version(fingerprint) if needs_profile(strategy) else None
    return MatchingJob.objects.outdated(fingerprint, strategy, version)


def _renew_outdated(fingerprint: str) -> int:
    """Queue open posts again that were matched with another model, strategy or profile."""
    if needs_profile(matching_settings().strategy) and profile_is_due(fingerprint):
        _ask_for_profile()
    outdated = _outdated(fingerprint)
    ids = list(outdated.order_by("-post_id").values_list("pk", flat=True)[:RENEW_AT_ONCE])
    return reopen(MatchingJob.objects.filter(pk__in=ids))


def _ask_for_profile() -> None:
    """Enqueue a new profile version, unless one was requested a moment ago."""
    since = timezone.now() - PROFILE_PAUSE
    if Heartbeat.objects.filter(name=PROFILE_REQUESTED, beat_at__gte=since).exists():
        return
    write_heartbeat(PROFILE_REQUESTED)
    enqueue(PROFILE_TASK)


def _send_emails() -> None:
    """Enqueue the task that sends due e-mails, unless the queue is behind."""
    if Notification.objects.email_owed().exists() and waiting_tasks() <= RUN_EMPTY:
        enqueue(EMAILS_TASK)


def _mask_photos() -> None:
    """Enqueue the masking of photographs that nobody has masked, unless the queue is behind."""
    if waiting_tasks() <= RUN_EMPTY:
        request_due_masking()


def _fetch_police() -> None:
    """Once a night, enqueue the first part of reading the police's lists."""
    if not settings.POLICE_API_KEY or timezone.localtime().hour not in FETCH_HOURS:
        return
    prune_police()
    running = Q(state=PoliceFetch.State.RUNNING)  # perhaps its task was lost
    today = PoliceFetch.objects.filter(started_at__date=timezone.localdate())
    if not today.exists() or today.filter(running).exists():
        enqueue(FETCH_TASK)


def prune() -> None:
    """Delete what the queue and dead workers leave behind; once an hour is enough."""
    now = timezone.now()
    forget_failures(before=now - timedelta(days=KEEP_FAILURES_DAYS))
    prune_intake()
    prune_reviewing()
    prune_photo_queries()
    # The newest one stays, so that a process can tell whether it has missed any.
    changes = IndexChange.objects.filter(at__lt=now - timedelta(days=KEEP_CHANGES_DAYS))
    changes.exclude(pk__in=IndexChange.objects.order_by("-pk")[:1].values("pk")).delete()
    prune_throttles()
    prune_deletions()
    prune_sent_requests()
    erase_daily()
    sweep_claims()
    sweep_clock()
    seal_day()
    _fetch_police()
    old = Heartbeat.objects.filter(beat_at__lt=now - timedelta(days=KEEP_HEARTBEATS_DAYS))
    old.exclude(name=ENCODER).delete()
