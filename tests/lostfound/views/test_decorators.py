"""Buttons pressed after the session has ended lead back to their page, with a message."""

import pytest
from django.test import Client

from lostfound.models import Notification, User
from lostfound.services import notify
from tests.support.builders import make_post, make_user
from tests.support.web_client import PASSWORD, page, pressed_too_late, signed_in

pytestmark = pytest.mark.django_db
NOTHING_CHANGED = "nothing has changed yet"


@pytest.fixture
def person() -> User:
    return make_user(password=PASSWORD)


@pytest.fixture
def notification(person: User) -> Notification:
    notification = notify(
        person, make_post(author=person, kind="lost"), Notification.Kind.SUGGESTED
    )
    assert notification is not None
    return notification


@pytest.mark.parametrize("button", ["{}/open", "read"])
def test_messages_are_opened_once_more_on_their_page(
    person: User, notification: Notification, button: str
) -> None:
    answer = pressed_too_late(person, f"/notifications/{button.format(notification.pk)}/")
    assert answer.request["PATH_INFO"] == "/notifications/"
    assert NOTHING_CHANGED in page(answer) and notification.post.title in page(answer)
    notification.refresh_from_db()
    assert notification.read_at is None


@pytest.mark.parametrize("away", ["next=https://elsewhere.example/", "next=//elsewhere.example"])
def test_what_is_sent_along_leads_nobody_elsewhere(
    person: User, notification: Notification, away: str
) -> None:
    client: Client = signed_in(person)
    for address in (f"/notifications/{notification.pk}/open/", "/notifications/read/"):
        answer = client.get(f"{address}?{away}", headers={"referer": "https://elsewhere.example/"})
        assert answer.headers["Location"] == "/notifications/"


def test_other_methods_stay_refused(person: User, notification: Notification) -> None:
    assert signed_in(person).put(f"/notifications/{notification.pk}/open/").status_code == 405


def test_a_form_sent_after_the_session_ended_leads_to_a_warning() -> None:
    answer = Client(headers={"accept-language": "en"}).post(
        "/preferences/", {"language": "ko"}, follow=True
    )
    assert answer.request["PATH_INFO"] == "/accounts/login/"
    assert "what you just sent has not been saved" in page(answer)


def test_reading_after_the_session_ended_leads_to_no_warning() -> None:
    answer = Client(headers={"accept-language": "en"}).get("/preferences/", follow=True)
    assert "is not saved" not in page(answer)
