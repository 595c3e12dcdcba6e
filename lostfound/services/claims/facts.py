"""Comparing what a claimant writes with the hidden facts of a thing. For staff only."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from lostfound.models import ControlFact, Item, Post

MIN_WORD_CHARS: Final = 2


def facts_of(item: Item) -> list[ControlFact]:
    """The hidden facts of a thing, in their order."""
    return list(item.facts.all())


def plain(text: str) -> str:
    """A text in the form used for comparison: composed, lower case, letters and digits only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def words_in(text: str) -> set[str]:
    """The words of a text that may give something away."""
    found = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    return {word for word in found if len(word) >= MIN_WORD_CHARS}


def proposal(fact: ControlFact, texts: Iterable[str]) -> bool:
    """Whether the machine thinks that the texts contain a fact.

    All of its digits must be there, and all of its words, whatever the spacing and endings; of a
    choice, those of one spelling; of a number, only the digits, as a number of their own. Shown to
    a judge only after their own mark.
    """
    answered = " ".join(texts)
    if fact.kind == ControlFact.Kind.NUMBER:
        wanted = _numbers_in(fact.answer)
        return bool(wanted) and not set(wanted) - set(_numbers_in(answered))
    return any(_contains(answered, words) for words in fact.spellings)


def _contains(text: str, words: str) -> bool:
    answered, numbers = plain(text), re.findall(r"\d+", unicodedata.normalize("NFKC", words))
    folded = unicodedata.normalize("NFKC", words).casefold()
    parts = {plain(word) for word in re.findall(r"\w+", folded) if not word.isdigit()}
    return bool(parts or numbers) and all(part in answered for part in (*parts, *numbers))


def _numbers_in(text: str) -> list[str]:
    """The numbers of a text: thousands may have commas, and leading zeros do not count."""
    joined = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", unicodedata.normalize("NFKC", text))
    return [number.lstrip("0") or "0" for number in re.findall(r"\d+", joined)]


def holds_fact(post: Post, facts: Sequence[ControlFact]) -> bool:
    """Whether a lost post's own words contain one of the facts."""
    return any(proposal(fact, [post.title, post.description]) for fact in facts)


def gives_away(question: str, facts: Sequence[ControlFact]) -> bool:
    """Whether a question to a claimant contains a word of a fact.

    Words of one syllable count where a word of the question begins with them: Korean endings
    follow.
    """
    compact = plain(question)
    folded = unicodedata.normalize("NFKC", question).casefold()
    begins = {word[0] for word in re.findall(r"\w+", folded)}
    for fact in facts:
        for word in re.findall(r"\w+", unicodedata.normalize("NFKC", fact.answer).casefold()):
            if (plain(word) in compact) if len(word) >= MIN_WORD_CHARS else (word in begins):
                return True
    return False
