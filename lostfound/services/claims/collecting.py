"""Between approval and collection: delegations, one extension, reminders, and giving up."""

from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Delegation, Notification, OwnershipClaim, User
from lostfound.services.claims.errors import ClaimRefused, changed_meanwhile
from lostfound.services.claims.facts import plain
from lostfound.services.claims.states import advance, lock_claim, release, tell
from lostfound.services.post_fields import clean_text

State = OwnershipClaim.State

REMINDER_DAYS: Final = (3, 7, 13)  # after the approval
MAX_NAME_CHARS: Final = 80


@transaction.atomic
def delegate(claim: OwnershipClaim, *, claimant: User, proxy_name: str) -> Delegation:
    """Let somebody else collect a thing; a later name replaces an earlier one.

    Raises:
        ClaimRefused: the claim is not approved, or the thing goes to its owner only.
        ValidationError: keyed "proxy_name".
    """
    claim = lock_claim(claim)
    if claim.claimant_id != claimant.pk or claim.state != State.APPROVED:
        raise changed_meanwhile()
    if claim.item.needs_two_people:
        raise ClaimRefused(
            "owner_only", _("Documents, cash and valuables are only handed to their owner.")
        )
    name = clean_text(proxy_name, is_one_line=True)[:MAX_NAME_CHARS]
    if not plain(name):
        message = _("Please give the name that is on their identity document.")
        raise ValidationError({"proxy_name": ValidationError(message, code="required")})
    stored, _new = Delegation.objects.update_or_create(claim=claim, defaults={"proxy_name": name})
    return stored


def is_delegated(claim: OwnershipClaim | None, name: str) -> bool:
    """Whether the claimant sends a person of this name; spacing and case do not matter."""
    sent = Delegation.objects.filter(claim=claim).first() if claim is not None else None
    return sent is not None and plain(sent.proxy_name) == plain(name)


@transaction.atomic
def extend_claim(claim: OwnershipClaim, *, claimant: User) -> OwnershipClaim:
    """Let a thing wait once more as long.

    Raises: ClaimRefused
    """
    claim = lock_claim(claim)
    is_own = claim.claimant_id == claimant.pk and claim.state == State.APPROVED
    if not is_own or claim.is_extended or claim.pickup_by is None:
        raise changed_meanwhile()
    until = claim.pickup_by + timedelta(days=settings.PICKUP_DAYS)
    return advance(claim, State.APPROVED, pickup_by=until, is_extended=True)


def sweep_claims(today: date | None = None) -> int:
    """Remind claimants, and end claims whose thing was not collected; may run at any time.

    Returns: how many claims it changed.
    """
    today = today or timezone.localdate()
    Delegation.objects.exclude(claim__state=State.APPROVED).delete()  # names of third persons
    waiting = OwnershipClaim.objects.filter(state=State.APPROVED, decided_at__isnull=False)
    return sum(_sweep_one(claim, today) for claim in waiting.order_by("pk"))


@transaction.atomic
def _sweep_one(claim: OwnershipClaim, today: date) -> bool:
    claim = lock_claim(claim)
    if claim.state != State.APPROVED or claim.decided_at is None or claim.pickup_by is None:
        return False
    if today > claim.pickup_by:
        release(claim, actor=None)
        advance(claim, State.LAPSED, decided_at=timezone.now())
        tell(claim, Notification.Kind.PICKUP_LAPSED)
        return True
    days = (today - timezone.localdate(claim.decided_at)).days
    due = sum(days >= day for day in REMINDER_DAYS)
    if due <= claim.reminders:
        return False
    # One message, however many days the worker was away.
    advance(claim, State.APPROVED, reminders=due)
    tell(claim, Notification.Kind.PICKUP_REMINDER)
    return True
