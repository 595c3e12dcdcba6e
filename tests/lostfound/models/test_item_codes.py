"""Codes on labels: any wrong character and any swap is refused without a look-up."""

import pytest

from lostfound.models.item_codes import (
    ALPHABET,
    CODE_CHARS,
    grouped,
    is_valid,
    looks_like_code,
    new_code,
    plain,
)

CODES = [new_code() for _ in range(60)]


def test_every_single_wrong_character_is_refused() -> None:
    for code in CODES:
        assert is_valid(code)
        for at in range(CODE_CHARS):
            for wrong in ALPHABET.replace(code[at], ""):
                assert not is_valid(code[:at] + wrong + code[at + 1 :])


@pytest.mark.parametrize("apart", [1, 2])
def test_two_characters_that_were_swapped_are_refused(apart: int) -> None:
    tried = 0
    for code in CODES:
        for at in range(CODE_CHARS - apart):
            one, two = code[at], code[at + apart]
            if one != two:
                swapped = list(code)
                swapped[at], swapped[at + apart] = two, one
                assert not is_valid("".join(swapped))
                tried += 1
    assert tried > 200


def test_spelling_makes_no_difference() -> None:
    for code in CODES:
        wide = "".join(chr(ord(char) + 0xFEE0) for char in code)
        for written in (
            grouped(code),
            code.lower(),
            f" {code[:4]} {code[4:]} ",
            f"{code[:4]}–{code[4:]}",
            wide,
            code.replace("0", "O").replace("1", "l"),
        ):
            assert plain(written) == code


def test_only_what_has_the_shape_of_a_code_is_taken_for_one() -> None:
    assert looks_like_code(grouped(CODES[0])) or CODES[0].isalpha() or CODES[0].isdigit()
    for words in ("umbrella", "검은 지갑", "20261201", "A-12", "LF-12", ""):
        assert not looks_like_code(words)


def test_nobody_can_count_through() -> None:
    assert len({new_code() for _ in range(500)}) == 500


def test_every_new_code_has_a_digit_and_a_letter() -> None:
    codes = [new_code() for _ in range(3000)]  # of 3000 without this rule, about 150 are words
    assert all(map(looks_like_code, codes)) and all(map(is_valid, codes))
    assert not any(code.isdecimal() or code.isalpha() for code in codes)


@pytest.mark.parametrize("dash", ["-", " ", "–", "－", "ㅡ", "ー", "−"])
def test_a_code_is_read_with_every_dash(dash: str) -> None:
    code = new_code()
    assert plain(f"{code[:4]}{dash}{code[4:]}".lower()) == code
