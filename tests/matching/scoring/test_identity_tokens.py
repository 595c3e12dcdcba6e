"""Identity tokens are recognised, and stored only as keyed hashes."""

import pytest
from pytest_django import Settings

from matching.scoring.identity_tokens import identity_tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("모델 SM-S921N 입니다", "sm-s921n phone"),
        ("serial C02XK1ZZ", "뒷면에 c02xk1zz 라고 적혀 있음"),
        ("학번 20261234", "20261234"),
    ],
)
def test_the_same_number_in_other_words_is_the_same_token(one: str, other: str) -> None:
    assert identity_tokens(one) and identity_tokens(one) == identity_tokens(other)


@pytest.mark.parametrize(
    "text", ["", "파란 우산", "10,000원", "3층 302호", "iPhone 15", "2026-03-02", "😀", "x" * 5000]
)
def test_everyday_numbers_name_nothing(text: str) -> None:
    assert identity_tokens(text) == ()


def test_a_token_cannot_be_read_back(settings: Settings) -> None:
    (hashed,) = identity_tokens("C02XK1ZZ")
    assert "XK" not in hashed.upper()
    settings.SECRET_KEY = "another key " * 6
    assert identity_tokens("C02XK1ZZ") != (hashed,)


def test_a_text_of_numbers_gives_few_tokens() -> None:
    assert len(identity_tokens(" ".join(f"AB{n:06d}" for n in range(500)))) == 20


def test_a_stored_token_outlives_every_release(settings: Settings) -> None:
    settings.SECRET_KEY = "k" * 50
    assert identity_tokens("모델 SM-S921N") == ("99a6dbf13726d419",)
