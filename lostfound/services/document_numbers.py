"""Finds the numbers of driving licences, passports and payment cards in a text.

Every function expects a text in which digits and Latin letters are ASCII and dashes are "-", and
yields the part of each number that is to be masked, as (start, end).
"""

import re
from collections.abc import Iterable
from typing import Final

Span = tuple[int, int]

# The region, the year, a number, two check digits; without dashes only beside the word.
LICENCE: Final = re.compile(r"(?<![\w-])\d{2}(?P<rest>-\d{2}-\d{6}-\d{2})(?![\w-]|\.\d)", re.ASCII)
LICENCE_UNDASHED: Final = re.compile(
    r"(?:면허|licen[cs]e)[^\d\n]{0,20}\d{2}(?P<rest>[- ]?\d{2}[- ]?\d{6}[- ]?\d{2})(?!\d)",
    re.IGNORECASE,
)
PASSPORT: Final = re.compile(
    r"(?:여권|passport)[^\n]{0,20}?(?<![A-Z0-9])[A-Z](?P<rest>\d{3}[A-Z0-9]\d{4})(?![A-Z0-9])",
    re.IGNORECASE | re.ASCII,
)
# As cards print them, and as people type them.
GROUPED: Final = re.compile(
    r"(?<![\w-])\d{4}(?P<sep>[- .])(?:\d{4}(?P=sep)){2}\d{4}(?![\w-])", re.ASCII
)
# Not with any other spacing: a day and a telephone number have as many digits.
TYPED: Final = re.compile(r"(?<![\w-])(?:\d{14,16}|\d{4}[- .]\d{6}[- .]\d{4,5})(?![\w-])", re.ASCII)
CARD_WORD: Final = re.compile(
    r"카드|체크|신용|비자|마스터|아멕스|\bcard|credit|debit|visa|master|amex", re.IGNORECASE
)
OTHER_NUMBER: Final = re.compile(
    r"IMEI|일련|시리얼|serial|\bS/?N\b|ISBN|바코드|barcode|송장|등기|tracking|parcel|교통|티머니"
    r"|transit|관리\s?번호|접수",
    re.IGNORECASE,
)
BEFORE_CHARS, AFTER_CHARS = 30, 15
# First digits of payment cards by their length: ISO/IEC 7812, and the local ones, which begin with
# 9. A transit card begins with 1, an IMEI of fifteen digits not with 34 or 37, a day with 20.
FIRST_DIGITS: Final = {
    14: ("30", "36", "38", "39"),
    15: ("34", "37"),
    16: (*("22", "23", "24", "25", "26", "27"), *"34569"),
}


def driving_licences(text: str) -> Iterable[Span]:
    """Numbers of driving licences without their region."""
    for pattern in (LICENCE, LICENCE_UNDASHED):
        for match in pattern.finditer(text):
            yield match.span("rest")


def passports(text: str) -> Iterable[Span]:
    """Numbers of passports without their first letter."""
    for match in PASSPORT.finditer(text):
        yield match.span("rest")


def card_numbers(text: str) -> Iterable[Span]:
    """Numbers of payment cards: grouped by four, or beside a word for a card."""
    for match in GROUPED.finditer(text):
        if is_card_number(match.group()) and not _is_named_otherwise(text, match):
            yield match.span()
    for match in TYPED.finditer(text):
        if is_card_number(match.group()) and _is_beside_card_word(text, match):
            yield match.span()


def is_card_number(number: str) -> bool:
    """Whether length, first digits and check digit are those of a payment card."""
    digits = re.sub(r"\D", "", number)
    return digits.startswith(FIRST_DIGITS.get(len(digits), ())) and _passes_luhn(digits)


def _passes_luhn(digits: str) -> bool:
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_beside_card_word(text: str, match: "re.Match[str]") -> bool:
    before = text[max(0, match.start() - BEFORE_CHARS) : match.start()]
    after = text[match.end() : match.end() + AFTER_CHARS]
    is_named = CARD_WORD.search(before) or CARD_WORD.search(after)
    return bool(is_named) and not _is_named_otherwise(text, match)


def _is_named_otherwise(text: str, match: "re.Match[str]") -> bool:
    """Whether the words right before it call it something else, such as an IMEI."""
    before = text[max(0, match.start() - BEFORE_CHARS) : match.start()]
    others = [found.end() for found in OTHER_NUMBER.finditer(before)]
    cards = [found.end() for found in CARD_WORD.finditer(before)]
    return bool(others) and others[-1] > max(cards, default=-1)
