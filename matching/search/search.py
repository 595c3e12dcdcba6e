"""Searches found things by meaning, by exact words, and by facts.

Searches and shows only what the public may see: hidden words neither match nor appear.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any, Final

from django.db.models import Model, Prefetch, Q, QuerySet

from lostfound import selectors
from lostfound.models import Building, Category, Item, Post
from lostfound.models.post import NUMBER_MARK
from lostfound.text.colours import colour_named
from matching.core.filters import SearchFilters
from matching.core.types import MISSING
from matching.core.vectors import PhotoVec
from matching.search.client import FinderAway, Hit, find_things
from matching.search.tokens import composed, form_in, have_meaning, words_of

PER_PAGE: Final = 24
MAX_EXACT: Final = 200  # posts that contain one of the words, newest first
MAX_READ: Final = 2000  # titles read to find them: a database cannot match whole words
# A title with every word counts as much as 16 times the odds by meaning.
EXACT_BITS: Final = 4.0
NAMELESS: Final[dict[str, Any]] = {
    "category": None,
    "colour": "",
}  # values of posts that leave the fact out


@dataclass(frozen=True)
class SearchQuery:
    """What somebody searches for: words, a photograph, both or neither, among things with facts."""

    text: str = ""
    photo: PhotoVec | None = None
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.text) or self.photo is not None


@dataclass(frozen=True)
class Finding:
    """A result, and why it matches the query.

    Attributes:
        reasons: names of the terms that support it.
        words: words of the query, as written in the title.
        category: set if its name has words of the query that the title lacks; likewise building.
        colour: its name, if the query names that colour and the title does not.
        says_all: whether title and names contain every word of the query.
        number: if the query is its number.
    """

    post_id: int
    bits: float
    reasons: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    category: Category | None = None
    building: Building | None = None
    colour: str = ""
    says_all: bool = False
    number: str = ""


@dataclass(frozen=True)
class Found:
    """The results of a search: things with every word come first, then the best.

    Attributes:
        by_meaning: False if the search process was unavailable and only exact words counted.
    """

    findings: tuple[Finding, ...]
    by_meaning: bool = True


def look_up(query: SearchQuery) -> Found:
    """Found things that match the words or the photograph, and that have all of the facts.

    A number such as LF-12, however it is written, finds its thing alone.
    """
    if (numbered := _numbered(query)) is not None:
        return Found((numbered,))
    text, facts = composed(query.text), query.facts
    words = words_of(text)
    meant = text if have_meaning(words) else ""
    hits: list[Hit] = []
    by_meaning = True
    if meant or query.photo is not None:
        try:
            hits = find_things(meant, query.photo, filters_of(facts))
        except FinderAway:
            by_meaning = False
    exact = _exact_ids(words, facts)
    known = {hit.post_id: hit for hit in hits}
    colours = {word: str(colour_named(word) or "") for word in words}
    findings = [
        _finding(post, known.get(post.pk), words, colours)
        for post in _lightly({*known, *exact}, facts)
    ]
    listed = [finding for finding in findings if finding.bits > 0.0]
    listed.sort(key=lambda finding: (not finding.says_all, -finding.bits, -finding.post_id))
    return Found(tuple(listed), by_meaning)


def _numbered(query: SearchQuery) -> Finding | None:
    """The public thing with the number that was searched for.

    Not by the code on its label: that must not show the thing to whoever reads a label.
    """
    called = Post.called(query.text) if query.photo is None else None
    number = called[1] if called is not None else None
    if not isinstance(number, int):
        return None
    pk = things_with(query.facts).filter(pk=number).values_list("pk", flat=True).first()
    return (
        None if pk is None else Finding(pk, EXACT_BITS, number=f"{NUMBER_MARK}{pk}", says_all=True)
    )


def _lightly(post_ids: Iterable[int], facts: Mapping[str, Any]) -> list[Post]:
    """Posts with only the fields that results need, since there may be hundreds of them."""
    rows = things_with(facts).filter(pk__in=post_ids).select_related(None).prefetch_related(None)
    rows = rows.prefetch_related(Prefetch("item", Item.objects.only("post")), "item__facts")
    posts = list(rows.only("kind", "title", "facts_without_item", "colour", "category", "building"))
    categories = Category.objects.in_bulk({post.category_id for post in posts if post.category_id})
    buildings = Building.objects.in_bulk({post.building_id for post in posts if post.building_id})
    for post in posts:
        if post.category_id:
            post.category = categories.get(post.category_id)
        if post.building_id:
            post.building = buildings.get(post.building_id)
    return posts


def left_out(query: SearchQuery, name: str) -> int:
    """How many things a fact filters out only because their posts leave it out.

    Args:
        name: the fact, one of NAMELESS.
    """
    nameless = replace(query, facts={**query.facts, name: NAMELESS[name]})
    return len(look_up(nameless).findings) if query else things_with(nameless.facts).count()


def things_with(facts: Mapping[str, Any]) -> QuerySet[Post]:
    """Public found posts that have these facts, newest first."""
    things = selectors.public_found_posts()
    names = {"since": "happened_on__gte", "until": "happened_on__lte"}
    return things.filter(**{names.get(name, name): value for name, value in facts.items()})


def filters_of(facts: Mapping[str, Any]) -> SearchFilters:
    """The facts as filters of the index; an empty value selects posts that leave the fact out."""

    def codes(name: str) -> frozenset[str] | None:
        if name not in facts:
            return None
        value = facts[name]
        return frozenset({str(getattr(value, "code", value)) if value else MISSING})

    def day(name: str) -> float | None:
        value = facts.get(name)
        return float(value.toordinal()) if isinstance(value, date) else None

    return SearchFilters(
        categories=codes("category"),
        colours=codes("colour"),
        buildings=codes("building"),
        first_day=day("since"),
        last_day=day("until"),
    )


def _exact_ids(words: list[str], facts: Mapping[str, Any]) -> list[int]:
    """Posts that contain the words: those with the most first, then the newest."""
    if not words:
        return []
    categories, buildings = (_named_by(words, rows) for rows in (Category, Building))
    conditions = [
        Q(title__icontains=word)
        | Q(category__in=categories.get(word, ()))
        | Q(building__in=buildings.get(word, ()))
        for word in words
    ]
    counts: dict[int, int] = {}
    for how in (and_, or_) if len(conditions) > 1 else (and_,):
        rows = things_with(facts).filter(reduce(how, conditions))
        for pk, title, *named in rows.values_list("pk", "title", "category", "building")[:MAX_READ]:
            counts[pk] = sum(
                bool(form_in(word, composed(title)))
                or named[0] in categories.get(word, ())
                or named[1] in buildings.get(word, ())
                for word in words
            )
    matching = [pk for pk, count in counts.items() if count]
    return sorted(matching, key=lambda pk: -counts[pk])[:MAX_EXACT]


def _named_by(words: Iterable[str], model: type[Model]) -> dict[str, list[int]]:
    """Primary keys of the rows whose Korean or English name contains a word, by word.

    A sensitive category goes by its synonyms too: nothing else of its things can be searched.
    """
    rows = list(model._default_manager.values_list("pk", "name_ko", "name_en"))
    if model is Category:
        sensitive = Category.objects.filter(is_sensitive=True)
        rows += [(row.pk, *row.synonyms_ko, *row.synonyms_en) for row in sensitive]
    return {
        word: pks
        for word in words
        if (pks := [pk for pk, *names in rows if any(form_in(word, name) for name in names)])
    }


def _finding(post: Post, hit: Hit | None, words: list[str], colours: Mapping[str, str]) -> Finding:
    if post.hides_title:
        hit = None  # the vectors know the title and the photographs, which may hold a name
    title = composed(post.public_title)
    written = {word: form for word in words if (form := form_in(word, title))}
    named = {
        field: [word for word in words if row is not None and _is_named(word, row)]
        for field, row in (("category", post.category), ("building", post.building))
    }
    there = {*written, *named["category"], *named["building"]}
    coloured = {word for word in words if post.colour and colours[word] == post.colour}
    coloured -= written.keys()
    if there or hit:  # a colour alone does not describe a thing
        there |= coloured

    def adds(field: str) -> bool:
        return any(word not in written for word in named[field])

    exact = EXACT_BITS * len(there) / len(words) if words else 0.0
    return Finding(
        post.pk,
        exact + (hit.bits if hit else 0.0),
        hit.reasons if hit else (),
        tuple(dict.fromkeys(written.values())),
        post.category if adds("category") else None,
        post.building if adds("building") else None,
        post.colour_name if coloured & there else "",
        bool(words) and len(there) == len(words),
    )


def _is_named(word: str, row: Category | Building) -> bool:
    names = [row.name_ko, row.name_en]
    if isinstance(row, Category) and row.is_sensitive:
        names += [*row.synonyms_ko, *row.synonyms_en]
    return any(form_in(word, name) for name in names)
