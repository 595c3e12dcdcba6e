"""Cutting hidden words out of a text that the public or an encoder reads."""

import re
from collections.abc import Iterable
from typing import Final

HIDDEN_MARK: Final = "…"  # replaces hidden words in public
MAX_INITIALS: Final = 2  # characters


def lines_of(text: str) -> list[str]:
    """The facts of a text with one per line."""
    return [line for line in map(str.strip, text.splitlines()) if line]


def without(text: str, hidden: Iterable[str], mark: str) -> str:
    """The text with `mark` in place of each hidden word; spacing and case do not matter."""
    # The longest first, since one hidden fact may contain another.
    for words in sorted(hidden, key=len, reverse=True):
        spelt = r"\s*".join(re.escape(char) for char in words if not char.isspace())
        if len(words) <= MAX_INITIALS:  # an initial must not be cut out of words
            spelt = rf"(?<![a-z0-9]){spelt}(?![a-z0-9])"
        text = re.sub(spelt, mark, text, flags=re.IGNORECASE)
    return text
