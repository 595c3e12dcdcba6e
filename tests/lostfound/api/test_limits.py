"""What counts against the hourly limits, and what does not."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from lostfound.infra.limits import ATTEMPTS_FACTOR
from lostfound.models import Post, User
from lostfound.services import edit_post
from tests.support.api_client import Device, code_of, errors_of
from tests.support.builders import make_post, upload
from tests.support.factories import StaffFactory
from tests.support.python_process import run_python
from tests.support.servers.postgres import PostgresServer
from tests.support.servers.redis import RedisServer

pytestmark = pytest.mark.django_db

LOST = {"kind": "lost", "title": "우산"}
HANDED_IN = {"title": "우산", "kept_note": "선반"}


@pytest.fixture(autouse=True)
def few(settings: Settings, set_limit: Callable[..., None]) -> None:
    settings.POSTS_PER_HOUR = 2
    set_limit("office", 2)


@pytest.mark.parametrize(
    ("path", "good"), [("posts/", LOST), ("office/posts/", HANDED_IN)], ids=["person", "office"]
)
def test_a_body_that_is_refused_takes_no_place(path: str, good: dict[str, Any]) -> None:
    device = Device(StaffFactory.create())
    broken = upload()
    broken.file = io.BytesIO(b"not a picture")
    for _ in range(4):
        assert device.post(path, {**good, "title": ""}).status_code == 400
    assert device.send_form(path, {**good, "photos": [broken]}).status_code == 400
    answers = [device.post(path, good) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 3600
    assert Post.objects.count() == 2


def test_bodies_that_are_refused_are_bounded_too(phone: Device) -> None:
    got = [phone.post("posts/", {}).status_code for _ in range(2 * ATTEMPTS_FACTOR + 1)]
    assert got == [400] * 2 * ATTEMPTS_FACTOR + [429]


def test_what_was_saved_already_is_answered_at_the_limit(phone: Device) -> None:
    def send(key: str) -> Any:
        return phone.send("post", "posts/", LOST, Idempotency_Key=key)

    made = [send("one"), send("two")]
    assert [answer.status_code for answer in made] == [201, 201]
    assert code_of(send("three"), 429) == "throttled"
    again = send("one")
    assert again.status_code == 201 and again.json() == made[0].json()
    assert again.headers["Location"] == made[0].headers["Location"]
    assert Post.objects.count() == 2


@pytest.mark.parametrize("write", ["close", "photo", "delete"])
def test_every_change_of_a_post_counts_as_one(phone: Device, owner: User, write: str) -> None:
    post = make_post(author=owner, kind="lost", photos=2)
    path = f"posts/{post.public_id}/"
    assert phone.post(f"{path}close/").status_code == 200
    assert phone.post(f"{path}reopen/").status_code == 200
    refused = {
        "close": lambda: phone.post(f"{path}close/"),
        "photo": lambda: phone.delete(f"{path}photos/{post.photos.all()[0].public_id}/"),
        "delete": lambda: phone.delete(path),
    }[write]()
    assert code_of(refused, 429) == "throttled"
    assert Post.objects.get().is_open and post.photos.count() == 2


def test_a_change_that_is_refused_or_changes_nothing_takes_no_place(
    phone: Device, owner: User
) -> None:
    post = make_post(author=owner, kind="lost", photos=5)
    closed = make_post(author=owner, kind="lost")
    Post.objects.filter(pk=closed.pk).update(status="closed")
    path, there = f"posts/{post.public_id}/", f"posts/{closed.public_id}/"
    stale = phone.get(path).headers["ETag"]
    edit_post(post, actor=owner, fields={"title": "남색 우산"})
    for _ in range(2):
        assert phone.send("patch", path, {"title": "가방"}, If_Match=stale).status_code == 412
        assert phone.send("delete", path, If_Match=stale).status_code == 412
        assert errors_of(phone.patch(path, {"title": ""})) == {"title": ["blank"]}
        assert errors_of(phone.send_form(f"{path}photos/", {"photos": [upload(9)]}))
        assert code_of(phone.patch(there, {"title": "가방"}), 409) == "not_open"
        assert phone.patch(path, {"title": "남색 우산"}).status_code == 200
    answers = [phone.patch(path, {"title": title}) for title in ("하나", "둘", "셋")]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 3600
    assert Post.objects.get(pk=post.pk).title == "둘"


def test_the_limit_keeps_photographs_from_being_added_and_leaves_no_file(
    phone: Device, owner: User, media_root: Path
) -> None:
    post = make_post(author=owner, kind="lost")
    path = f"posts/{post.public_id}/"
    for title in ("하나", "둘"):
        assert phone.patch(path, {"title": title}).status_code == 200
    refused = phone.send_form(f"{path}photos/", {"photos": [upload(1)]})
    assert code_of(refused, 429) == "throttled"
    assert not post.photos.exists() and not [*media_root.rglob("*.jpg")]


def test_the_limit_keeps_a_post_with_photographs_from_being_saved_and_leaves_no_file(
    phone: Device, media_root: Path
) -> None:
    assert [phone.post("posts/", LOST).status_code for _ in range(2)] == [201, 201]
    refused = phone.send_form("posts/", {**LOST, "photos": [upload(1)]})
    assert code_of(refused, 429) == "throttled"
    assert Post.objects.count() == 2 and not [*media_root.rglob("*.jpg")]


def test_the_office_spends_no_place_on_what_is_refused() -> None:
    counter = Device(StaffFactory.create())
    post = make_post(kind="found")
    path = f"office/posts/{post.public_id}/"
    stale = counter.get(path).headers["ETag"]
    edit_post(post, actor=post.author, fields={"title": "남색 우산"})
    for _ in range(3):
        assert counter.send("patch", path, {"shelf": "A-1"}, If_Match=stale).status_code == 412
        assert counter.send("post", f"{path}close/", {}, If_Match=stale).status_code == 412
    answers = [counter.patch(path, {"shelf": shelf}) for shelf in ("A-1", "A-2", "A-3")]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_changes_that_are_refused_are_bounded_too(phone: Device, owner: User) -> None:
    path = f"posts/{make_post(author=owner, kind='lost').public_id}/"
    got = [phone.patch(path, {"title": ""}).status_code for _ in range(2 * ATTEMPTS_FACTOR + 1)]
    assert got == [400] * 2 * ATTEMPTS_FACTOR + [429]


# Half of them have not seen the post as it is; the others are more than may change it.
PARALLEL = """
import django
django.setup()
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from lostfound.models import Post, User
from lostfound.services import submit_post

