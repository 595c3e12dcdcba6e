"""Parses dates as people and spreadsheets write them."""

import re
import unicodedata
from datetime import date, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.services.post_fields import refuse_future

OLDEST_YEARS: Final = 10  # an office may import what it has kept for years, but not a typing error
CENTURY: Final = 2000  # for years with two digits
EXCEL_BEGAN: Final = date(1899, 12, 30)
EXCEL_DAYS: Final = range(36526, 73051)  # 2000 to 2099: other five-digit numbers are not dates

_WRITTEN: Final = re.compile(
    r"(?P<year>\d{4}|'?\d{2})\s*[년./-]\s*(?P<month>\d{1,2})\s*[월./-]\s*(?P<day>\d{1,2})\s*일?\.?"
    r"(?:\s*\(?[월화수목금토일](?:요일)?\)?)?"
    r"(?:[\sT]+(?:오전|오후|AM|PM)?\s*\d{1,2}\s*[:시].*)?",
    re.IGNORECASE,
)
_TOGETHER: Final = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})")
_SERIAL: Final = re.compile(r"(\d{5})(?:\.\d+)?")


def day_written(text: str) -> date | None:
    """The date that a text means; None if it is not a date."""
    text = unicodedata.normalize("NFKC", text).strip()
    if serial := _SERIAL.fullmatch(text):
        days = int(serial[1])
        return EXCEL_BEGAN + timedelta(days=days) if days in EXCEL_DAYS else None
    written = _WRITTEN.fullmatch(text) or _TOGETHER.fullmatch(text)
    if written is None:
        return None
    year = int(written["year"].removeprefix("'"))
    try:
        return date(
            year if year > 99 or len(written["year"]) == 4 else CENTURY + year,
            int(written["month"]),
            int(written["day"]),
        )
    except ValueError:
        return None


def refuse_unlikely_day(day: date | None) -> None:
    """Refuse a date that no post may have, or so long ago that the year must be a typing error.

    Raises:
        ValidationError: keyed "happened_on".
    """
    refuse_future(day)
    if day is not None and day < timezone.localdate() - timedelta(days=OLDEST_YEARS * 366):
        message = _("This date is more than ten years ago. Please check the year.")
        raise ValidationError({"happened_on": ValidationError(message, code="too_old")})
