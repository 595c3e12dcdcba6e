"""A saved post requests its matching in the same transaction."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from lostfound import hooks
from lostfound.infra import queue
from lostfound.models import Post
from lostfound.services import (
    change_status,
    close_post,
    delete_post,
    delete_user,
    edit_post,
    reopen_post,
    submit_post,
)
from matching.models import MatchingJob
from matching.services import sweep
from matching.services.outbox import request_matching
from tests.support.builders import make_post, upload
from tests.support.factories import PhotoFactory, PostFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[int]]:
    """How often the matching of each post was requested."""
    counts: Counter[int] = Counter()

    def counted(post: Post) -> None:
        counts[post.pk] += 1
        request_matching(post)

    monkeypatch.setattr(hooks, "post_changed", [counted])
    yield counts


def test_matching_is_registered_once_however_often_the_apps_are_loaded() -> None:
    assert hooks.post_changed == [request_matching]
    apps.get_app_config("matching").ready()
    assert hooks.post_changed == [request_matching]


def test_a_save_that_is_rolled_back_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        PostFactory.create()
        assert MatchingJob.objects.exists()
        raise ZeroDivisionError
    assert not MatchingJob.objects.exists()


def test_a_failing_hook_rolls_back_the_post(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(post: Post) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(hooks, "post_changed", [fail])
    with pytest.raises(ZeroDivisionError):
        make_post(photos=1)
    assert not Post.objects.exists()


def test_one_task_is_sent_for_all_saves_of_a_transaction(
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        post = PostFactory.create()
        PhotoFactory.create_batch(3, post=post)
        edit_post(post, actor=post.author, fields={"title": "red umbrella"})
    assert OrmQ.objects.count() == 1
    assert queue.waiting_tasks() == 1
    assert MatchingJob.objects.get(post=post).sent_at is not None


@pytest.mark.parametrize("photos", [0, 1, 3])
def test_a_new_post_requests_matching_once_with_any_number_of_photographs(
    requests: Counter[int], photos: int
) -> None:
    post = make_post(photos=photos)
    assert requests == {post.pk: 1}


def test_an_edit_requests_matching_once_whatever_it_changes(requests: Counter[int]) -> None:
    post = make_post(photos=3)
    requests.clear()
    first, *others = post.photos.all()
    edit_post(
        post,
        actor=post.author,
        fields={"title": "red umbrella"},
        add_photos=[upload(7), upload(8)],
        remove_photos=[first],
        photo_order=others[::-1],
    )
    assert requests == {post.pk: 1}


def test_an_edit_without_changes_requests_nothing(requests: Counter[int]) -> None:
    post = make_post(photos=1)
    requests.clear()
    edit_post(post, actor=post.author, fields={"title": post.title}, add_photos=[upload(0)])
    assert not requests


def test_every_change_of_status_requests_matching_once(requests: Counter[int]) -> None:
    post = make_post()
    requests.clear()
    changes: list[tuple[Callable[[], object], str]] = [
        (lambda: close_post(post, actor=post.author), "idle"),
        (lambda: reopen_post(post, actor=post.author), "pending"),
        (lambda: change_status(post, "matched", actor=None, action="matched"), "idle"),
    ]
    for number, (change, status) in enumerate(changes, start=1):
        change()
        post.refresh_from_db()
        assert requests == {post.pk: number}
        assert MatchingJob.objects.get(post=post).status == status


def test_the_admin_uses_the_same_hook(client: Client, requests: Counter[int]) -> None:
    client.force_login(StaffFactory.create())
    post = make_post(photos=2)
    requests.clear()
    photos = list(post.photos.all())
    sent = {
        "title": "red umbrella",
        "happened_on": str(post.happened_on),
        "photos-TOTAL_FORMS": 2,
        "photos-INITIAL_FORMS": 2,
        "events-TOTAL_FORMS": 0,
        "events-INITIAL_FORMS": 0,
        **{f"photos-{number}-id": photo.pk for number, photo in enumerate(photos)},
    }
    address = reverse("admin:lostfound_post_change", args=[post.pk])
    assert client.post(address, sent).status_code == 302
    assert requests == {post.pk: 1}
    # Changed text and a removed photograph are two entries in its history.
    assert client.post(address, sent | {"photos-0-DELETE": "on"}).status_code == 302
    assert requests == {post.pk: 2}
    assert post.photos.get() == photos[1]


def test_an_unavailable_broker_loses_no_post(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("redis is away")

    with monkeypatch.context() as broken:
        broken.setattr(queue, "async_task", away)
        with django_capture_on_commit_callbacks(execute=True):
            post = submit_post(
                author=UserFactory.create(), kind="lost", fields={"title": "blue umbrella"}
            )
    row = MatchingJob.objects.get(post=post)
    assert (row.status, row.sent_at) == ("pending", None)
    assert sweep().sent == 1
    assert OrmQ.objects.count() == 1


def test_a_lost_task_is_sent_again_after_a_while(settings: Any) -> None:
    settings.MATCHING = {**settings.MATCHING, "SWEEP_S": 30}
    PostFactory.create()
    assert sweep().sent == 1
    assert sweep().sent == 0  # it may still come
    MatchingJob.objects.update(sent_at="2020-01-01T00:00:00Z")
    OrmQ.objects.all().delete()
    assert sweep().sent == 1


def test_a_removed_photograph_requests_matching_and_a_deleted_post_does_not() -> None:
    photo = PhotoFactory.create()
    post = photo.post
    MatchingJob.objects.update(status="done")
    edit_post(post, actor=post.author, fields={}, remove_photos=[photo])
    assert MatchingJob.objects.get().status == "pending"
    PhotoFactory.create(post=post)
    delete_post(post, actor=post.author)
    assert not MatchingJob.objects.exists() and not Post.objects.exists()


def test_posts_deleted_with_their_author_leave_no_row(requests: Counter[int]) -> None:
    post = make_post(photos=2)
    requests.clear()
    delete_user(post.author, actor=None)
    assert not requests
    assert not MatchingJob.objects.exists() and not Post.objects.exists()


def test_an_edit_gives_all_attempts_back() -> None:
    post = PostFactory.create()
    MatchingJob.objects.update(status="failed", attempts=3, error="broken")
    edit_post(post, actor=post.author, fields={"title": "red umbrella"})
    row = MatchingJob.objects.get()
    assert (row.status, row.attempts, row.error) == ("pending", 0, "")
