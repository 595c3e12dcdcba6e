"""Two people editing one post: what a page showed, and which of its fields the reader changed."""

import hashlib
from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lostfound.models import Photo, Post, PostEvent, User
from lostfound.services.post_fields import MANY_LINES, TEXT_FIELDS, clean_text

DIGITS: Final = 8  # kept of a digest and of a photograph's UUID
PHOTOS: Final = "photos"


class EditConflict(ValidationError):
    """Somebody else has changed the same field since the page was rendered; keyed by field.

    Attributes:
        now: the post as it is stored.
        own: the fields that the rejected edit changed.
    """

    def __init__(self, errors: dict[str, ValidationError], now: Post, own: Set[str]) -> None:
        super().__init__(errors)
        self.now, self.own = now, own


def edit_version_of(post: Post, names: Iterable[str]) -> str:
    """Digest of these fields of a post and of its photographs, as one string.

    A page carries it, so that saving the page shows what its reader had seen. It reveals
    nothing about fields that are not listed.
    """
    seen = {name: _digest(name, getattr(post, name)) for name in names}
    seen[PHOTOS] = ",".join(map(_short, post.photos.all()))
    return ";".join(f"{name}:{value}" for name, value in seen.items())


def is_as_seen(edit_version: str, name: str, value: Any) -> bool:
    """Whether the page with this edit version showed this value, ignoring whitespace."""
    return _read(edit_version).get(name) == _digest(name, value)


def names_in(edit_version: str) -> list[str]:
    """The fields that the page with this edit version offered."""
    return [name for name in _read(edit_version) if name != PHOTOS]


def own_changes(
    now: Post, fields: Mapping[str, Any], edit_version: str, *, reader: User
) -> dict[str, Any]:
    """The submitted fields that the reader has changed; all others keep their stored value.

    Args:
        now: the locked post.
        edit_version: of the page; fields that it does not list count as changed.

    Raises:
        EditConflict: somebody else has changed the same field to a different value.
    """
    seen, own, crossed = _read(edit_version), {}, []
    for name, value in fields.items():
        mine, there = _digest(name, value), _digest(name, getattr(now, name))
        if name in seen and mine == seen[name]:
            continue
        own[name] = value
        if name in seen and there not in (seen[name], mine):
            crossed.append(name)
    if crossed:
        raise EditConflict(_errors(now, crossed, reader), now, own.keys())
    return own


def was_shown(edit_version: str, number: str) -> bool:
    """Whether the page with this edit version showed the photograph with this UUID."""
    return number[:DIGITS] in _photos(edit_version)


def is_order_as_seen(edit_version: str, order: Iterable[str], removed: Iterable[str]) -> bool:
    """Whether these photographs are in the order that the page with this edit version showed.

    Args:
        order: UUIDs of photographs, possibly mixed with other submitted values.
        removed: UUIDs of the photographs that the reader removes.
    """
    gone = {number[:DIGITS] for number in removed}
    sent = [number[:DIGITS] for number in order if was_shown(edit_version, number)]
    return sent == [number for number in _photos(edit_version) if number not in gone]


def is_first_as_seen(edit_version: str, number: str) -> bool:
    """Whether the page with this edit version showed this photograph first."""
    return _photos(edit_version)[:1] == [number[:DIGITS]]


def _photos(edit_version: str) -> list[str]:
    return [number for number in _read(edit_version).get(PHOTOS, "").split(",") if number]


def _read(edit_version: str) -> dict[str, str]:
    parts = (part.partition(":") for part in edit_version.split(";"))
    return {name: value for name, separator, value in parts if separator}


def _digest(name: str, value: Any) -> str:
    text = str(getattr(value, "pk", value) or "")
    if name in TEXT_FIELDS:
        with suppress(ValidationError):  # saving it reports the error
            text = clean_text(text, is_one_line=name not in MANY_LINES)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:DIGITS]


def _short(photo: Photo) -> str:
    return str(photo.public_id)[:DIGITS]


def _errors(now: Post, crossed: Iterable[str], reader: User) -> dict[str, ValidationError]:
    events = list(now.events.filter(action="edited").select_related("actor"))  # newest first
    return {
        name: ValidationError(
            _message(now, name, _event_of(name, events), reader), code="changed_meanwhile"
        )
        for name in crossed
    }


def _event_of(name: str, events: Iterable[PostEvent]) -> PostEvent | None:
    return next((event for event in events if name in event.detail.get("fields", ())), None)


def _message(now: Post, name: str, event: PostEvent | None, reader: User) -> str:
    value = now.colour_name if name == "colour" else str(getattr(now, name) or "")
    stands = f"“{value}”" if value else _("nothing")
    if event is None or event.actor is None:
        text = _(
            "This has changed since you opened it. It now says: %(now)s. Save again to "
            "replace it with yours."
        )
        return text % {"now": stands}
    text = _(
        "This has changed since you opened it (%(who)s, %(when)s). It now says: %(now)s. Save "
        "again to replace it with yours."
    )
    when = date_format(timezone.localtime(event.at), "SHORT_DATETIME_FORMAT")
    return text % {"who": _who(event.actor, reader), "when": when, "now": stands}


def _who(actor: User, reader: User) -> str:
    """Staff see names; an author only sees that it was the office."""
    if actor == reader:
        return _("you, in another window")
    return str(actor) if reader.is_staff else _("the office")
