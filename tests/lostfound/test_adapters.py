"""Signing up on the pages and over the API stores the language for e-mails."""

import pytest
from django.test import Client

from lostfound.models import User
from tests.support.api_client import AUTH, Device

pytestmark = pytest.mark.django_db

WORDS = {"username": "newcomer", "email": "newcomer@example.org"}
PASSWORD = "a horse of battery staples"


@pytest.mark.parametrize(("header", "language"), [("en-US", "en"), ("ko", "ko"), ("fr", "ko")])
def test_a_person_who_signs_up_on_the_page_gets_mail_in_their_language(
    header: str, language: str
) -> None:
    data = {**WORDS, "password1": PASSWORD, "password2": PASSWORD}
    answer = Client(headers={"accept-language": header}).post("/accounts/signup/", data)
    assert answer.status_code == 302, answer.content
    assert User.objects.get(username="newcomer").language == language


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_person_who_signs_up_in_the_app_gets_mail_in_their_language(language: str) -> None:
    answer = Device(language=language).post(f"{AUTH}/signup", {**WORDS, "password": PASSWORD})
    assert answer.status_code in (200, 401), answer.content  # 401: the address is to be verified
    assert User.objects.get(username="newcomer").language == language
