"""Colours that texts name."""

import pytest

from lostfound.models import Colour
from matching.core.colour_words import ENGLISH, KOREAN, colour_in


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("검은색 가죽 장지갑", "black"),
        ("새까만 우산이에요", "black"),
        ("푸른색 장우산 주웠습니다", "blue"),
        ("네이비 후드티에 흰 로고", "navy"),
        ("흰 에어팟, 파란 케이스", "white"),
        ("A navy blue backpack", "navy"),
        ("Grey hoodie, size L", "gray"),
        ("lost my Blue bottle", "blue"),
        ("I borrowed a book", ""),
        ("reduced price label", ""),
        ("학생증을 잃어버렸어요", ""),
        ("", ""),
    ],
)
def test_the_colour_that_is_named_first(text: str, colour: str) -> None:
    assert colour_in(text) == colour


def test_every_colour_has_words_in_both_languages() -> None:
    assert set(KOREAN) == set(ENGLISH) == set(Colour.values)
