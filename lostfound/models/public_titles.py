"""What the public may read of a title. A pure module: the texts come from the post."""

import re
from functools import lru_cache
from typing import Final

from lostfound.data.campus_files import read_taxonomy

MARK: Final = "…"  # replaces hidden words in public
# Telephones with an area or mobile code, and every long number; an extension of the campus and a
# written day stay. A student number is long, or a year and five digits.
TELEPHONE: Final = re.compile(
    r"(?<![\w./-])(?:\(?0\d{1,2}\)?|\+?82[- .]?\(?0?\d{1,2}\)?)[- .]?\d{3,4}[- .]?\d{4}(?![\d-])"
)
STUDENT_NUMBER: Final = re.compile(r"(?<!\d)(?:19|20)\d\d-\d{5}(?!\d)")
LONG_NUMBER: Final = re.compile(r"\d{7,}")


def without_long_numbers(title: str) -> str:
    """The title with the digits of telephones, student numbers and long numbers masked."""
    for pattern in (TELEPHONE, STUDENT_NUMBER, LONG_NUMBER):
        title = pattern.sub(lambda match: re.sub(r"\d", "*", match.group()), title)
    return title


def sensitive_words_of(title: str) -> list[str]:
    """The words of a title that name a sensitive kind of thing, as the shipped taxonomy has them.

    A post without a category may still be about somebody's student card.
    """
    return [match.group() for match in _sensitive_words().finditer(title)]


def only_words(title: str, words: list[str]) -> str:
    """The title with everything but these words replaced by one mark at a time."""
    kept = re.split("(" + "|".join(map(re.escape, words)) + ")", title)
    parts = [part if part in words else MARK if part.strip() else "" for part in kept]
    return " ".join(part for part in parts if part)


@lru_cache(maxsize=1)
def _sensitive_words() -> "re.Pattern[str]":
    words: set[str] = set()
    for entry in read_taxonomy():
        if entry.model == "Category" and entry.values["sensitive"]:
            values = entry.values
            words |= {values["name_ko"], values["name_en"]}
            words |= {*values["synonyms_ko"], *values["synonyms_en"]}
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    spelt = [rf"\b{re.escape(w)}\b" if w.isascii() else re.escape(w) for w in longest_first]
    return re.compile("|".join(spelt), re.IGNORECASE)
