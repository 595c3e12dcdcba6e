"""Limits hold on a running server when many requests arrive at once."""

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, Final
from urllib.parse import quote

import pytest

from lostfound.infra.limits import LIMITS, LimitName
from lostfound.infra.rate_limits import HOUR_S
from tests.support.builders import upload
from tests.support.python_process import run_python
from tests.support.remote_device import Device
from tests.support.running_site import Site, running_site, site_environment

AT_ONCE: Final = 64
LIMIT: Final = 10
ENOUGH_S: Final = 60
BOUNDARY: Final = "of-a-photograph"
SHELF: Final = "셋째 선반"

# What somebody has done within this hour already, counted as the site counts it.
SPEND = """
import sys
import django
django.setup()
from lostfound.models import User
from lostfound.infra.rate_limits import allow

person, scope, times = User.objects.get(username=sys.argv[1]), sys.argv[2], int(sys.argv[3])
for _ in range(times):
    allow(scope, f"user:{person.pk}", times)
"""


@pytest.fixture(scope="module")
def site(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that allows ten writes per person and hour, without a worker."""
    folder: Path = tmp_path_factory.mktemp("limits")
    with running_site(folder, migrated, "1", worker=False, POSTS_PER_HOUR=str(LIMIT)) as started:
        yield started


def with_ten_left(site: Site, name: str, scope: LimitName) -> Device:
    """Somebody's app, after all but ten of what they may do within this hour."""
    wait_for_room_in_the_hour()
    spent = run_python(
        *("-c", SPEND, name, scope, str(LIMITS[scope].per_hour - LIMIT)),
        **site_environment(site.folder),
    )
    assert spent.returncode == 0, spent.stderr
    return Device(site.url).sign_in(name)


def wait_for_room_in_the_hour() -> None:
    """An hour of the clock that ends in the middle would count from zero."""
    if (left_s := HOUR_S - time.time() % HOUR_S) < ENOUGH_S:
        time.sleep(left_s)


def at_once(ask: Callable[[int], Any]) -> Counter[int]:
    """How often each status was returned, all within one clock hour."""
    barrier = Barrier(AT_ONCE)

    def one(number: int) -> int:
        barrier.wait()
        try:
            ask(number)
        except urllib.error.HTTPError as refused:
            if refused.code == 429:
                assert json.load(refused)["code"] == "throttled"
                assert 0 < int(refused.headers["Retry-After"]) <= 3600
            return refused.code
        return 200

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(AT_ONCE)))


def exactly_ten(passed: int = 200) -> Counter[int]:
    return Counter({passed: LIMIT, 429: AT_ONCE - LIMIT})


def test_of_64_posts_at_once_exactly_ten_are_saved(site: Site) -> None:
    wait_for_room_in_the_hour()
    device = Device(site.url).sign_in("newcomer")

    def post(number: int) -> None:
        device.ask("POST", "/api/v1/posts/", {"kind": "lost", "title": f"우산 {number}"})

    assert at_once(post) == exactly_ten()
    saved = device.ask("GET", "/api/v1/posts/?page_size=100")["results"]
    assert len(saved) == LIMIT


def test_of_64_changes_at_once_exactly_ten_pass(site: Site) -> None:
    wait_for_room_in_the_hour()
    device = Device(site.url).sign_in("reader")
    mine = device.ask("GET", "/api/v1/posts/")["results"][0]["id"]

    def change(number: int) -> None:
        device.ask("PATCH", f"/api/v1/posts/{mine}/", {"title": f"가방 {number}"})

    assert at_once(change) == exactly_ten()


def test_two_devices_of_one_person_share_their_limit(site: Site) -> None:
    wait_for_room_in_the_hour()
    devices = [Device(site.url).sign_in("finder") for _ in range(2)]

    def post(number: int) -> None:
        fields = {"kind": "found", "title": f"장갑 {number}", "kept_note": "경비실"}
        devices[number % 2].ask("POST", "/api/v1/posts/", fields)

    assert at_once(post) == exactly_ten()


def test_of_64_searches_at_once_exactly_ten_pass(site: Site) -> None:
    device = with_ten_left(site, "english", "search")
    assert at_once(lambda _number: device.ask("GET", "/api/v1/search/?q=bag")) == exactly_ten()


def test_of_64_searches_by_photograph_at_once_exactly_ten_pass(site: Site) -> None:
    """Requests within the limit get 503, as there is no worker."""
    device = with_ten_left(site, "clumsy", "search")
    body = (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=photo; filename=bag.jpg\r\n"
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    body += upload(1).read() + f"\r\n--{BOUNDARY}--\r\n".encode()

    def search(_number: int) -> None:
        headers = {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "X-Session-Token": device.token,
        }
        request = urllib.request.Request(f"{site.url}/api/v1/search/photo/", body, headers)
        urllib.request.urlopen(request, timeout=60).close()

    assert at_once(search) == exactly_ten(passed=503)


def test_of_64_answers_at_once_exactly_ten_pass(site: Site) -> None:
    device = with_ten_left(site, "loser", "answer")
    mine = device.ask("GET", "/api/v1/posts/")["results"][0]["id"]
    (suggestion,) = device.ask("GET", f"/api/v1/posts/{mine}/suggestions/")
    path = f"/api/v1/posts/{mine}/suggestions/{suggestion['id']}/answer/"
    assert at_once(lambda _number: device.ask("PUT", path, {"answer": "mine"})) == exactly_ten()


def test_of_64_questions_at_once_exactly_ten_pass(site: Site) -> None:
    device = with_ten_left(site, "loser", "intake")

    def ask(number: int) -> None:
        device.ask("POST", "/api/v1/intake/", {"title": f"우산 {number}"})

    assert at_once(ask) == exactly_ten()


def test_of_64_things_handed_in_at_once_exactly_ten_are_taken_in(site: Site) -> None:
    device = with_ten_left(site, "staff", "office")

    def hand_in(number: int) -> None:
        fields = {"title": f"장갑 {number}", "kept_note": SHELF}
        device.ask("POST", "/api/v1/office/posts/", fields)

    assert at_once(hand_in) == exactly_ten()
    listed = device.ask("GET", f"/api/v1/office/posts/?page_size=100&q={quote(SHELF)}")
    assert len(listed["results"]) == LIMIT
