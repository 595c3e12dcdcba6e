"""Comparing what a claimant writes with the hidden facts of a thing. For staff only."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from lostfound.models import Item, Post

MIN_WORD_CHARS: Final = 2


def facts_of(item: Item) -> list[str]:
    """The hidden facts of a thing, one each."""
    return item.post.hidden_words if item.post is not None else []


def plain(text: str) -> str:
    """A text in the form used for comparison: composed, lower case, letters and digits only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def words_in(text: str) -> set[str]:
    """The words of a text that may give something away."""
    found = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    return {word for word in found if len(word) >= MIN_WORD_CHARS}


def proposal(fact: str, texts: Iterable[str]) -> bool:
    """Whether the machine thinks that the texts contain a fact.

    All of its digits must be there, and all of its words, whatever the spacing and endings.
    Shown to a judge only after their own mark.
    """
    answered = plain(" ".join(texts))
    numbers = re.findall(r"\d+", unicodedata.normalize("NFKC", fact))
    parts = {plain(word) for word in words_in(fact) if not word.isdigit()}
    return bool(parts or numbers) and all(part in answered for part in (*parts, *numbers))


def holds_fact(post: Post, facts: Sequence[str]) -> bool:
    """Whether a lost post's own words contain one of the facts."""
    return any(proposal(fact, [post.title, post.description]) for fact in facts)


def gives_away(question: str, facts: Sequence[str]) -> bool:
    """Whether a question to a claimant contains a word of a fact.

    Words of one syllable count where a word of the question begins with them: Korean endings
    follow.
    """
    compact = plain(question)
    folded = unicodedata.normalize("NFKC", question).casefold()
    begins = {word[0] for word in re.findall(r"\w+", folded)}
    for fact in facts:
        for word in re.findall(r"\w+", unicodedata.normalize("NFKC", fact).casefold()):
            if (plain(word) in compact) if len(word) >= MIN_WORD_CHARS else (word in begins):
                return True
    return False
