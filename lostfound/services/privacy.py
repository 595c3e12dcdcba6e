"""Masking numbers that must never be stored before a text is saved."""

import re
import unicodedata
from typing import Final

# A resident or foreigner registration number: YYMMDD, then 1 to 8 (everybody born since 1900)
# and six more digits, any of which may be masked already, grouped as people group them. Longer
# runs of digits (a parcel number, an IMEI) do not count, nor does a date before a telephone
# number. Matched on a copy in which digits of all scripts are 0-9.
_GAP: Final = r"[\s\W_]{0,3}"
_DATE: Final = r"\d{2}(?P<sep>[-./ ]?)(?:0[1-9]|1[0-2])(?P=sep)(?:0[1-9]|[12]\d|3[01])"
_REST: Final = r"[1-8*](?:[\d*]{6}|[-. ][\d*]{6}|[\d*]{2}[-. ][\d*]{4}|[\d*]{3}[-. ][\d*]{3})"
RESIDENT_NUMBER: Final = re.compile(
    rf"(?<!\d)(?P<century>19|20)?(?P<date>{_DATE}){_GAP}(?P<rest>{_REST})(?![\d*])"
)
_HIDING_MARKS: Final = frozenset("*xX×●○•∗＊#＃")


def mask_personal_numbers(text: str) -> str:
    """Mask what looks like a resident registration number; the length stays the same.

    The year stays readable, as offices write it on forms; other digits become asterisks.
    """
    plain = "".join(map(_plain, text))
    masked = list(text)
    for match in RESIDENT_NUMBER.finditer(plain):
        keep_until = match.start("date") + 2
        for at in range(keep_until, match.end()):
            if plain[at].isdecimal():
                masked[at] = "*"
    return "".join(masked)


def _plain(char: str) -> str:
    """Map one character to one: digits of any script to 0-9, masking characters to "*"."""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if char in _HIDING_MARKS:
        return "*"
    return "-" if unicodedata.category(char) == "Pd" else char
