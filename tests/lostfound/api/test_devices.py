"""A token for each device: issued at sign-in, listed, revoked, and refused if invalid."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from lostfound.models import User
from tests.support.api_client import API, AUTH, PASSWORD, Device, code_of

pytestmark = pytest.mark.django_db


def test_a_wrong_password_gives_no_token(owner: User) -> None:
    answer = Device().post(f"{AUTH}/login", {"username": owner.username, "password": "wrong"})
    assert answer.status_code == 400
    assert "session_token" not in answer.content.decode()


def test_a_person_may_sign_in_by_address(owner: User) -> None:
    answer = Device().post(f"{AUTH}/login", {"email": owner.email, "password": PASSWORD})
    assert answer.status_code == 200 and answer.json()["meta"]["session_token"]


@pytest.mark.parametrize("token", ["", "broken", "x" * 64, "' OR 1=1 --", "한글"])
def test_a_broken_token_lets_nobody_in(phone: Device, token: str) -> None:
    phone.token = token
    answer = phone.client.get(f"{API}/me/", headers={"X-Session-Token": token} if token else {})
    assert code_of(answer, 401) in ("not_authenticated", "authentication_failed")
    assert answer.headers["WWW-Authenticate"]


def test_each_device_has_a_token_of_its_own_that_its_owner_lists_and_revokes(
    phone: Device, owner: User
) -> None:
    lost_phone = Device(owner)
    assert lost_phone.token != phone.token
    sessions = phone.get(f"{AUTH}/sessions").json()["data"]
    assert len(sessions) == 2
    (other,) = [session["id"] for session in sessions if not session["is_current"]]
    revoked = phone.client.delete(
        f"{AUTH}/sessions",
        {"sessions": [other]},
        content_type="application/json",
        headers=phone.headers,
    )
    assert revoked.status_code == 200
    assert lost_phone.get("me/").status_code == 401
    assert phone.get("me/").status_code == 200


def test_signing_out_ends_the_token(phone: Device) -> None:
    phone.client.delete(f"{AUTH}/session", headers=phone.headers)
    assert phone.get("me/").status_code == 401


def test_a_person_who_was_shut_out_has_no_token_any_more(phone: Device, owner: User) -> None:
    owner.is_active = False
    owner.save()
    assert phone.get("me/").status_code == 401


def test_a_cookie_without_the_forms_secret_may_not_write(owner: User) -> None:
    """Another site's page can send the cookie along, but not the secret."""
    device = Device()
    device.client.handler.enforce_csrf_checks = True
    device.client.force_login(owner, "django.contrib.auth.backends.ModelBackend")
    assert device.get("me/").status_code == 200
    assert code_of(device.post("posts/", {"kind": "lost", "title": "우산"}), 403)


def days_left(phone: Device) -> float:
    """Until the device is signed out."""
    ends_at: timedelta = Session.objects.get(pk=phone.token).expire_date - timezone.now()
    return ends_at / timedelta(days=1)


def test_a_device_that_is_used_stays_signed_in(phone: Device) -> None:
    assert phone.get("me/").status_code == 200
    assert 89 < days_left(phone) <= 90
    for left in (timedelta(days=1), timedelta(days=60)):
        Session.objects.update(expire_date=timezone.now() + left)
        assert phone.get("me/").status_code == 200
        assert 89 < days_left(phone) <= 90
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    assert code_of(phone.get("me/"), 401) == "authentication_failed"  # it came too late
    assert Session.objects.get().expire_date < timezone.now()


def test_how_long_a_device_stays_is_a_setting(phone: Device, settings: Settings) -> None:
    settings.DEVICE_SESSION_DAYS = 7
    phone.get("me/")
    assert 6 < days_left(phone) <= 7


def test_when_and_where_a_device_was_used_is_noted_now_and_then(phone: Device) -> None:
    phone.get("me/")
    earlier = timezone.now() - timedelta(hours=3)
    UserSession.objects.update(last_seen_at=earlier, ip="192.0.2.9")
    row = phone.get("devices/").json()[0]
    assert row["last_seen_at"] > earlier.isoformat() and row["ip"] == "127.0.0.1"
    noted = UserSession.objects.get().last_seen_at
    assert timezone.now() - noted < timedelta(minutes=1)
    with CaptureQueriesContext(connection) as queries:
        phone.get("me/")
    assert [row["sql"] for row in queries if not row["sql"].startswith("SELECT")] == []
    assert UserSession.objects.get().last_seen_at == noted


def test_a_device_that_nobody_noted_is_listed_from_its_next_use_on(phone: Device) -> None:
    UserSession.objects.all().delete()
    assert [row["is_current"] for row in phone.get("devices/").json()] == [True]


def test_a_database_that_cannot_write_breaks_no_answer(
    phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_values: object) -> None:
        raise OperationalError("database or disk is full")

    Session.objects.update(expire_date=timezone.now() + timedelta(days=1))
    monkeypatch.setattr("django.db.models.query.QuerySet.update", refuse)
    assert phone.get("me/").status_code == 200
