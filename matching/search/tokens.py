"""Splits a query into words, and finds words in a text."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

MAX_WORDS: Final = 8
LEAST_BEGINNING: Final = 3  # letters from which a prefix matches a Latin word
# Words that occur in every other query and do not distinguish things.
ENGLISH: Final = """
a an the of my me i we it its s is was in on at to by for from with and or near around this that
some any your his her our please lost lose found find finding looking missing
"""
KOREAN: Final = """
내 제 그 이 저 것 거 좀 및 또는 의 을 를 은 는 가 에 에서 어떤 혹시 누가 주인 발견
잃어버린 잃어버렸어요 잃어버렸습니다 잃어버림 분실 분실한 분실물 분실했어요 분실했습니다
찾아요 찾습니다 찾아 찾는 찾기 찾고 있어요 있습니다 주운 주웠어요 주웠습니다 습득 습득한 습득물
"""
STOP_WORDS: Final = frozenset((ENGLISH + KOREAN).split())
LATIN: Final = "a-zß-öø-ɏ"
LONE_LETTERS: Final = re.compile("[ᄀ-ᇿㄱ-ㆎ]+")  # single Hangul letters, which form no syllable
PIECE: Final = r"[^\W_]"


def composed(text: str) -> str:
    """The text in NFC, as keyboards type it; macOS and iOS decompose Hangul into letters."""
    return unicodedata.normalize("NFC", text)


def is_readable(text: str) -> bool:
    """Whether the text contains a letter or a digit that could be part of a name."""
    return any(not LONE_LETTERS.fullmatch(word) for word in _pieces(text))


def words_of(text: str) -> list[str]:
    """The words of a query that describe a thing, in lower case, each once."""
    spelt = [word for word in _pieces(text) if not LONE_LETTERS.fullmatch(word)]
    words = list(dict.fromkeys(word for word in spelt if word not in STOP_WORDS))
    # A digit distinguishes one hall from another, but alone it describes nothing.
    return words[:MAX_WORDS] if any(len(word) > 1 or not word.isascii() for word in words) else []


def have_meaning(words: list[str]) -> bool:
    """Whether a model can interpret the words: digits alone are names without a meaning."""
    return any(not word.isdigit() for word in words)


def form_in(word: str, text: str) -> str:
    """The form in which a text contains a word, such as with capitals; empty if it does not.

    A Latin word must be whole or the beginning of one; a number must be whole; Hangul is also
    found inside compounds. A single letter, digit or syllable must stand alone.
    """
    found = _pattern(word).search(text)
    return found[0] if found else ""


def _pieces(text: str) -> list[str]:
    return re.findall(f"{PIECE}+", composed(text).lower())


@lru_cache(maxsize=512)
def _pattern(word: str) -> re.Pattern[str]:
    spelt = re.escape(word)
    if len(word) == 1:
        return re.compile(f"(?<!{PIECE}){spelt}(?!{PIECE})", re.IGNORECASE)
    before = after = ""
    if word[0].isdigit():
        before = r"(?<!\d)"
    elif _is_latin(word[0]):
        before = f"(?<![{LATIN}])"
    if word[-1].isdigit():
        after = r"(?!\d)"
    elif _is_latin(word[-1]):
        end = re.search(f"[{LATIN}]+$", word)
        is_long = end is not None and len(end[0]) >= LEAST_BEGINNING
        after = f"[{LATIN}]*" if is_long else f"(?![{LATIN}])"
    return re.compile(before + spelt + after, re.IGNORECASE)


def _is_latin(letter: str) -> bool:
    return re.fullmatch(f"[{LATIN}]", letter) is not None
