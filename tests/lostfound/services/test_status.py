"""One guarded function changes the status, and its history is append-only."""

from pathlib import Path

import pytest

from lostfound.models import AppendOnlyError, Post, PostEvent
from lostfound.services import TransitionRefused, change_status, close_post, reopen_post
from lostfound.services.status import ALLOWED
from tests.support.builders import make_post, make_user
from tests.support.python_process import run_python

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("before", Post.Status.values)
@pytest.mark.parametrize("after", Post.Status.values)
def test_only_allowed_changes_pass(before: str, after: str) -> None:
    post = make_post()
    Post.objects.filter(pk=post.pk).update(status=before)
    post.refresh_from_db()
    if after in ALLOWED[before]:
        assert change_status(post, after, actor=None, action="test").status == after
    else:
        with pytest.raises(TransitionRefused):
            change_status(post, after, actor=None, action="test")
        assert Post.objects.get(pk=post.pk).status == before


def test_every_change_has_who_when_what() -> None:
    post, staff = make_post(), make_user(is_staff=True)
    change_status(post, "matched", actor=staff, action="matched", detail={"match": 7})
    event = post.events.first()
    assert event is not None
    assert event.actor == staff
    assert event.at is not None
    assert (event.action, event.from_status, event.to_status) == ("matched", "open", "matched")
    assert event.detail == {"match": 7}


def test_second_of_two_is_refused_also_where_its_change_would_be_allowed() -> None:
    post = make_post()
    seen_by_author = Post.objects.get(pk=post.pk)
    change_status(post, "matched", actor=None, action="matched")
    with pytest.raises(TransitionRefused):  # open was seen, and matched it is
        close_post(seen_by_author, actor=post.author)


def test_gone_post_is_not_there_to_be_closed() -> None:
    post = make_post()
    same = Post.objects.get(pk=post.pk)
    post.delete()
    with pytest.raises(Post.DoesNotExist):
        close_post(same, actor=None)


def test_matched_post_is_not_simply_reopened() -> None:
    post = make_post()
    change_status(post, "matched", actor=None, action="matched")
    with pytest.raises(TransitionRefused):
        reopen_post(post, actor=post.author)


RACE = """
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connection
from lostfound.models import Post, User
from lostfound.services import TransitionRefused, change_status, submit_post

author = User.objects.create_user("author")
barrier = Barrier(2)

def change(task):
    pk, to = task
    mine = Post.objects.get(pk=pk)
    barrier.wait()
    try:
        change_status(mine, to, actor=None, action="raced")
    except TransitionRefused:
        return False
    finally:
        connection.close()
    return True

with ThreadPoolExecutor(2) as pool:
    for _ in range(20):
        post = submit_post(author=author, kind="found", fields={"title": "raced"})
        passed = list(pool.map(change, [(post.pk, "matched"), (post.pk, "closed")]))
        assert sorted(passed) == [False, True], passed
        assert post.events.filter(action="raced").count() == 1
"""


@pytest.mark.processes
def test_of_two_at_once_one_is_refused(var_dir: Path) -> None:
    done = run_python("-c", RACE, VAR_DIR=str(var_dir))
    assert done.returncode == 0, done.stderr


def test_events_are_only_ever_added() -> None:
    event = make_post().events.get()
    event.action = "forged"
    for attempt in (
        event.save,
        event.delete,
        PostEvent.objects.all().delete,
        lambda: PostEvent.objects.update(action="forged"),
        lambda: event.post.events.all().delete(),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()
    event.refresh_from_db()
    assert event.action == "submitted"


def test_events_outlive_who_did_it() -> None:
    post, staff = make_post(), make_user()
    change_status(post, "closed", actor=staff, action="closed")
    staff.delete()
    assert post.events.filter(action="closed", actor=None).exists()


def test_events_go_with_their_post() -> None:
    make_post().delete()
    assert not PostEvent.objects.exists()
