"""How a thing comes into the office, and where it is put."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import (
    CustodyEvent,
    Item,
    Notification,
    Office,
    Post,
    StoragePlace,
    User,
    item_codes,
)
from lostfound.models.item import MAX_SHELF_CHARS
from lostfound.services.clock.rules import rule_for, start_clock
from lostfound.services.items.custody import append, lock_item
from lostfound.services.items.facts import adopt_facts, return_facts
from lostfound.services.items.transitions import NeedsSafe
from lostfound.services.locking import lock_post, refuse_another_office
from lostfound.services.notifications import notify
from lostfound.services.post_fields import clean_text
from lostfound.services.status import AlreadySo, TransitionRefused

LOCKED_UP: Final = (StoragePlace.Kind.SAFE, StoragePlace.Kind.QUARANTINE)
MAX_FINDER_CHARS: Final = 80
FINDER_FIELDS: Final = ("brought_by", "brought_note", "brought_contact", "finder_rights")
VALUE_FIELDS: Final = (
    *("value_band", "cash_amount", "cash_currency", "seal_no"),
    "has_name_inside",
)


def expect_item(post: Post) -> None:
    """Keep the announced thing of a found post in step: it exists while an office is named.

    Nothing happens once the office holds it.
    """
    item = Item.objects.filter(post=post).first()
    is_announced = post.kind == Post.Kind.FOUND and post.office_id is not None
    if item is None:
        if is_announced:
            adopt_facts(
                Item.objects.create(post=post, office=post.office, found_on=_found_on(post)), post
            )
    elif item.state == Item.State.EXPECTED:
        if not is_announced:
            return_facts(item, post)
            item.delete()
        else:
            rows = Item.objects.filter(pk=item.pk, state=Item.State.EXPECTED)
            rows.update(office=post.office, found_on=post.happened_on)


def _found_on(post: Post) -> date:
    """Every find has a day, by a constraint of the database."""
    return cast(date, post.happened_on)


def receive_item(
    post: Post,
    *,
    actor: User,
    office: Office | None = None,
    shelf: str = "",
    finder: Mapping[str, Any] | None = None,
    value: Mapping[str, Any] | None = None,
    code: str = "",
    second: User | None = None,
) -> Item:
    """Take a found thing into the office: from now on its post's author only edits words.

    Args:
        office: where it is; by default the one that the post names, or the actor's own.
        shelf: the place, which is made if it is new.
        finder: FINDER_FIELDS, about whoever brought it.
        value: VALUE_FIELDS.
        code: of a label that was printed before; it is bound to this thing.
        second: who counted a valuable or cash together with the actor.

    Raises:
        AlreadySo: the office has it already; somebody was faster.
        TransitionRefused: it has left the office.
        ValidationError: keyed by field; a valuable without a second person or a seal, a document on
            an open shelf, a label that is in use.
        PermissionDenied: it is announced at another office.
    """
    with transaction.atomic():
        locked = lock_post(post)
        refuse_another_office(locked, actor)
        if locked.kind != Post.Kind.FOUND:
            raise TransitionRefused(_("This is a lost post. Only found things are taken in."))
        office = office or locked.office or actor.office
        item = Item.objects.filter(post=locked).first()
        if item is None:
            item = Item.objects.create(post=locked, office=office, found_on=_found_on(locked))
            adopt_facts(item, locked)
        item = lock_item(item)
        if item.is_in_custody:
            raise AlreadySo(_("The office has this thing already."))
        changes = {**_finder(finder or {}), **_value(value or {}, actor, second)}
        item.value_band = changes.get("value_band", item.value_band)  # decides on the place
        item.has_name_inside = changes.get("has_name_inside", item.has_name_inside)
        item.found_on = _found_on(locked)
        changes |= start_clock(item, rule_for(item), timezone.localdate())
        if code:
            changes["code"] = _unused_code(code)
            item.code = changes["code"]
        place = place_for(item, office, shelf)
        details = {
            name: changes[name] for name in ("brought_note", "brought_contact") if changes.get(name)
        }
        if second is not None:
            details["second_by"] = second.pk
        append(
            item,
            actor=actor,
            kind=CustodyEvent.Kind.RECEIVED,
            to_state=Item.State.HELD,
            office=office,
            place=place,
            ref=locked.number,
            detail=details,
            changes={**changes, "received_at": timezone.now(), "found_on": locked.happened_on},
        )
        if not locked.author.is_staff:
            notify(locked.author, locked, Notification.Kind.ITEM_RECEIVED)
        if office is not None and locked.office_id != office.pk:
            Post.objects.filter(pk=locked.pk).update(office=office, updated_at=timezone.now())
    post.refresh_from_db(fields=["office", "updated_at", "facts_without_item"])
    _show_on(post, item)
    return item


def place_for(item: Item, office: Office | None, shelf: str) -> StoragePlace | None:
    """The storage place with this code at an office, made if it is new; None without a code.

    A new place of a document is a safe.

    Raises:
        NeedsSafe: the thing belongs in a safe, and this place is none.
        ValidationError: keyed "shelf", if the code is too long.
    """
    if not shelf:
        return None
    if len(shelf) > MAX_SHELF_CHARS:
        message = _("Use at most %(limit)d characters.") % {"limit": MAX_SHELF_CHARS}
        raise ValidationError({"shelf": ValidationError(message, code="max_length")})
    belongs_in_safe = item.needs_two_people
    kind = StoragePlace.Kind.SAFE if belongs_in_safe else StoragePlace.Kind.SHELF
    place, _new = StoragePlace.objects.get_or_create(
        office=office, code=shelf, defaults={"kind": kind}
    )
    if not place.is_active:
        message = _("This place is not in use any more. Please choose another one.")
        raise ValidationError({"shelf": ValidationError(message, code="not_in_use")})
    if belongs_in_safe and place.kind not in LOCKED_UP:
        raise NeedsSafe
    return place


def _show_on(post: Post, item: Item) -> None:
    """Let an already loaded post show its thing's new state."""
    post._state.fields_cache["item"] = item


def _finder(fields: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: fields[name] for name in FINDER_FIELDS if fields.get(name)}
    for name in ("brought_note", "brought_contact"):
        if name in values:
            values[name] = clean_text(values[name], is_one_line=True)[:MAX_FINDER_CHARS]
    return values


def _value(fields: Mapping[str, Any], actor: User, second: User | None) -> dict[str, Any]:
    """The value of a thing; valuables are counted by two people and sealed.

    Raises: ValidationError
    """
    values = {name: fields[name] for name in VALUE_FIELDS if fields.get(name)}
    if values.get("value_band") not in (Item.ValueBand.HIGH, Item.ValueBand.CASH):
        return values
    errors = {}
    if second is None or second.pk == actor.pk:
        message = _("Valuables and cash are taken in by two people. Who counted with you?")
        errors["second_by"] = ValidationError(message, code="second_person")
    if not values.get("seal_no"):
        message = _("Please seal it in a numbered bag, and enter the number.")
        errors["seal_no"] = ValidationError(message, code="required")
    if errors:
        raise ValidationError(errors)
    return values


def _unused_code(code: str) -> str:
    """A pre-printed code, if no other thing has it.

    Raises: ValidationError
    """
    plain = item_codes.plain(code)
    if not item_codes.is_valid(plain):
        message = _("This code has a typing mistake. Please read it again.")
        raise ValidationError({"code": ValidationError(message, code="check_digit")})
    if Item.objects.filter(code=plain).exists():
        message = _("Another thing has this label.")
        raise ValidationError({"code": ValidationError(message, code="unique")})
    return plain
