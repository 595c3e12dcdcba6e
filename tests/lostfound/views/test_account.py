"""Deleting one's account and taking one's data along, on the page and in the API."""

import pytest
from django.test import Client

from lostfound.forms.account import TRIES_PER_HOUR
from lostfound.models import Post, User
from tests.support.api_client import Device, code_of, errors_of
from tests.support.builders import make_post, make_user
from tests.support.items import make_clerk

pytestmark = pytest.mark.django_db

PAGE = "/accounts/delete/"
PASSWORD = "correct horse battery"


@pytest.fixture
def person() -> User:
    return make_user(password=PASSWORD, language="en")


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def test_the_settings_lead_to_both(person: User) -> None:
    page = signed_in(person).get("/preferences/").content.decode()
    assert PAGE in page and "/accounts/export/" in page


def test_only_the_password_deletes(person: User) -> None:
    make_post(author=person)
    client = signed_in(person)
    refused = client.post(PAGE, {"confirmation": "guess"})
    assert "This is not your password." in refused.content.decode()
    assert Post.objects.exists()
    gone = client.post(PAGE, {"confirmation": PASSWORD}, follow=True)
    assert "has been deleted" in gone.content.decode()
    assert not Post.objects.exists() and not User.objects.filter(pk=person.pk).exists()
    assert client.get("/posts/").status_code == 302


def test_guessing_ends(person: User) -> None:
    client = signed_in(person)
    for _try in range(TRIES_PER_HOUR):
        client.post(PAGE, {"confirmation": "guess"})
    page = client.post(PAGE, {"confirmation": PASSWORD}).content.decode()
    assert "Too many attempts" in page and User.objects.filter(pk=person.pk).exists()


def test_somebody_without_a_password_gives_the_name() -> None:
    person = make_user(language="en")
    client = signed_in(person)
    assert "Your user name" in client.get(PAGE).content.decode()
    client.post(PAGE, {"confirmation": person.username})
    assert not User.objects.filter(pk=person.pk).exists()


def test_staff_read_why_they_cannot(person: User) -> None:
    page = signed_in(make_clerk(language="en")).get(PAGE).content.decode()
    assert "The office&#x27;s records" in page and "confirmation" not in page


def test_ones_data_comes_as_a_file(person: User) -> None:
    make_post(author=person, title="내 우산")
    make_post(title="남의 것")
    answer = signed_in(person).get("/accounts/export/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert [post["title"] for post in answer.json()["posts"]] == ["내 우산"]
    assert "내 우산" in answer.content.decode()


def test_an_app_deletes_the_account_and_its_token_ends(person: User) -> None:
    phone = Device(person)
    assert phone.get("me/export/").json()["person"]["username"] == person.username
    wrong = phone.post("me/delete/", {"confirmation": "guess"})
    assert errors_of(wrong) and User.objects.filter(pk=person.pk).exists()
    assert phone.post("me/delete/", {"confirmation": PASSWORD}).status_code == 204
    assert phone.get("me/").status_code == 401
    assert not User.objects.filter(pk=person.pk).exists()


def test_an_app_learns_why_an_account_stays() -> None:
    clerk = make_clerk(password=PASSWORD)
    answer = Device(clerk).post("me/delete/", {"confirmation": PASSWORD})
    assert code_of(answer, 409) == "account_kept"
