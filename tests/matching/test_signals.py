"""A saved post asks for its matching in the very transaction that saves it."""

from typing import Any

import pytest
from django.db import transaction
from django_q.brokers import get_broker
from django_q.models import OrmQ

from lostfound.models import Post
from lostfound.services import edit_post, submit_post
from matching.models import MatchingJob
from matching.services import sweep
from tests.support.factories import PhotoFactory, PostFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_save_that_is_rolled_back_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        PostFactory.create()
        raise ZeroDivisionError
    assert not MatchingJob.objects.exists()


def test_one_task_is_sent_for_all_saves_of_a_transaction(
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        post = PostFactory.create()
        PhotoFactory.create_batch(3, post=post)
        post.save()
    assert OrmQ.objects.count() == 1
    assert get_broker().queue_size() == 1
    assert MatchingJob.objects.get(post=post).sent_at is not None


def test_a_broker_that_is_away_costs_no_post(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("redis is away")

    with monkeypatch.context() as broken:
        broken.setattr("matching.services.outbox.async_task", away)
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


def test_a_photograph_that_goes_asks_again_and_a_deleted_post_does_not() -> None:
    photo = PhotoFactory.create()
    MatchingJob.objects.update(status="done")
    photo.delete()
    assert MatchingJob.objects.get().status == "pending"
    PhotoFactory.create(post=photo.post)
    photo.post.delete()
    assert not MatchingJob.objects.exists() and not Post.objects.exists()


def test_an_edit_gives_all_attempts_back() -> None:
    post = PostFactory.create()
    MatchingJob.objects.update(status="failed", attempts=3, error="broken")
    edit_post(post, actor=post.author, fields={"title": "red umbrella"})
    row = MatchingJob.objects.get()
    assert (row.status, row.attempts, row.error) == ("pending", 0, "")
