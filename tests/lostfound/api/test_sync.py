"""Synchronization: changes, deletions and notifications, in bounded pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lostfound.models import DeletedPost, Notification, Post, User
from lostfound.services import delete_post, edit_post, notify
from tests.support.api_client import Device, code_of, errors_of
from tests.support.builders import make_post
from tests.support.factories import NotificationFactory, PostFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TWO_HUNDRED_DAYS = timedelta(days=200)


def read_all(phone: Device, **query: str) -> list[Any]:
    """All responses of one synchronization."""
    answers = [phone.get("sync/", **query).json()]
    while answers[-1]["has_more"]:
        assert answers[-1]["synced_at"] is None and len(answers) < 10
        answers.append(phone.get("sync/", cursor=answers[-1]["cursor"]).json())
    assert answers[-1]["cursor"] is None and answers[-1]["synced_at"]
    return answers


def ids_of(answers: list[Any], name: str) -> list[Any]:
    return [row["id"] for answer in answers for row in answer[name]]


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


def test_a_first_reading_of_many_old_posts_ends(phone: Device, owner: User) -> None:
    posts = PostFactory.create_batch(230, author=owner)
    Post.objects.update(updated_at=timezone.now() - TWO_HUNDRED_DAYS)
    answers = read_all(phone)
    assert [len(answer["posts"]) for answer in answers] == [100, 100, 30]
    assert sorted(ids_of(answers, "posts")) == sorted(str(post.public_id) for post in posts)
    second = phone.get("sync/", updated_since=answers[-1]["synced_at"]).json()
    assert second["posts"] == [] and second["has_more"] is False


def test_deletions_and_messages_come_in_pages_too(phone: Device, owner: User) -> None:
    since = timezone.now() - timedelta(days=1)
    post = PostFactory.create(author=owner)
    gone = DeletedPost.objects.bulk_create(
        DeletedPost(public_id=f"00000000-0000-4000-8000-{number:012}", author=owner)
        for number in range(150)
    )
    notifications = NotificationFactory.create_batch(210, post=post)
    answers = read_all(phone, updated_since=since.isoformat())
    assert len(answers) == 3
    assert all(len(row[name]) <= 100 for row in answers for name in ("deleted", "notifications"))
    assert len(set(ids_of(answers, "deleted"))) == len(gone) == len(ids_of(answers, "deleted"))
    assert sorted(ids_of(answers, "notifications")) == sorted(row.pk for row in notifications)
    assert ids_of(answers, "posts") == [str(post.public_id)]


def test_what_changes_during_a_reading_is_missed_by_neither_it_nor_the_next(
    phone: Device, owner: User
) -> None:
    posts = PostFactory.create_batch(101, author=owner)
    Post.objects.update(updated_at=timezone.now() - timedelta(days=1))
    first = phone.get("sync/").json()
    edit_post(posts[0], actor=owner, fields={"title": "바뀐 우산"})  # was sent already
    delete_post(posts[1], actor=owner)
    new = PostFactory.create(author=owner)
    last = phone.get("sync/", cursor=first["cursor"]).json()
    assert ids_of([last], "posts") == [str(post.public_id) for post in (posts[100], new)]
    following = phone.get("sync/", updated_since=last["synced_at"]).json()
    assert {row["title"] for row in following["posts"]} == {"바뀐 우산", new.title}
    assert ids_of([following], "deleted") == [str(posts[1].public_id)]


def test_what_was_read_on_another_device_is_sent(phone: Device, owner: User) -> None:
    notification = notify(owner, make_post(author=owner), Notification.Kind.MATCH_CONFIRMED)
    assert notification is not None
    Notification.objects.update(created_at=timezone.now() - timedelta(days=2))
    since = (timezone.now() - timedelta(days=1)).isoformat()
    assert phone.get("sync/", updated_since=since).json()["notifications"] == []
    Device(owner).post(f"notifications/{notification.pk}/read/")
    (row,) = phone.get("sync/", updated_since=since).json()["notifications"]
    assert row["id"] == notification.pk and row["read_at"]


def test_a_cursor_reads_the_persons_own_alone(phone: Device, owner: User) -> None:
    PostFactory.create_batch(101, author=owner)
    cursor = phone.get("sync/").json()["cursor"]
    stranger = UserFactory.create()
    theirs = PostFactory.create(author=stranger)
    answer = Device(stranger).get("sync/", cursor=cursor).json()
    assert ids_of([answer], "posts") == [str(theirs.public_id)]


@pytest.mark.parametrize("cursor", ["", "cD0yMDI2", "x:y:z", "한글", "\x00"])
def test_a_cursor_of_somebody_elses_making_is_refused(phone: Device, cursor: str) -> None:
    assert errors_of(phone.get("sync/", cursor=cursor)) == {"cursor": ["invalid"]}


def test_a_sync_from_too_long_ago_begins_anew(phone: Device) -> None:
    assert code_of(phone.get("sync/", updated_since="2020-01-01T00:00:00Z"), 410) == "too_old"
    for nonsense in (
        *("yesterday", "2026-13-40T00:00:00Z", "", "9999-12-31T23:59:59-23:59"),
        *("0001-01-01T00:00:00", "0001-01-01T00:00:00+23:59"),
    ):
        assert errors_of(phone.get("sync/", updated_since=nonsense)) == {
            "updated_since": ["invalid"]
        }
