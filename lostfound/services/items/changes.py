"""What happens to a thing while the office keeps it: moves, holds, losses, mistakes."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import CustodyEvent, Item, Office, Post, User
from lostfound.services.items.custody import append, lock_item
from lostfound.services.items.receiving import place_for
from lostfound.services.items.transitions import NotHere
from lostfound.services.locking import refuse_another_office
from lostfound.services.post_fields import clean_text
from lostfound.services.status import AlreadySo, TransitionRefused

Kind = CustodyEvent.Kind

MAX_REASON_CHARS: Final = 200


@transaction.atomic
def move_item(item: Item, *, actor: User, shelf: str, office: Office | None = None) -> CustodyEvent:
    """Put a kept thing on another shelf; one that was missing is found again.

    Args:
        shelf: empty for no particular place.
        office: the office that it is carried to, if another one.

    Raises:
        TransitionRefused: the office does not have it.
        PermissionDenied: another office keeps it.
        ValidationError: keyed "shelf".
    """
    item = lock_item(item)
    refuse_another_office(item, actor)
    if not item.is_in_custody:
        raise NotHere
    office = office or item.office
    place = place_for(item, office, clean_text(shelf, is_one_line=True))
    was_missing = item.state == Item.State.MISSING
    event = append(
        item,
        actor=actor,
        kind=Kind.FOUND_AGAIN if was_missing else Kind.MOVED,
        to_state=Item.State.HELD if was_missing else item.state,
        office=office,
        place=place,
    )
    if item.post_id is not None:
        # Devices and pages that hold the old place have to notice.
        changes: dict[str, Any] = {"office": office, "updated_at": timezone.now()}
        Post.objects.filter(pk=item.post_id).update(**changes)
    return event


@transaction.atomic
def mark_missing(item: Item, *, actor: User) -> CustodyEvent:
    """Record that a kept thing is not in its place.

    Raises: TransitionRefused, PermissionDenied
    """
    item = lock_item(item)
    refuse_another_office(item, actor)
    return append(
        item,
        actor=actor,
        kind=Kind.MISSING,
        to_state=Item.State.MISSING,
        office=item.office,
        place=item.place,
    )


@transaction.atomic
def record_contact(item: Item, *, actor: User, note: str = "") -> CustodyEvent:
    """Record that whoever is named inside a thing was written to or called.

    Args:
        note: how; kept apart from the event, and erasable.

    Raises:
        AlreadySo: that was done before.
        TransitionRefused, PermissionDenied: as in `move_item`.
    """
    item = lock_item(item)
    refuse_another_office(item, actor)
    if not item.is_in_custody:
        raise NotHere
    if item.contacted_at is not None:
        raise AlreadySo(_("Whoever is named inside has been told already."))
    note = clean_text(note, is_one_line=True)[:MAX_REASON_CHARS]
    changes = {"has_name_inside": True, "contacted_at": timezone.now()}
    return _in_place(item, actor, Kind.CONTACTED, changes, detail={"note": note} if note else None)


@transaction.atomic
def hold_item(item: Item, *, actor: User, reason: str) -> CustodyEvent:
    """Keep a thing from leaving, because of a dispute or a request of the police.

    Raises:
        AlreadySo: it is held back already.
        TransitionRefused, PermissionDenied: as in `move_item`.
        ValidationError: keyed "reason".
    """
    reason = reason_of(reason)
    item = lock_item(item)
    refuse_another_office(item, actor)
    if not item.is_in_custody:
        raise NotHere
    if item.is_on_hold:
        raise AlreadySo(_("This thing is held back already."))
    changes = {"is_on_hold": True, "hold_reason": reason}
    return _in_place(item, actor, Kind.HELD_BACK, changes, detail={"reason": reason})


@transaction.atomic
def release_hold(item: Item, *, actor: User) -> CustodyEvent:
    """Let a thing leave again.

    Raises: AlreadySo, TransitionRefused, PermissionDenied
    """
    item = lock_item(item)
    refuse_another_office(item, actor)
    if not item.is_on_hold:
        raise AlreadySo(_("This thing is not held back."))
    return _in_place(item, actor, Kind.HOLD_ENDED, {"is_on_hold": False, "hold_reason": ""})


@transaction.atomic
def void_item(item: Item, *, actor: User, reason: str) -> CustodyEvent:
    """Take back an entry that was a mistake: on the same day, and only if nobody claims it.

    Raises:
        TransitionRefused, PermissionDenied
        ValidationError: keyed "reason".
    """
    reason = reason_of(reason)
    item = lock_item(item)
    refuse_another_office(item, actor)
    received = item.received_at
    if received is None or timezone.localdate(received) != timezone.localdate():
        raise TransitionRefused(_("An entry can only be taken back on the day it was made."))
    if item.is_on_hold:
        raise TransitionRefused(_("This thing must not leave at the moment."))
    if item.claims.live().exists():
        raise TransitionRefused(_("Somebody has claimed this thing. Please settle that first."))
    return append(
        item,
        actor=actor,
        kind=Kind.VOIDED,
        to_state=Item.State.VOID,
        office=item.office,
        place=None,
        detail={"reason": reason},
    )


def detach_post(item: Item, *, actor: User | None) -> None:
    """Let a thing's history outlive its post, which is about to be deleted.

    Called in the transaction that deletes the post, for a thing that the office does not hold.
    The event names staff only: it would keep the account of a person who deletes their own post.
    """
    item = lock_item(item)
    clerk = actor if actor is not None and actor.is_staff else None
    _in_place(item, clerk, Kind.POST_DELETED, {"post": None})


def reason_of(text: str) -> str:
    """Why something is done, as it is saved.

    Raises: ValidationError
    """
    reason = clean_text(text, is_one_line=True)[:MAX_REASON_CHARS]
    if not reason:
        raise ValidationError({"reason": ValidationError(_("Please say why."), code="required")})
    return reason


def _in_place(
    item: Item,
    actor: User | None,
    kind: str,
    changes: dict[str, Any],
    detail: dict[str, Any] | None = None,
) -> CustodyEvent:
    """An event that changes neither state nor place."""
    return append(
        item,
        actor=actor,
        kind=kind,
        to_state=item.state,
        office=item.office,
        place=item.place,
        detail=detail,
        changes=changes,
        is_carried_over=True,
    )
