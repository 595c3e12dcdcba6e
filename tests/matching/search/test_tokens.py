"""The words of a query, and where they occur in a text."""

import unicodedata

import pytest

from matching.search.tokens import form_in, have_meaning, is_readable, words_of


@pytest.mark.parametrize(
    ("word", "text", "form"),
    [
        ("ring", "Engineering hall", ""),
        ("ring", "A Ring, silver", "Ring"),
        ("car", "red scarf", ""),
        ("umbr", "Blue Umbrella", "Umbrella"),  # a long beginning is enough
        ("um", "Blue Umbrella", ""),
        ("lg", "LG그램 노트북", "LG"),
        ("778", "ZX-778", "778"),
        ("77", "ZX-778", ""),
        ("15", "아이폰15", "15"),
        ("1", "제1공학관", ""),
        ("1", "Hall 1", "1"),
        ("제1공학관", "제1공학관에서 발견", "제1공학관"),
        ("우산", "검은 장우산을 발견", "우산"),
        ("공", "제1공학관", ""),
        ("공", "하얀 공 발견", "공"),
        ("a4", "A4 용지", "A4"),
        ("a4", "A45 용지", ""),
        ("c++", "c++ 책", "c++"),
    ],
)
def test_words_are_whole_and_hangul_is_found_in_compounds(word: str, text: str, form: str) -> None:
    assert form_in(word, text) == form


def test_common_words_and_lone_letters_are_ignored() -> None:
    assert words_of("The keys of my LOCKER, the 내 그 열쇠") == ["keys", "locker", "열쇠"]
    assert words_of("the a of 내 그") == words_of("1") == words_of("a 1") == []
    assert words_of("공") == ["공"]
    assert words_of("Hall 1") == ["hall", "1"]
    assert words_of("ㅋㅋ 우산 🙂 _ %") == ["우산"]
    assert words_of("우산 " * 40 + " ".join(map(str, range(10, 40))))[:2] == ["우산", "10"]
    assert len(words_of(" ".join(map(str, range(10, 40))))) == 8


def test_hangul_typed_in_its_letters_is_the_same_word() -> None:
    assert words_of(unicodedata.normalize("NFD", "검은 우산")) == ["검은", "우산"]


def test_only_letters_and_digits_can_be_read_and_digits_alone_have_no_meaning() -> None:
    assert not any(map(is_readable, ("", "%", "🙂🙂", "ㅇㅅ", "ㅋㅋㅋ", "_", "…")))
    assert all(map(is_readable, ("a", "7", "가", "傘", "ㅋ 우산")))
    assert have_meaning(["778", "zx"]) and not have_meaning(["778"]) and not have_meaning([])
