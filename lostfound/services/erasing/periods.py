"""What has been kept for its period: each step erases one sort of data, and may run at any time.

The periods begin when a thing has left. One that must not leave, or is back, keeps everything.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from lostfound.infra.scrubbing import scrub_database
from lostfound.models import (
    AccessLog,
    ClaimAnswer,
    ClaimVerdict,
    ControlFact,
    CustodyDetail,
    CustodyEvent,
    Delegation,
    Erasure,
    Handover,
    Item,
    Notification,
    OwnershipClaim,
    Post,
    PostContact,
)
from lostfound.services.access_log import KEPT_FOR, prune_access_log
from lostfound.services.claims.photo import erase_claim_photos
from lostfound.services.posts import delete_post
from lostfound.services.status import TransitionRefused

FINAL: Final = (*Item.LEFT, Item.State.VOID)
UNSUCCESSFUL: Final = (
    *(OwnershipClaim.State.REJECTED, OwnershipClaim.State.WITHDRAWN),
    *(OwnershipClaim.State.SUPERSEDED, OwnershipClaim.State.LAPSED, OwnershipClaim.State.REVOKED),
)
OVER: Final = (Post.Status.RETURNED, Post.Status.CLOSED)
POSTS_AT_ONCE: Final = 500  # the rest is erased by the next run
ERASED: Final = "…"  # in place of a name that must not be empty

Counts = dict[str, int]


def erase_due(now: datetime | None = None, *, dry_run: bool = False) -> Counts:
    """Erase everything whose period has ended; how many of each sort.

    Args:
        dry_run: only count.
    """
    now = now or timezone.now()
    counts = {name: step(now, dry_run) for name, step in STEPS.items()}
    if not dry_run and any(counts.values()):
        Erasure.objects.create(cause=Erasure.Cause.PERIOD, counts=counts)
    return counts


def erase_daily() -> bool:
    """Erase once a day, and clean the database file; returns whether it was due."""
    newest = Erasure.objects.filter(cause=Erasure.Cause.PERIOD).first()
    if newest is not None and timezone.localdate(newest.at) == timezone.localdate():
        return False
    counts = erase_due()
    if any(counts.values()):
        scrub_database()
    return True


def left_before(day: datetime) -> QuerySet[Item]:
    """Things that left before a moment, and may be forgotten."""
    moved = ~Q(custody__from_state=F("custody__to_state"))
    gone = Item.objects.filter(state__in=FINAL, is_on_hold=False)
    return gone.annotate(left_at=Max("custody__at", filter=moved)).filter(left_at__lt=day)


def _before(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)


def _items(now: datetime, days: int) -> list[int]:
    return list(left_before(_before(now, days)).values_list("pk", flat=True))


@transaction.atomic
def _claims(now: datetime, dry_run: bool) -> int:
    """Claims that led to nothing: only the number stays, which events refer to."""
    claims = OwnershipClaim.objects.filter(
        state__in=UNSUCCESSFUL, item__in=_items(now, settings.ERASE_CLAIMS_DAYS)
    ).exclude(claimant=None, story="", answers=None)
    keys = list(claims.values_list("pk", flat=True).distinct())
    if not dry_run:
        _forget_claims(keys)
        rows = OwnershipClaim.objects.filter(pk__in=keys)
        Notification.objects.filter(claim__in=rows).delete()
        rows.update(claimant=None, lost_post=None)
    return len(keys)


@transaction.atomic
def _answers(now: datetime, dry_run: bool) -> int:
    """What the right claim said, to things that are with their owner for good."""
    claims = OwnershipClaim.objects.filter(
        state=OwnershipClaim.State.COLLECTED, item__in=_items(now, settings.ERASE_ANSWERS_DAYS)
    )
    claims = claims.filter(~Q(story="") | Q(answers__isnull=False) | Q(photo__isnull=False))
    keys = list(claims.values_list("pk", flat=True).distinct())
    if not dry_run:
        _forget_claims(keys)
    return len(keys)


def _forget_claims(keys: list[int]) -> None:
    claims = OwnershipClaim.objects.filter(pk__in=keys)
    erase_claim_photos(claims)
    # The models refuse that, since answers and verdicts are sealed: their period is the exception.
    models.QuerySet(ClaimAnswer).filter(claim__in=claims).delete()
    models.QuerySet(ClaimVerdict).filter(claim__in=claims).update(note="")
    Delegation.objects.filter(claim__in=claims).delete()
    claims.update(story="", flags=[], question="")


def _facts(now: datetime, dry_run: bool) -> int:
    rows = ControlFact.objects.filter(item__in=_items(now, settings.ERASE_ANSWERS_DAYS))
    return rows.count() if dry_run else rows.delete()[0]


def _posts(now: datetime, dry_run: bool) -> int:
    """Posts with photographs, vectors, matches, history, notifications and contacts."""
    before = _before(now, settings.ERASE_POSTS_DAYS)
    gone = left_before(before).values("pk")
    due = Post.objects.filter(status__in=OVER, updated_at__lt=before)
    due = due.filter(Q(item=None) | Q(item__in=gone))
    keys = list(due.order_by("pk").values_list("pk", flat=True))
    if dry_run:
        return len(keys)
    erased = 0
    for post in Post.objects.filter(pk__in=keys[:POSTS_AT_ONCE]):
        try:
            erased += delete_post(post, actor=None)
        except TransitionRefused:
            continue  # changed since
    return erased


@transaction.atomic
def _finders(now: datetime, dry_run: bool) -> int:
    """Names of finders, and reasons that were typed; receipts keep theirs for longer."""
    items = _items(now, settings.ERASE_POSTS_DAYS)
    details = CustodyDetail.objects.filter(event__item__in=items).exclude(
        event__kind=CustodyEvent.Kind.HANDED_OVER
    )
    named = Item.objects.filter(pk__in=items).exclude(
        brought_note="", brought_contact="", hold_reason="", brought_by=None
    )
    contacts = PostContact.objects.filter(post__item__in=items)
    if dry_run:
        return details.count() + named.count() + contacts.count()
    count = named.update(brought_note="", brought_contact="", hold_reason="", brought_by=None)
    return count + details.delete()[0] + contacts.delete()[0]


@transaction.atomic
def _receipts(now: datetime, dry_run: bool) -> int:
    """Who received a thing, with the signature; number, thing, day and text stay."""
    before = _before(now, settings.ERASE_RECEIPTS_DAYS)
    rows = Handover.objects.filter(at__lt=before, item__is_on_hold=False).exclude(
        receiver_name=ERASED
    )
    if dry_run:
        return rows.count()
    numbers = [row.receipt_no for row in rows]
    CustodyDetail.objects.filter(event__ref__in=numbers, event__at__lt=before).delete()
    # The claim that it was for no longer has to say whose it was.
    OwnershipClaim.objects.filter(handovers__in=rows).update(claimant=None, lost_post=None)
    return rows.update(
        receiver_name=ERASED,
        proxy_of="",
        typed_ack="",
        described="",
        reversed_why="",
        signature=None,
    )


def _access_log(now: datetime, dry_run: bool) -> int:
    if not dry_run:
        return prune_access_log()
    return AccessLog.objects.filter(at__lt=now - KEPT_FOR).count()


# Claims go before posts, which they refer to.
STEPS: Final[dict[str, Callable[[datetime, bool], int]]] = {
    "claims": _claims,
    "answers": _answers,
    "facts": _facts,
    "finders": _finders,
    "posts": _posts,
    "receipts": _receipts,
    "access_log": _access_log,
}
