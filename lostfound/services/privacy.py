"""Masking numbers that must never be stored before a text is saved.

Resident numbers are found here, those of documents and cards in `document_numbers`. What is masked
only in public is `lostfound.models.public_titles`' business.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

from django.utils import timezone

from lostfound.services.document_numbers import (
    Span,
    card_numbers,
    driving_licences,
    passports,
)

# A resident or foreigner registration number: YYMMDD, then 1 to 8 (everybody born since 1900)
# and six more digits, any of which may be masked already, grouped as people group them. Longer
# runs of digits (a parcel number, an IMEI) do not count. Matched on a copy in which digits of all
# scripts are 0-9.
_GAP: Final = r"(?P<gap>[\s\W_]{0,3})"
_DATE: Final = r"\d{2}(?P<sep>[-./ ]?)(?:0[1-9]|1[0-2])(?P=sep)(?:0[1-9]|[12]\d|3[01])"
_REST: Final = r"[1-8*](?:[\d*]{6}|[-. ][\d*]{6}|[\d*]{2}[-. ][\d*]{4}|[\d*]{3}[-. ][\d*]{3})"
RESIDENT_NUMBER: Final = re.compile(
    rf"(?<!\d)(?P<century>19|20)?(?P<date>{_DATE}){_GAP}(?P<rest>{_REST})(?![\d*])"
)
NAMES_RESIDENT_NUMBER: Final = re.compile(
    r"(?:주민|등록\s?번호|resident|registration|\bRRN\b)[^\d\n]{0,20}$", re.IGNORECASE
)
NAMES_OTHER_NUMBER: Final = re.compile(
    r"(?:바코드|상품|제품|송장|등기|택배|일련|시리얼|barcode|\bEAN|\bISBN|serial|parcel|tracking"
    r"|\bIMEI|\bS/N)[^\d\n]{0,20}$",
    re.IGNORECASE,
)
BEFORE_CHARS: Final = 40  # how far back the name of a number is looked for
# Nobody who loses or finds things here was born that lately: a day beside a number is the day of
# a find, whose post may be two years late.
DAYS_OF_FINDS: Final = timedelta(days=5 * 365)
DAYS_AHEAD: Final = timedelta(days=366)
BORN_19: Final = frozenset("1256")  # what follows the date of somebody born in 19YY
BORN_20: Final = frozenset("3478")
# Two digits with which the barcodes of most goods start. Students were born in other years.
BARCODES: Final = range(30, 95)
CHECK_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_HIDING_MARKS: Final = frozenset("*xX×●○•∗＊#＃")


def mask_personal_numbers(text: str) -> str:
    """Mask numbers of residents, driving licences, passports and payment cards.

    The length stays the same. A resident number keeps its year, as offices write it on forms, a
    licence its region, and a passport its first letter; other digits become asterisks.
    """
    masked = list(text)
    for start, end in _spans(text):
        for at in range(start, end):
            if text[at].isdecimal() or text[at].isalpha():
                masked[at] = "*"
    return "".join(masked)


def _spans(text: str) -> Iterable[Span]:
    if not any(map(str.isdecimal, text)):
        return
    plain = "".join(map(_plain, text))
    for match in RESIDENT_NUMBER.finditer(plain):
        if _is_resident_number(match):
            yield match.start("date") + 2, match.end()
    letters = "".join(map(_upright, text))
    finders: tuple[Callable[[str], Iterable[Span]], ...] = (
        driving_licences,
        passports,
        card_numbers,
    )
    for find in finders:
        yield from find(letters)


def _is_resident_number(match: "re.Match[str]") -> bool:
    """Whether it is one, rather than a day beside a telephone number, or a barcode."""
    before = match.string[max(0, match.start() - BEFORE_CHARS) : match.start()]
    if NAMES_RESIDENT_NUMBER.search(before):
        return True
    gap, rest, first = match["gap"], match["rest"], match["rest"][0]
    is_joined = gap in ("", "-")
    if match["century"] and first in ({"19": BORN_20, "20": BORN_19}[match["century"]]):
        return False
    if len(rest) > len("1234567") and (not is_joined or _is_day(match)):
        return False  # grouped as a telephone number, after a day
    if gap != "-" and _is_day(match):
        return False
    if rest.isdecimal() and match.group().isdecimal():
        return not NAMES_OTHER_NUMBER.search(before) and not _is_barcode(match)
    return True


def _is_day(match: "re.Match[str]") -> bool:
    """Whether the first half reads as a day on which something may have been found."""
    if match["century"] == "19":
        return False
    year, month, day = map(int, re.findall(r"\d\d", match["date"]))
    try:
        written = date(2000 + year, month, day)
    except ValueError:
        return False
    today = timezone.localdate()
    return today - DAYS_OF_FINDS <= written <= today + DAYS_AHEAD


def _is_barcode(match: "re.Match[str]") -> bool:
    """Whether thirteen digits in a row are a barcode: no such birthday, or only its check digit."""
    digits = match["date"] + match["rest"]
    if match["century"]:
        return False
    if digits[6] in BORN_20 and 2000 + int(digits[:2]) > timezone.localdate().year:
        return True
    if int(digits[:2]) not in BARCODES or _has_resident_check(digits):
        return False
    ean = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return ean % 10 == 0


def _has_resident_check(digits: str) -> bool:
    """Whether the last digit is the check digit, as it was for numbers until October 2020."""
    total = sum(int(d) * w for d, w in zip(digits[:12], CHECK_WEIGHTS, strict=True))
    return (11 - total % 11) % 10 == int(digits[12])


def _plain(char: str) -> str:
    """Map one character to one: digits of any script to 0-9, masking characters to "*"."""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if char in _HIDING_MARKS:
        return "*"
    return "-" if unicodedata.category(char) == "Pd" else char


def _upright(char: str) -> str:
    """Map one character to one: digits and Latin letters of any width, and dashes, to ASCII."""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(char) == "Pd":
        return "-"
    narrow = unicodedata.normalize("NFKC", char)
    return narrow if len(narrow) == 1 else char
