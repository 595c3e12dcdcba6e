"""Redis as broker, cache and for rate limits; failing in the middle of work, and back."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django_q.conf import Conf
from pytest_django import Settings
from redis import Redis

from lostfound.infra.rate_limits import allow
from lostfound.infra.redis import ANSWER_S, CONNECT_S, forget_absence
from lostfound.models import Post, ThrottleCounter
from matching.models import IntakeQuestion, MatchingJob
from matching.services import match_post, sweep
from matching.services.field_suggestions import ask_intake
from tests.support.builders import make_user
from tests.support.concurrent_counting import PARALLEL
from tests.support.matched_once import PAIRS, check_all_matched_once
from tests.support.pipeline import found, make, row_of
from tests.support.python_process import run_python
from tests.support.servers.redis import RedisServer
from tests.support.worker_site import DEADLINE_S, worker_site

QUEUE = "django_q:lostfound:q"


@pytest.fixture
def server(redis: RedisServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A site with REDIS_URL, configured as in settings.py, and an empty running server."""
    with Redis.from_url(redis.url) as client:
        client.flushall()
    settings.REDIS_URL = redis.url
    settings.CACHES = {
        "default": {"BACKEND": "lostfound.infra.cache.RedisOrDatabaseCache", "LOCATION": redis.url}
    }
    monkeypatch.setattr(Conf, "BROKER_CLASS", "matching.worker.broker.RedisBroker")
    forget_absence()
    yield redis
    forget_absence()


@pytest.fixture
def client(server: RedisServer) -> Iterator[Redis]:
    """A client with which tests inspect the server."""
    with Redis.from_url(server.url, decode_responses=True) as opened:
        yield opened


@pytest.fixture
def away(server: RedisServer) -> Iterator[RedisServer]:
    """The server is stopped, and runs again after the test."""
    server.stop()
    yield server
    if not server.is_running:
        server.start()


def back(server: RedisServer) -> None:
    server.start()
    forget_absence()  # instead of waiting some seconds


# --- Redis is used ---


def test_settings_make_redis_all_three(redis: RedisServer, var_dir: Path) -> None:
    script = """
import django
django.setup()
from django.core.cache import cache
from django_q.brokers import get_broker
from lostfound.models import ThrottleCounter
from lostfound.infra.rate_limits import allow
cache.set("here", "가", 60)
assert allow("post", "user:1", 1).allowed and not allow("post", "user:1", 1).allowed
assert not ThrottleCounter.objects.exists()
print(type(get_broker()).__module__, get_broker().ping())
"""
    with Redis.from_url(redis.url, decode_responses=True) as client:
        client.flushall()
        done = run_python("-c", script, VAR_DIR=str(var_dir), REDIS_URL=redis.url)
        assert done.stdout.split() == ["matching.worker.broker", "True"], done.stderr
        keys = client.keys()
    assert any(key.endswith(":here") for key in keys)
    assert [key for key in keys if key.startswith("lostfound:limit:post:")]


def test_exactly_ten_of_128_parallel_requests_of_two_processes_pass(
    redis: RedisServer, tmp_path: Path
) -> None:
    with Redis.from_url(redis.url) as client:
        client.flushall()

    def process(name: str) -> int:
        (tmp_path / name).mkdir()
        shared = {"REDIS_URL": redis.url, "SECRET_KEY": "one key of both"}
        done = run_python("-c", PARALLEL, VAR_DIR=str(tmp_path / name), **shared)
        assert done.stdout, done.stderr
        return int(done.stdout)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(process, ("one", "other"))) == 10


@pytest.mark.django_db
def test_limits_are_counted_in_redis_and_end_with_their_window(client: Redis) -> None:
    assert [allow("post", "user:1", 2).allowed for _ in range(3)] == [True, True, False]
    assert not ThrottleCounter.objects.exists()
    (key,) = client.keys("lostfound:limit:*")
    assert client.get(key) == "3"
    assert 0 < client.ttl(key) <= 3600


