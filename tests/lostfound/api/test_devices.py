"""A token for each device: given at sign-in, listed, revoked, and refused when it is broken."""

import pytest

from lostfound.models import User
from tests.lostfound.api.device import API, AUTH, PASSWORD, Device, code_of

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
