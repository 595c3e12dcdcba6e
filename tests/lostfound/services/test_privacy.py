"""Resident registration numbers are never stored, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lostfound.models import Post
from lostfound.services import edit_post
from lostfound.services.post_fields import TEXT_FIELDS
from lostfound.services.privacy import mask_personal_numbers
from tests.support.builders import make_post, make_user
from tests.support.claims import claim, make_wallet

NUMBERS = [
    "900101-1234567",
    "9001011234567",
    "900101 1234567",
    "900101 - 1234567",
    "900101–1234567",
    "900101—1234567",
    "900101/1234567",
    "900101.1234567",
    "900101)1234567",
    "900101\n1234567",
    "900101\u200b-1234567",
    "９００１０１－１２３４５６７",
    "٩٠٠١٠١-١٢٣٤٥٦٧",
    "90.01.01-1234567",
    "90-01-01 1234567",
    "19900101-1234567",
    "20050321 3234567",
    "900101-123 4567",
    "900101-1 234567",
    "900101-1******",
    "900101-1xxxxxx",
    "900101-12345**",
    "900101-5234567",  # a foreigner's
    "주민번호:900101-1234567입니다",
    "<b>900101-1234567</b>",
    "900101-1234567 010-1234-5678",
]
HARMLESS = [
    "010-1234-5678",
    "010-1234-5678 12시",
    "2024-01-15 10:30",
    "240115 010-1234-5678",
    "02-880-5114",
    "880112812345678",  # an IMEI
    "20211234",
    "901301-1234567",  # no such month
    "900132-1234567",  # no such day
    "900101-12345678",
    "Model 900101-ABCDEFG",
    "1234-5678-9012-3456",
    "90****-*******",
    "",
]


@pytest.mark.parametrize("text", NUMBERS)
def test_number_is_masked(text: str) -> None:
    masked = mask_personal_numbers(text)
    assert "234567" not in masked.replace(" ", "")
    assert "0101" not in masked
    assert "*" in masked
    assert len(masked) == len(text)
    assert mask_personal_numbers(masked) == masked


def test_year_and_writing_stay() -> None:
    assert mask_personal_numbers("이름 900101-1234567.") == "이름 90****-*******."


def test_every_number_of_a_text_is_masked() -> None:
    masked = mask_personal_numbers("900101-1234567, 850505-2345678")
    assert masked == "90****-*******, 85****-*******"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_digits_stay(text: str) -> None:
    assert mask_personal_numbers(text) == text


@given(st.text())
def test_any_text_keeps_its_length(text: str) -> None:
    assert len(mask_personal_numbers(text)) == len(text)


@pytest.mark.django_db
@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_no_field_stores_a_number(field: str) -> None:
    post = make_post(**{field: "카드 900101-1234567"})
    assert "1234567" not in getattr(Post.objects.get(pk=post.pk), field)
    clerk = make_user(is_staff=True)
    edit_post(post, actor=clerk, fields={field: "다시 9001011234567"})
    assert "1234567" not in getattr(Post.objects.get(pk=post.pk), field)


@pytest.mark.django_db
def test_numbers_of_documents_in_a_claim_are_saved_masked() -> None:
    text = "여권 M123A4567, 11-20-123456-78, 4539-1488-0343-6467, IMEI 490154203237518"
    (answer,) = claim(make_wallet(), text=text).answers.all()
    assert answer.text == (
        "여권 M********, 11-**-******-**, ****-****-****-****, IMEI 490154203237518"
    )
