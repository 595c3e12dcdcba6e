"""Numbers of licences, passports and payment cards are never stored; days beside numbers stay."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lostfound.services.document_numbers import is_card_number
from lostfound.services.privacy import mask_personal_numbers

WORDS = st.sampled_from(("", "지갑에서 ", "found: ", "주운 곳 도서관, ", "2026-11-29 "))


def with_check_digit(body: str) -> str:
    return next(body + digit for digit in "0123456789" if is_card_number(body + digit))


def digits(number: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=number, max_size=number)


CARDS = st.builds(
    lambda first, rest: with_check_digit(first + rest),
    st.sampled_from(("4", "5", "9", "3", "6")),
    digits(14),
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "여권 M123A4567, 11-20-123456-78, 4539-1488-0343-6467",
            "여권 M********, 11-**-******-**, ****-****-****-****",
        ),
        ("면허증 번호 112012345678", "면허증 번호 11**********"),
        ("licence no. 11 20 123456 78", "licence no. 11 ** ****** **"),
        ("１１－２０－１２３４５６－７８", "１１－**－******－**"),
        ("passport no: m12345678", "passport no: m********"),
        ("여권번호Ｍ１２３Ａ４５６７", "여권번호Ｍ********"),
        ("체크카드 4539148803436467", "체크카드 ****************"),
        ("4539148803436467 (visa)", "**************** (visa)"),
        ("amex 3782 822463 10005", "amex **** ****** *****"),
        ("IMEI 356938035643809 카드 4539148803436467", "IMEI 356938035643809 카드 " + "*" * 16),
    ],
)
def test_numbers_of_documents_are_masked(text: str, masked: str) -> None:
    assert mask_personal_numbers(text) == masked
    assert mask_personal_numbers(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "M123A4567",  # nothing says that it is a passport
        "112012345678",
        "11-20-123456-789",
        "4539148803436467",  # neither grouped nor beside a word for a card
        "4539-1488-0343-6468",  # fails the check digit
        "교통카드 1010 0012 3456 7890",
        "카드, IMEI 490154203237518",
        "습득 2026-11-29 880-5114",
        "카드 습득 2026-11-29 8805-1234",
        "F2026100500001930",
        "카드 F2026100500001930",
        "ISBN 9788936433598",
        "8801037018325",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_personal_numbers(text) == text


@given(WORDS, st.tuples(digits(2), digits(2), digits(6), digits(2)))
def test_no_licence_is_left(words: str, parts: tuple[str, ...]) -> None:
    masked = mask_personal_numbers(f"{words}{'-'.join(parts)}.")
    assert masked == f"{words}{parts[0]}-**-******-**."


@given(WORDS, st.sampled_from("MSRGDmsx"), digits(3), digits(4), st.sampled_from("0A9z"))
def test_no_passport_is_left(words: str, first: str, left: str, right: str, middle: str) -> None:
    masked = mask_personal_numbers(f"{words}여권번호: {first}{left}{middle}{right}")
    assert masked == f"{words}여권번호: {first}********"


@given(WORDS, CARDS, st.sampled_from("- ."))
def test_no_card_is_left(words: str, number: str, mark: str) -> None:
    grouped = mark.join(number[at : at + 4] for at in range(0, 16, 4))
    assert mask_personal_numbers(words + grouped) == words + mark.join(["****"] * 4)
    assert mask_personal_numbers(f"{words}카드 {number}") == f"{words}카드 {'*' * 16}"


@given(
    st.integers(0, 1500),
    st.sampled_from(("%Y-%m-%d", "%Y.%m.%d", "%y%m%d", "%Y%m%d", "%y.%m.%d")),
    st.sampled_from((" ", "  ", ", ", ": ", " - ", " (", "/")),
    digits(3),
    digits(4),
)
def test_a_day_beside_a_campus_number_stays(
    ago: int, form: str, gap: str, first: str, last: str
) -> None:
    day = (date.today() - timedelta(days=ago)).strftime(form)
    for text in (f"습득 {day}{gap}{first}-{last}", f"{day}{gap}{first}{last} 연락"):
        assert mask_personal_numbers(text) == text


@given(st.text(alphabet="0123456789- .*xM여권카드면허", max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_personal_numbers(text)
    assert len(once) == len(text)
    assert mask_personal_numbers(once) == once
