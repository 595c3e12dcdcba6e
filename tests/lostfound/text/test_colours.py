"""The names of colours, in imported files and within texts."""

import pytest

from lostfound.models import Colour
from lostfound.text.colours import BY_THEMSELVES, COLOUR_WORDS, colour_in, colour_named
from matching.bundled.drawing import words
from matching.encoders import prompts


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        *(("검정색", "black"), ("검은색", "black"), ("블랙", "black"), ("블랙(검정)", "black")),
        *(("하얀색", "white"), ("흰색", "white"), ("화이트", "white"), ("아이보리", "white")),
        *(("회색", "gray"), ("그레이", "gray"), ("grey", "gray"), ("진회색", "gray")),
        *(("은색", "silver"), ("Silver", "silver"), ("빨간색", "red"), ("와인색", "red")),
        *(("노란색", "yellow"), ("초록색", "green"), ("연두색", "green"), ("카키", "green")),
        *(
            ("로열블루(밝은남)", "blue"),
            ("(밝은남)", "navy"),
            ("네이비", "navy"),
            ("dark blue", "navy"),
        ),
        *(("하늘색", "blue"), ("Light Blue", "blue"), ("보라색", "purple"), ("연보라", "purple")),
        *(("분홍색", "pink"), ("핑크", "pink"), ("핫핑크", "pink"), ("주황색", "orange")),
        *(("갈색", "brown"), ("연한 갈색", "beige"), ("베이지", "beige"), ("밝은 갈색", "brown")),
        *(
            ("검정/흰색", "black"),
            ("파란 색상", "blue"),
            ("ＢＬＡＣＫ", "black"),
            ("navy_blue", "navy"),
        ),
        *(("기타", ""), ("모름", "")),
    ],
)
def test_a_colour_is_understood(text: str, colour: str) -> None:
    assert colour_named(text) == colour


@pytest.mark.parametrize("text", ["무지개색", "사자", "우주", "색", "", "()", "((((", "진한"])
def test_what_is_no_colour_is_none(text: str) -> None:
    assert not colour_named(text)


def test_no_word_means_two_colours_and_no_colour_is_without_words() -> None:
    every = [word for colour in COLOUR_WORDS.values() for word in colour]
    assert len(every) == len(set(every)) and COLOUR_WORDS.keys() == set(Colour)


def test_every_word_that_the_matching_knows_is_known_here() -> None:
    known = [(colour, word) for colour, row in prompts.COLOUR_WORDS.items() for word in row]
    for table in words.COLOUR_WORDS.values():
        known += [(Colour(colour), word) for colour, row in table.items() for word in row]
    known += [(colour, colour.value) for colour in Colour]
    assert {word: colour_named(word) for _, word in known} == {w: c for c, w in known}


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("검은색 가죽 장지갑", "black"),
        ("새까만 우산이에요", "black"),
        ("푸른색 장우산 주웠습니다", "blue"),
        ("네이비 후드티에 흰 로고", "navy"),
        ("흰 에어팟, 파란 케이스", "white"),
        ("아이보리 에코백", "white"),
        ("진한 파란색 우산", "navy"),
        ("연한 갈색 목도리", "beige"),
        ("커피색 장갑", "brown"),
        ("밤색 구두", "brown"),
        ("은색 노트북", "silver"),
        ("하늘색 텀블러", "blue"),
        ("A navy blue backpack", "navy"),
        ("Dark-blue umbrella", "navy"),
        ("off white scarf", "white"),
        ("dark green cap", "green"),
        ("Grey hoodie, size L", "gray"),
        ("lost my Blue bottle", "blue"),
        ("ＢＬＡＣＫ 지갑", "black"),
        *(("I borrowed a book", ""), ("reduced price label", ""), ("학생증을 잃어버렸어요", "")),
        *(("자주 가는 커피숍에서 밤에 잃어버린 우유 레몬", ""), ("coffee, wine and a lime", "")),
        *(("금요일 하늘공원 모래밭", ""), ("", "")),
    ],
)
def test_the_colour_that_a_text_names_first(text: str, colour: str) -> None:
    assert colour_in(text) == colour


def test_a_word_means_the_same_colour_in_a_cell_and_within_a_text() -> None:
    before = {word: colour_in(f"{word}색 지갑") for word in BY_THEMSELVES if not word.isascii()}
    alone = {word: colour_in(f"my {word} wallet") for word in BY_THEMSELVES if word.isascii()}
    assert before | alone == {word: colour_named(word) for word in BY_THEMSELVES}
