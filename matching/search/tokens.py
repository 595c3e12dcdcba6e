"""The words of a query, and where a text says them."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

MAX_WORDS: Final = 8
LEAST_BEGINNING: Final = 3  # letters that name a Latin word by its beginning
# Words that every second query has, and that tell no thing from another.
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
LONE_LETTERS: Final = re.compile("[ᄀ-ᇿㄱ-ㆎ]+")  # of Hangul, which spell nothing by themselves
PIECE: Final = r"[^\W_]"


def composed(text: str) -> str:
    """As keyboards write it: macOS and iOS hand on Hangul in its letters."""
    return unicodedata.normalize("NFC", text)


def is_readable(text: str) -> bool:
    """Whether there is a letter or a digit that could be part of a name."""
    return any(not LONE_LETTERS.fullmatch(word) for word in _pieces(text))


def words_of(text: str) -> list[str]:
    """What a query says about a thing: its words in small letters, each once."""
    spelt = [word for word in _pieces(text) if not LONE_LETTERS.fullmatch(word)]
    said = list(dict.fromkeys(word for word in spelt if word not in STOP_WORDS))
    # A digit tells one hall from another; alone, it tells nothing.
    return said[:MAX_WORDS] if any(len(word) > 1 or not word.isascii() for word in said) else []


def have_meaning(words: list[str]) -> bool:
    """Whether a model can make anything of them: digits alone name a thing, and mean none."""
    return any(not word.isdigit() for word in words)


def said_in(word: str, text: str) -> str:
    """How a text says a word, as it is written there; empty where it does not.

    A Latin word must be whole, or the beginning of one; digits are whole; Hangul is also found
    inside of compounds. A single letter, digit or syllable must stand by itself.
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
