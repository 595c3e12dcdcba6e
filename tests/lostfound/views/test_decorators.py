"""Buttons pressed when the sign-in had ended: back to the page, and pressed once more."""

import pytest
from django.test import Client

from lostfound.models import Notification, User
from lostfound.services import notify
from tests.support.builders import make_post, make_user
from tests.support.web_client import PASSWORD, page, pressed_too_late, signed_in

pytestmark = pytest.mark.django_db
ONCE_MORE = "press it once more"


@pytest.fixture
def person() -> User:
    return make_user(password=PASSWORD)


@pytest.fixture
def told(person: User) -> Notification:
    told = notify(person, make_post(author=person, kind="lost"), Notification.Kind.SUGGESTED)
    assert told is not None
    return told


@pytest.mark.parametrize("button", ["{}/open", "read"])
def test_messages_are_opened_once_more_on_their_page(
    person: User, told: Notification, button: str
) -> None:
    answer = pressed_too_late(person, f"/notifications/{button.format(told.pk)}/")
    assert answer.request["PATH_INFO"] == "/notifications/"
    assert ONCE_MORE in page(answer) and told.post.title in page(answer)
    told.refresh_from_db()
    assert told.read_at is None


@pytest.mark.parametrize("away", ["next=https://elsewhere.example/", "next=//elsewhere.example"])
def test_what_is_sent_along_leads_nobody_elsewhere(
    person: User, told: Notification, away: str
) -> None:
    client: Client = signed_in(person)
    for address in (f"/notifications/{told.pk}/open/", "/notifications/read/"):
        answer = client.get(f"{address}?{away}", headers={"referer": "https://elsewhere.example/"})
        assert answer.headers["Location"] == "/notifications/"


def test_other_methods_stay_refused(person: User, told: Notification) -> None:
    assert signed_in(person).put(f"/notifications/{told.pk}/open/").status_code == 405


def test_who_sends_a_form_after_the_session_ended_is_told_at_the_sign_in() -> None:
    answer = Client(headers={"accept-language": "en"}).post(
        "/preferences/", {"language": "ko"}, follow=True
    )
    assert answer.request["PATH_INFO"] == "/accounts/login/"
    assert "what you just sent is not saved" in page(answer)


def test_who_only_reads_is_told_nothing_at_the_sign_in() -> None:
    answer = Client(headers={"accept-language": "en"}).get("/preferences/", follow=True)
    assert "is not saved" not in page(answer)
