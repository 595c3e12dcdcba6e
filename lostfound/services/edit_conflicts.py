"""Two people at one post: what a page was made from, and what its reader changed of that."""

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

DIGITS: Final = 8  # of a digest, and of a photograph's number
PHOTOS: Final = "photos"


class EditConflict(ValidationError):
    """Somebody else has changed the same field since the page was made; keyed by field.

    Attributes:
        now: the post as it stands.
        own: the fields that the refused person changed.
    """

    def __init__(self, told: dict[str, ValidationError], now: Post, own: Set[str]) -> None:
        super().__init__(told)
        self.now, self.own = now, own


def edit_version_of(post: Post, names: Iterable[str]) -> str:
    """Names these fields of a post as they are now, and its photographs, in one word.

    It travels with a page, so that saving the page knows what its reader has seen. It tells
    nothing of a field that is not named.
    """
    seen = {name: _digest(name, getattr(post, name)) for name in names}
    seen[PHOTOS] = ",".join(map(_short, post.photos.all()))
    return ";".join(f"{name}:{value}" for name, value in seen.items())


def is_as_seen(edit_version: str, name: str, value: Any) -> bool:
    """Whether the page of this mark showed this value, however it is spaced."""
    return _read(edit_version).get(name) == _digest(name, value)


def names_in(edit_version: str) -> list[str]:
    """The fields that the page of this mark offered."""
    return [name for name in _read(edit_version) if name != PHOTOS]


def own_changes(
    now: Post, fields: Mapping[str, Any], edit_version: str, *, reader: User
) -> dict[str, Any]:
    """Of all that a page sends, what its reader has changed: the rest stays as it is now.

    Args:
        now: the locked post.
        mark: of the page; what it does not name counts as changed.

    Raises:
        ChangedMeanwhile: somebody else has changed the same field to something else.
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
        told = _told(now, crossed, reader)
        raise EditConflict(told, now, own.keys())
    return own


def was_shown(edit_version: str, number: str) -> bool:
    """Whether the page of this mark showed the photograph of this number."""
    return number[:DIGITS] in _photos(edit_version)


def is_order_as_seen(edit_version: str, order: Iterable[str], removed: Iterable[str]) -> bool:
    """Whether these photographs stand as the page of this mark showed them.

    Args:
        order: numbers of photographs and whatever else was sent among them.
        removed: numbers of those that the reader removes.
    """
    gone = {number[:DIGITS] for number in removed}
    sent = [number[:DIGITS] for number in order if was_shown(edit_version, number)]
    return sent == [number for number in _photos(edit_version) if number not in gone]


def is_first_as_seen(edit_version: str, number: str) -> bool:
    """Whether the page of this mark showed this photograph first."""
    return _photos(edit_version)[:1] == [number[:DIGITS]]


def _photos(edit_version: str) -> list[str]:
    return [number for number in _read(edit_version).get(PHOTOS, "").split(",") if number]


def _read(edit_version: str) -> dict[str, str]:
    parts = (part.partition(":") for part in edit_version.split(";"))
    return {name: value for name, separator, value in parts if separator}


def _digest(name: str, value: Any) -> str:
    text = str(getattr(value, "pk", value) or "")
    if name in TEXT_FIELDS:
        with suppress(ValidationError):  # it is refused when it is saved
            text = clean_text(text, is_one_line=name not in MANY_LINES)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:DIGITS]


def _short(photo: Photo) -> str:
    return str(photo.public_id)[:DIGITS]


def _told(now: Post, crossed: Iterable[str], reader: User) -> dict[str, ValidationError]:
    events = list(now.events.filter(action="edited").select_related("actor"))  # newest first
    return {
        name: ValidationError(
            _words(now, name, _event_of(name, events), reader), code="changed_meanwhile"
        )
        for name in crossed
    }


def _event_of(name: str, events: Iterable[PostEvent]) -> PostEvent | None:
    return next((event for event in events if name in event.detail.get("fields", ())), None)


def _words(now: Post, name: str, event: PostEvent | None, reader: User) -> str:
    value = now.colour_name if name == "colour" else str(getattr(now, name) or "")
    stands = f"“{value}”" if value else _("nothing")
    if event is None or event.actor is None:
        text = _("Meanwhile this was changed. It now says: %(now)s. Save again to put yours there.")
        return text % {"now": stands}
    text = _(
        "Meanwhile this was changed (%(who)s, %(when)s). It now says: %(now)s. Save again to put "
        "yours there."
    )
    when = date_format(timezone.localtime(event.at), "SHORT_DATETIME_FORMAT")
    return text % {"who": _who(event.actor, reader), "when": when, "now": stands}


def _who(actor: User, reader: User) -> str:
    """The office reads names; an author learns only that it was the office."""
    if actor == reader:
        return _("you, in another window")
    return str(actor) if reader.is_staff else _("the office")
