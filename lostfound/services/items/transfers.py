"""Transfers between offices: one sends, the other accepts each thing or does not."""

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import CustodyEvent, Item, Office, Post, Transfer, TransferItem, User
from lostfound.services.items.changes import MAX_REASON_CHARS, reason_of
from lostfound.services.items.custody import append, lock_item
from lostfound.services.items.receiving import place_for
from lostfound.services.locking import refuse_another_office
from lostfound.services.post_fields import clean_text
from lostfound.services.status import AlreadySo, TransitionRefused

Kind = CustodyEvent.Kind
State = TransferItem.State

MAX_ITEMS: Final = 100


@transaction.atomic
def send_items(
    items: Sequence[Item], *, actor: User, to_office: Office, seal_no: str = ""
) -> Transfer:
    """Send things to another office. They stay this office's until the other accepts them.

    Raises:
        ValidationError: keyed "items" or "to_office".
        TransitionRefused: one of them is not on a shelf, or must not leave; nothing is sent.
        PermissionDenied: another office keeps one of them.
    """
    chosen = sorted({item.pk: item for item in items}.values(), key=lambda item: item.pk)
    if not 0 < len(chosen) <= MAX_ITEMS:
        message = _("Choose between 1 and %(limit)d things.") % {"limit": MAX_ITEMS}
        raise ValidationError({"items": ValidationError(message, code="items")})
    locked = [lock_item(item) for item in chosen]
    offices = {item.office_id for item in locked}
    if len(offices) > 1 or None in offices or to_office.pk in offices or not to_office.is_active:
        message = _("All things go from one office to another one.")
        raise ValidationError({"to_office": ValidationError(message, code="invalid")})
    sender = locked[0].office
    assert sender is not None
    transfer = Transfer.objects.create(
        from_office=sender,
        to_office=to_office,
        sent_by=actor,
        seal_no=clean_text(seal_no, is_one_line=True)[:40],
    )
    for item in locked:
        refuse_another_office(item, actor)
        if item.is_on_hold:
            raise TransitionRefused(
                _("%(code)s must not leave at the moment.") % {"code": item.shown_code}
            )
        append(
            item,
            actor=actor,
            kind=Kind.SENT,
            to_state=Item.State.IN_TRANSIT,
            office=sender,
            place=None,
            ref=transfer.number,
        )
        TransferItem.objects.create(transfer=transfer, item=item)
    return transfer


def may_accept(transfer: Transfer, person: User) -> bool:
    """Whether somebody speaks for the receiving office; who sent it never does."""
    is_receiver = person.office_id == transfer.to_office_id or (
        person.is_superuser and person.office_id != transfer.from_office_id
    )
    return is_receiver and person.pk != transfer.sent_by_id


@transaction.atomic
def accept_item(row: TransferItem, *, actor: User, shelf: str = "") -> CustodyEvent:
    """Take a sent thing over; only the receiving office can, and only somebody else.

    Raises:
        AlreadySo: it was accepted, refused or taken back meanwhile.
        PermissionDenied: the actor sent it, or works at another office.
        ValidationError: keyed "shelf".
    """
    transfer = row.transfer
    if not may_accept(transfer, actor):
        raise PermissionDenied(_("Only the office that receives a thing can accept it."))
    item = lock_item(row.item)
    _settle(row, State.ACCEPTED, actor)
    event = append(
        item,
        actor=actor,
        kind=Kind.ACCEPTED,
        to_state=Item.State.HELD,
        office=transfer.to_office,
        place=place_for(item, transfer.to_office, clean_text(shelf, is_one_line=True)),
        ref=transfer.number,
    )
    _show_on_post(item)
    return event


@transaction.atomic
def refuse_item(row: TransferItem, *, actor: User, reason: str) -> CustodyEvent:
    """Say that a sent thing did not come, or take it back: its office keeps it as before.

    Raises:
        AlreadySo: as in `accept_item`.
        PermissionDenied: the actor works at neither office.
        ValidationError: keyed "reason".
    """
    transfer, reason = row.transfer, reason_of(reason)
    offices = (transfer.from_office_id, transfer.to_office_id)
    if actor.office_id not in offices and not actor.is_superuser:
        raise PermissionDenied(_("Only the two offices of a transfer can change it."))
    is_own = actor.office_id == transfer.from_office_id
    item = lock_item(row.item)
    _settle(row, State.RECALLED if is_own else State.REFUSED, actor, reason)
    event = append(
        item,
        actor=actor,
        kind=Kind.NOT_ACCEPTED,
        to_state=Item.State.HELD,
        office=transfer.from_office,
        place=None,
        ref=transfer.number,
        detail={"reason": reason},
    )
    _show_on_post(item)
    return event


def _settle(row: TransferItem, to: str, actor: User, reason: str = "") -> None:
    """The one guarded UPDATE that decides between people who answer at once."""
    open_row = TransferItem.objects.filter(pk=row.pk, state=State.SENT)
    if not open_row.update(
        state=to,
        settled_by=actor,
        settled_at=timezone.now(),
        reason=reason[:MAX_REASON_CHARS],
    ):
        raise AlreadySo(_("This has been settled already."))


def _show_on_post(item: Item) -> None:
    """Devices and pages that hold the old place have to notice."""
    if item.post_id is not None:
        posts = Post.objects.filter(pk=item.post_id)
        posts.update(office=item.office, updated_at=timezone.now())
