"""The person behind the token: devices, messages and how they are told, and what has changed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lostfound.models import DeletedPost, Notification, Post, User
from lostfound.services import delete_post, edit_post, notify
from tests.factories import UserFactory
from tests.lostfound.api.device import Device, code_of, errors_of
from tests.lostfound.making import make_post

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


def test_a_sync_tells_what_changed_and_what_is_gone(phone: Device, owner: User) -> None:
    stays, goes = (make_post(author=owner, kind="lost", title=name) for name in ("하나", "둘우산"))
    make_post(kind="lost", title="남의 우산")
    first = phone.get("sync/").json()
    assert {row["id"] for row in first["posts"]} == {str(stays.public_id), str(goes.public_id)}
    assert first["deleted"] == [] and first["has_more"] is False
    Post.objects.update(updated_at=timezone.now() - timedelta(hours=1))
    edit_post(stays, actor=owner, fields={"title": "하나 우산"})
    delete_post(goes, actor=owner)
    notify(owner, stays, Notification.Kind.MATCH_CONFIRMED)
    second = phone.get("sync/", updated_since=first["synced_at"]).json()
    assert [row["title"] for row in second["posts"]] == ["하나 우산"]
    assert [row["id"] for row in second["deleted"]] == [str(goes.public_id)]
    assert len(second["notifications"]) == 1


def test_a_long_sync_comes_in_pages_and_misses_nothing(phone: Device, owner: User) -> None:
    moment = timezone.now() - timedelta(days=1)
    posts = [make_post(author=owner, kind="lost") for _ in range(130)]
    for number, post in enumerate(posts):
        # Many within one and the same moment, across the border of a page.
        at = moment + timedelta(seconds=number if number < 90 else 90)
        Post.objects.filter(pk=post.pk).update(updated_at=at)
    seen: set[str] = set()
    since = (moment - timedelta(days=1)).isoformat()
    for _ in range(4):
        answer = phone.get("sync/", updated_since=since).json()
        seen |= {row["id"] for row in answer["posts"]}
        since = answer["synced_at"]
        if not answer["has_more"]:
            break
    assert seen == {str(post.public_id) for post in posts}


def test_a_sync_from_too_long_ago_begins_anew(phone: Device) -> None:
    assert code_of(phone.get("sync/", updated_since="2020-01-01T00:00:00Z"), 410) == "too_old"
    for nonsense in ("yesterday", "2026-13-40T00:00:00Z"):
        assert errors_of(phone.get("sync/", updated_since=nonsense)) == {
            "updated_since": ["invalid"]
        }


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
