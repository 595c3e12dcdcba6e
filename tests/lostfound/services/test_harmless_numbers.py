"""Two hundred harmless texts, made by rule: nothing in them is masked, whatever its digits."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Final

import pytest

from lostfound.services.privacy import mask_personal_numbers

RANDOM: Final = 20261201
EACH: Final = 20
DAY_FORMS: Final = (
    *("%Y-%m-%d", "%Y.%m.%d", "%y%m%d", "%Y%m%d", "%y-%m-%d", "%y.%m.%d"),
    *("%Y/%m/%d", "%Y년 %m월 %d일"),
)


def digits(random: Random, number: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(number))


def luhn(body: str) -> str:
    total = sum(
        value - 9 if (value := int(digit) * (1 + (at + 1) % 2)) > 9 else value
        for at, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)


def ean(body: str) -> str:
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return body + str(-total % 10)


def day(random: Random) -> str:
    written = date.today() - timedelta(days=random.randrange(700))
    return written.strftime(random.choice(DAY_FORMS))


def day_and_campus_number(random: Random) -> str:
    first = random.choice(("880", "740", "3290", "2123", "201", "8805"))
    gap = random.choice((" ", "  ", ", ", " / ", " - ", ": ", " ☎"))
    return f"습득 {day(random)}{gap}{first}-{digits(random, 4)}"


def day_and_undashed_number(random: Random) -> str:
    number = random.choice("12345678") + digits(random, 6)
    return f"{day(random)} {number} 로 연락 주세요"


def day_and_mobile(random: Random) -> str:
    return f"{day(random)} 습득, 010-{digits(random, 4)}-{digits(random, 4)}"


def imei(random: Random) -> str:
    number = luhn(random.choice(("35", "86", "49", "01")) + digits(random, 12))
    return random.choice((f"IMEI {number}", f"휴대폰 카드 슬롯, IMEI: {number}", number))


def isbn(random: Random) -> str:
    body = random.choice(("978", "979")) + digits(random, 9)
    number = ean(body)
    return random.choice((f"ISBN {number}", f"책 {number}", f"ISBN {number[:3]}-{number[3:]}"))


def barcode(random: Random) -> str:
    number = ean(random.choice(("880", "490", "693", "471")) + digits(random, 9))
    return f"{random.choice(('바코드', '상품 번호', 'barcode'))} {number}"


def student_number_in_a_note(random: Random) -> str:
    year = random.randrange(2018, 2027)
    number = random.choice(
        (f"{year}{digits(random, 6)}", f"{year}-{digits(random, 5)}", f"{year}{digits(random, 4)}")
    )
    return f"{day(random)} 학번 {number} 학생이 가져옴"


def police_number(random: Random) -> str:
    written = date.today() - timedelta(days=random.randrange(400))
    number = f"{random.choice('FV')}{written:%Y%m%d}{digits(random, 8)}"
    return random.choice((f"카드 습득 {number}", f"관리번호 {number}", number))


def transit_card_or_parcel(random: Random) -> str:
    card = " ".join(("1010", *(digits(random, 4) for _ in range(3))))
    parcel = digits(random, 13)
    return random.choice((f"교통카드 {card}", f"택배 송장 {parcel}", f"등기 {parcel}"))


def serial_number(random: Random) -> str:
    number = f"{digits(random, 6)}-{random.choice('ABC')}{digits(random, 6)}"
    model = f"SM-S{digits(random, 3)}N"
    return random.choice((f"시리얼 {number}", f"{model} {digits(random, 11)}", f"S/N {model}"))


RULES: Final[tuple[Callable[[Random], str], ...]] = (
    day_and_campus_number,
    day_and_undashed_number,
    day_and_mobile,
    imei,
    isbn,
    barcode,
    student_number_in_a_note,
    police_number,
    transit_card_or_parcel,
    serial_number,
)
TEXTS: Final = [rule(Random(RANDOM + at)) for at in range(EACH) for rule in RULES]


def test_there_are_two_hundred_different_ones() -> None:
    assert len(TEXTS) == 200
    assert len(set(TEXTS)) == 200


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_is_masked(text: str) -> None:
    assert mask_personal_numbers(text) == text


@pytest.mark.parametrize("rule", RULES)
def test_nor_in_any_other_text_of_the_rule(rule: Callable[[Random], str]) -> None:
    texts = [rule(Random(seed)) for seed in range(500)]
    assert [text for text in texts if mask_personal_numbers(text) != text] == []
