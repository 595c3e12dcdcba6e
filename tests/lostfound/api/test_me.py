"""The signed-in person: devices, notifications, preferences, and changes."""

import pytest
from django.utils import timezone

from lostfound.models import DeletedPost, Notification, User
from lostfound.services import delete_post, notify
from tests.support.api_client import Device, code_of, errors_of
from tests.support.builders import make_post
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_device_is_listed_and_revoked_by_its_owner_alone(phone: Device, owner: User) -> None:
    lost = Device(owner)
    lost.get("me/")
    rows = phone.get("devices/").json()
    assert len(rows) == 2 and [row["is_current"] for row in rows].count(True) == 1
    other = next(row for row in rows if not row["is_current"])
    stranger = Device(UserFactory.create())
    assert code_of(stranger.delete(f"devices/{other['id']}/"), 404) == "not_found"
    assert lost.get("me/").status_code == 200
    assert phone.delete(f"devices/{other['id']}/").status_code == 204
    assert lost.get("me/").status_code == 401
    assert phone.get("me/").status_code == 200


def test_the_switches_of_each_kind(phone: Device, owner: User) -> None:
    assert all(
        row["in_app"] and row["by_email"] for row in phone.get("notifications/choices/").json()
    )
    kind = Notification.Kind.SUGGESTED
    body = {"kind": kind, "in_app": False, "by_email": False}
    answer = phone.client.put(
        "/api/v1/notifications/choices/",
        body,
        content_type="application/json",
        headers=phone.headers,
    )
    assert body in answer.json()
    assert notify(owner, make_post(author=owner), kind) is None


def test_language_and_email_and_nothing_else_change(phone: Device, owner: User) -> None:
    body = {"language": "en", "wants_email": False, "is_staff": True, "username": "root"}
    answer = phone.patch("me/", body).json()
    owner.refresh_from_db()
    assert (answer["language"], owner.language, owner.wants_email) == ("en", "en", False)
    assert not owner.is_staff and owner.username != "root"
    assert errors_of(phone.patch("me/", {"language": "tlh"})) == {"language": ["invalid_choice"]}


def test_all_messages_are_read_at_once(phone: Device, owner: User) -> None:
    for _ in range(3):
        notify(owner, make_post(author=owner), Notification.Kind.MATCH_CONFIRMED)
    assert phone.post("notifications/read/").status_code == 204
    assert not Notification.objects.unread().exists()


def test_deletions_are_forgotten_in_the_end(owner: User) -> None:
    from lostfound.services.posts import DELETIONS_KEPT_FOR, prune_deletions

    delete_post(make_post(author=owner), actor=owner)
    assert prune_deletions() == 0
    DeletedPost.objects.update(deleted_at=timezone.now() - DELETIONS_KEPT_FOR * 2)
    assert prune_deletions() == 1


def test_photographs_are_put_in_order(phone: Device, owner: User) -> None:
    post = make_post(author=owner, kind="lost", photos=3)
    ids = [str(photo.public_id) for photo in post.photos.all()]
    path = f"/api/v1/posts/{post.public_id}/photos/order/"

    def put(photos: list[str]) -> object:
        return phone.client.put(
            path, {"photos": photos}, content_type="application/json", headers=phone.headers
        )

    body = put([ids[2], ids[0]]).json()  # type: ignore[attr-defined]
    assert [row["id"] for row in body["photos"]] == [ids[2], ids[0], ids[1]]
    other = make_post(photos=1).photos.get()
    assert errors_of(put([str(other.public_id)])) == {"photos": ["unknown"]}
    assert errors_of(put([ids[0], ids[1], ids[0]])) == {"photos": ["repeated"]}