@pytest.mark.django_db(transaction=True)
def test_a_saved_post_is_sent_through_redis(client: Redis) -> None:
    post = make()
    assert client.llen(QUEUE) == 1
    assert row_of(post).sent_at is not None


# --- Redis is down ---


@pytest.mark.django_db(transaction=True)
def test_pages_work_and_posts_are_saved_while_redis_is_down(
    away: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    person = make_user(password="a long enough one")
    browser = Client()
    assert browser.get("/").status_code == 200
    form = {"login": person.username, "password": "a long enough one"}
    assert browser.post("/accounts/login/", form).status_code == 302
    fields = {"title": "파란 우산", "happened_on": "2026-03-02"}
    response = browser.post("/posts/new/lost/", fields)
    assert response.status_code == 302, response.content.decode()
    post = Post.objects.get()
    assert browser.get(post.get_absolute_url()).status_code == 200
    row = row_of(post)
    assert (row.status, row.sent_at) == (MatchingJob.Status.PENDING, None)
    assert ThrottleCounter.objects.exists()
    # Logged once, not at every step.
    assert caplog.text.count("Redis does not answer, the database stands in") == 1


@pytest.mark.django_db
def test_a_redis_that_hangs_is_waited_for_once(server: RedisServer) -> None:
    cache.set("warm", 1)
    server.pause()
    try:
        started = time.monotonic()
        assert [allow("post", "user:1", 2).allowed for _ in range(3)] == [True, True, False]
        assert cache.get("warm") is None
        assert time.monotonic() - started < CONNECT_S + 2 * ANSWER_S
    finally:
        server.resume()


@pytest.mark.django_db
def test_limits_apply_while_redis_is_down(away: RedisServer) -> None:
    assert [allow("post", "user:1", 2).allowed for _ in range(3)] == [True, True, False]


@pytest.mark.django_db
def test_the_database_replaces_the_cache(away: RedisServer) -> None:
    cache.set("here", "가")
    assert cache.get("here") == "가"
    assert cache.add("here", 1) is False
    assert cache.get_many(["here", "not"]) == {"here": "가"}
    cache.set("count", 1)
    assert cache.incr("count") == 2
    cache.delete("here")
    assert cache.get("here") is None


@pytest.mark.django_db(transaction=True)
def test_a_suggestion_request_fails_at_once(away: RedisServer) -> None:
    question = ask_intake(make_user(), title="blue umbrella")
    assert IntakeQuestion.objects.get(pk=question.pk).status == IntakeQuestion.Status.FAILED


@pytest.mark.django_db(transaction=True)
def test_what_waited_is_sent_when_redis_is_back(
    away: RedisServer, fake_encoder: Any, client: Redis
) -> None:
    post = make()
    with pytest.raises(Exception, match=r"refused|Redis"):
        sweep()  # the supervisor would continue after the error
    assert row_of(post).sent_at is None
    back(away)
    assert sweep().sent == 1
    assert client.llen(QUEUE) == 1
    found()
    assert match_post(post.pk) == "matched"


@pytest.mark.processes
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_nothing_is_lost_if_redis_fails_in_the_middle_of_work(
    redis: RedisServer, tmp_path: Path, migrated: Path, end: str
) -> None:
    """When killed, it forgets its queue; a blocked worker is replaced."""
    folder = tmp_path / "site"
    folder.mkdir()
    with worker_site(folder, migrated, REDIS_URL=redis.url) as site:
        site.start_worker()
        saving = site.start_saving(0, PAIRS)
        site.busy_worker()
        getattr(redis, end)()
        try:
            # Saving does not need the queue.
            assert saving.wait(DEADLINE_S) == 0
            assert site.rows("SELECT COUNT(*) FROM lostfound_post") == [(2 * PAIRS,)]
        finally:
            redis.start()
        check_all_matched_once(site)