setup_test_environment()
author = User.objects.create_user("author", "author@example.org", "correct horse")
posts = [
    submit_post(author=author, kind="lost", fields={"title": "umbrella"}) for _ in range(4)
]

def signed_in():
    client = Client()
    client.force_login(author, "django.contrib.auth.backends.ModelBackend")
    return client

clients = [signed_in() for _ in range(AT_ONCE)]
barrier = Barrier(AT_ONCE)

def one(number):
    barrier.wait()
    try:
        return clients[number].patch(
            f"/api/v1/posts/{posts[number // 2 % 4].public_id}/",
            {"title": f"umbrella {number}"},
            content_type="application/json",
            headers={"If-Match": '"seen long ago"' if number % 2 else "*"},
        ).status_code
    finally:
        connection.close()

with ThreadPoolExecutor(AT_ONCE) as pool:
    got = Counter(pool.map(one, range(AT_ONCE)))
saved = sum(post.events.filter(action="edited").count() for post in posts)
print(sorted(got.items()), saved)
"""
AT_ONCE, PLACES = 32, 5
EXACTLY = f"[(200, {PLACES}), (412, {AT_ONCE // 2}), (429, {AT_ONCE // 2 - PLACES})] {PLACES}"


def change_at_once(folder: Path, **environment: str) -> None:
    script = PARALLEL.replace("AT_ONCE", str(AT_ONCE))
    limits = {"POSTS_PER_HOUR": str(PLACES), "VAR_DIR": str(folder)}
    done = run_python("-c", script, **limits, **environment)
    assert done.stdout.strip() == EXACTLY, done.stderr


@pytest.mark.processes
def test_of_changes_at_once_exactly_as_many_pass_as_are_left(var_dir: Path) -> None:
    change_at_once(var_dir)


@pytest.mark.processes
def test_of_changes_at_once_exactly_as_many_pass_on_postgres(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    change_at_once(tmp_path, DATABASE_URL=postgres.make_migrated("changes_at_once"))


@pytest.mark.processes
def test_of_changes_at_once_exactly_as_many_pass_where_redis_counts(
    postgres: PostgresServer, redis: RedisServer, tmp_path: Path
) -> None:
    url = postgres.make_migrated("changes_redis_counts")
    change_at_once(tmp_path, DATABASE_URL=url, REDIS_URL=redis.url)
