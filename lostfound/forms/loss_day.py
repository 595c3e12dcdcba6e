"""The day of a loss in a form: one day, around one, between two, or not known."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lostfound.models import Post

AROUND_DAYS: Final = 3  # on either side


class DayIs(models.TextChoices):
    """How well somebody knows the day."""

    EXACT = "exact", gettext_lazy("I know the day")
    AROUND = "around", gettext_lazy("Around a day")
    BETWEEN = "between", gettext_lazy("Between two days")
    UNKNOWN = "unknown", gettext_lazy("I do not know")


def day_is(post: Post) -> str:
    """How a stored day is shown in the form; one that was around a day is between two now."""
    if post.happened_on is None:
        return DayIs.UNKNOWN
    return DayIs.EXACT if post.happened_until is None else DayIs.BETWEEN


def _without_a_choice(first: date | None, last: date | None) -> str:
    if last is not None:
        return DayIs.BETWEEN
    return DayIs.UNKNOWN if first is None else DayIs.EXACT


def days_meant(cleaned: Mapping[str, Any]) -> dict[str, date | None]:
    """The first and the last possible day of a loss, as the form was filled in.

    Dates alone speak for themselves; nothing at all means that the day is not known.

    Raises:
        ValidationError: keyed by field.
    """
    first, last = cleaned.get("happened_on"), cleaned.get("happened_until")
    chosen = cleaned.get("day_is") or _without_a_choice(first, last)
    if chosen == DayIs.UNKNOWN:
        return {"happened_on": None, "happened_until": None}
    if first is None:
        message = _("Please choose a day.")
        raise ValidationError({"happened_on": ValidationError(message, code="required")})
    if chosen == DayIs.AROUND:
        until = min(first + timedelta(days=AROUND_DAYS), timezone.localdate())
        return {"happened_on": first - timedelta(days=AROUND_DAYS), "happened_until": until}
    if chosen == DayIs.BETWEEN:
        if last is None:
            message = _("Please choose the last day as well.")
            raise ValidationError({"happened_until": ValidationError(message, code="required")})
        return {"happened_on": first, "happened_until": last}
    return {"happened_on": first, "happened_until": None}
