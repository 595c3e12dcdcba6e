"""What people find: found things by meaning, by exact words, and by facts.

Only what the public may see is searched and shown: hidden words neither match nor appear.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Q, QuerySet

from lostfound import selectors
from lostfound.models import Post
from matching.core.filters import Wanted
from matching.core.vectors import PhotoVec
from matching.finder.client import FinderAway, Hit, find_things

MAX_WORDS: Final = 8
MAX_EXACT: Final = 200  # posts with one of the words, newest first
# Every word in the title speaks as much for a thing as 16 times the odds by meaning.
EXACT_BITS: Final = 4.0
WORD_FIELDS: Final = (
    *("title", "category__name_ko", "category__name_en"),
    *("building__name_ko", "building__name_en"),
)


@dataclass(frozen=True)
class Finding:
    """A thing, and why it may be meant: names of terms, and words that its title holds."""

    post_id: int
    bits: float
    reasons: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What a search gave, best first.

    Attributes:
        by_meaning: False where nobody answered, so that only exact words were compared.
    """

    findings: tuple[Finding, ...]
    by_meaning: bool = True


def look_up(text: str, photo: PhotoVec | None, facts: Mapping[str, Any]) -> Found:
    """Found things that words or a photograph speak for, under facts that they must have."""
    by_meaning = True
    try:
        hits = find_things(text, photo, wanted_of(facts))
    except FinderAway:
        hits, by_meaning = [], False
    words = words_of(text)
    exact = _exact_ids(words, facts)
    known = {hit.post_id: hit for hit in hits}
    rows = things_with(facts).filter(pk__in={*known, *exact}).prefetch_related(None)
    findings = [_finding(post, known.get(post.pk), words) for post in rows]
    listed = [finding for finding in findings if finding.bits > 0.0]
    listed.sort(key=lambda finding: (-finding.bits, -finding.post_id))
    return Found(tuple(listed), by_meaning)


def things_with(facts: Mapping[str, Any]) -> QuerySet[Post]:
    """What the public may see of found things that have these facts, newest first."""
    things = selectors.public_found_posts()
    names = {"since": "happened_on__gte", "until": "happened_on__lte"}
    return things.filter(**{names.get(name, name): value for name, value in facts.items()})


def wanted_of(facts: Mapping[str, Any]) -> Wanted:
    """The facts as the index takes them."""

    def codes(name: str) -> frozenset[str] | None:
        value = facts.get(name)
        return frozenset({str(getattr(value, "code", value))}) if value else None

    def day(name: str) -> float | None:
        value = facts.get(name)
        return float(value.toordinal()) if isinstance(value, date) else None

    return Wanted(
        categories=codes("category"),
        colours=codes("colour"),
        buildings=codes("building"),
        first_day=day("since"),
        last_day=day("until"),
    )


def words_of(text: str) -> list[str]:
    """The words of a query in small letters, each once."""
    return list(dict.fromkeys(re.findall(r"\w+", text.lower())))[:MAX_WORDS]


def _exact_ids(words: Iterable[str], facts: Mapping[str, Any]) -> list[int]:
    asked = [Q(**{f"{field}__icontains": word}) for word in words for field in WORD_FIELDS]
    if not asked:
        return []
    rows = things_with(facts).filter(reduce(or_, asked)).values_list("pk", flat=True)
    return list(rows[:MAX_EXACT])


def _finding(post: Post, hit: Hit | None, words: list[str]) -> Finding:
    shown = public_words(post)
    there = tuple(word for word in words if word in shown)
    exact = EXACT_BITS * len(there) / len(words) if words else 0.0
    bits = exact + (hit.bits if hit else 0.0)
    return Finding(post.pk, bits, hit.reasons if hit else (), there)


def public_words(post: Post) -> str:
    """Everything in words that the public may read of a thing, in small letters."""
    named = [post.public_title]
    for row in (post.category, post.building):
        if row is not None:
            named += [row.name_ko, row.name_en]
    return " ".join(named).lower()
