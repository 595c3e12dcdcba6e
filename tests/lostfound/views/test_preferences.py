"""Each kind of notification can be switched on and off separately."""

from typing import Any

import pytest
from django.core import mail

from lostfound.models import Notification, NotificationChoice
from lostfound.services import notify
from lostfound.services.emails import send_due_emails
from tests.support.builders import make_post, make_user
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db
KIND = Notification.Kind.SUGGESTED


def saved(without: tuple[str, ...] = (), **values: Any) -> dict[str, Any]:
    switches = {
        f"{kind}_{way}": "on"
        for kind in Notification.Kind.values
        for way in ("in_app", "by_email")
        if f"{kind}_{way}" not in without
    }
    return {"language": "ko", "wants_email": "on", **switches, **values}


def test_all_is_on_until_somebody_says_otherwise() -> None:
    person = make_user()
    text = page(signed_in(person).get("/preferences/"))
    assert text.count('type="checkbox"') == text.count(" checked") - 1  # one language is chosen
    notification = notify(person, make_post(author=person, kind="lost"), KIND)
    assert notification is not None and notification.is_listed and notification.email_due


def test_by_email_only_is_not_listed_and_still_sent() -> None:
    person = make_user()
    client = signed_in(person)
    assert client.post("/preferences/", saved((f"{KIND}_in_app",))).status_code == 302
    post = make_post(author=person, kind="lost")
    notification = notify(person, post, KIND)
    assert notification is not None and not notification.is_listed
    assert post.title not in page(client.get("/notifications/"))
    assert send_due_emails() == 1
    assert post.title in mail.outbox[0].subject


def test_in_neither_way_nothing_is_kept() -> None:
    person = make_user()
    signed_in(person).post("/preferences/", saved((f"{KIND}_in_app", f"{KIND}_by_email")))
    assert notify(person, make_post(author=person), KIND) is None
    other = Notification.Kind.MATCH_CONFIRMED
    assert notify(person, make_post(author=person), other) is not None
    assert NotificationChoice.objects.filter(user=person, kind=KIND).count() == 1


def test_no_email_at_all_holds_for_every_kind() -> None:
    person = make_user()
    body = saved()
    del body["wants_email"]
    signed_in(person).post("/preferences/", body)
    person.refresh_from_db()
    notification = notify(person, make_post(author=person), KIND)
    assert notification is not None and notification.is_listed and not notification.email_due
