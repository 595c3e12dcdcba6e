"""Numbers that must never be stored are masked before a text is saved."""

import re
from typing import Final

# Resident and foreigner registration numbers: YYMMDD, then a digit 1-8 and six more digits.
RESIDENT_NUMBER: Final = re.compile(
    r"(?<!\d)(\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))[\s\-–.]?([1-8])[\d*]{6}(?!\d)"
)


def mask_personal_numbers(text: str) -> str:
    """The text with digits that look like a resident registration number masked."""
    return RESIDENT_NUMBER.sub(lambda match: f"{match[1][:2]}****-*******", text)
