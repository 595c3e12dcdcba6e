"""The fields that people may set on a post, and how their values are cleaned and validated."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Post
from lostfound.services.privacy import mask_personal_numbers

# Anything else that a client sends is ignored.
EDITABLE_FIELDS: Final = (
    "title",
    "description",
    "category",
    "colour",
    "building",
    "place_note",
    "happened_on",
    "happened_until",
    "office",
    "kept_note",
)
TEXT_FIELDS: Final = (
    *("title", "description", "place_note", "kept_note"),
    *("shelf", "hidden_facts"),
)
# Where a found thing is kept. These stay editable while it is matched: it may still move.
CUSTODY_FIELDS: Final = ("office", "kept_note")
# Written and read by the office alone.
# Both belong to the thing: `services.items` moves it and writes its facts.
OFFICE_FIELDS: Final = ("shelf", "hidden_facts")
FOUND_FIELDS: Final = (*CUSTODY_FIELDS, *OFFICE_FIELDS)  # unused on lost posts
LOST_FIELDS: Final = ("happened_until",)  # unused on found posts
MANY_LINES: Final = ("description", "hidden_facts")

CONTROL_CHARACTERS: Final = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f]")
JOINER: Final = "\u200d"  # joins the parts of a composite emoji
FILLERS: Final = "\u115f\u1160\u3164\uffa0"  # invisible Hangul letters
OLDEST_DAYS: Final = 2 * 365


def assign_fields(post: Post, fields: Mapping[str, Any]) -> list[str]:
    """Set cleaned values on a post; returns the names of the fields that changed.

    Raises:
        ValidationError: keyed by field.
    """
    errors: dict[str, ValidationError] = {}
    changed = []
    for name in EDITABLE_FIELDS:
        unused = LOST_FIELDS if post.kind == Post.Kind.FOUND else FOUND_FIELDS
        if name not in fields or name in unused:
            continue
        value = fields[name]
        if name in TEXT_FIELDS:
            try:
                value = clean_text(str(value or ""), is_one_line=name not in MANY_LINES)
            except ValidationError as error:
                errors[name] = error
                continue
        if getattr(post, name) != value:
            setattr(post, name, value)
            changed.append(name)
    if errors:
        raise ValidationError(errors)
    changed += _in_order(post, fields)
    validate_fields(post)
    return changed


def _in_order(post: Post, fields: Mapping[str, Any]) -> list[str]:
    """Clear a last day that says nothing beside the first; returns the fields that changed."""
    first, last = post.happened_on, post.happened_until
    is_left_over = first is None and "happened_until" not in fields
    if last is None or not (last == first or is_left_over):
        return []
    post.happened_until = None
    return [] if "happened_until" in fields else ["happened_until"]


def clean_shelf(fields: Mapping[str, Any]) -> str:
    """The shelf among these fields as it is saved; empty if there is none.

    Raises:
        ValidationError: keyed "shelf".
    """
    try:
        return clean_text(str(fields.get("shelf") or ""), is_one_line=True)
    except ValidationError as error:
        raise ValidationError({"shelf": error}) from error


def clean_text(text: str, *, is_one_line: bool) -> str:
    """The text as it is saved: composed Hangul, nothing invisible, numbers masked.

    Raises:
        ValidationError: it contains characters that no database can store.
    """
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValidationError(
            _("This text contains characters that cannot be saved. Please type it again."),
            code="unsaveable_characters",
        )
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = CONTROL_CHARACTERS.sub("", text)
    # Drop marks that change the reading direction or are invisible.
    text = "".join(c for c in text if c == JOINER or unicodedata.category(c) != "Cf")
    if not text.translate(dict.fromkeys(map(ord, FILLERS + JOINER))).strip():
        return ""
    if is_one_line:
        text = " ".join(text.split())
    return mask_personal_numbers(text.strip())


def validate_fields(post: Post) -> None:
    """Check lengths, choices and the day, whatever the caller has validated.

    Raises:
        ValidationError: keyed by field.
    """
    # The caller has fetched the related rows, so they exist.
    post.clean_fields(exclude={"author", "category", "building", "office"})
    validate_days(post.kind, post.happened_on, post.happened_until)


def validate_days(kind: str, first: date | None, last: date | None) -> None:
    """Check the day of a find, or the possible days of a loss, whose day may be unknown.

    Raises:
        ValidationError: keyed by field.
    """
    if first is None and kind == Post.Kind.FOUND:
        message = _("Please choose a day.")
        raise ValidationError({"happened_on": ValidationError(message, code="required")})
    refuse_future(first)
    if last is None:
        return
    refuse_future(last, "happened_until")
    if first is None:
        message = _("Please choose the first possible day as well.")
        raise ValidationError({"happened_on": ValidationError(message, code="required")})
    if last < first:
        message = _("The last day is before the first one.")
        raise ValidationError({"happened_until": ValidationError(message, code="before_first")})


def refuse_future(day: date | None, name: str = "happened_on") -> None:
    """Refuse a day in the future.

    Raises:
        ValidationError: keyed by the name of the field.
    """
    if day is not None and day > timezone.localdate():
        message = _("This date is in the future.")
        raise ValidationError({name: ValidationError(message, code="future")})


def refuse_long_ago(day: date | None, name: str = "happened_on") -> None:
    """Refuse a day years ago: most likely a mistyped year. Not applied to the office.

    Raises:
        ValidationError: keyed by the name of the field.
    """
    if day is not None and day < timezone.localdate() - timedelta(days=OLDEST_DAYS):
        message = _("This date is more than two years ago. Please check the year.")
        raise ValidationError({name: ValidationError(message, code="too_old")})
