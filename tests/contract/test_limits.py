"""Limits hold on the running server when many requests come in the same moment."""

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from lostfound.throttles import HOUR_S
from tests.browser.site import running_site
from tests.contract.conftest import Device

AT_ONCE = 64
LIMIT = 10
ENOUGH_S = 30


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site where a person may write ten times within the hour, and nobody compares anything."""
    folder: Path = tmp_path_factory.mktemp("limits")
    with running_site(folder, worker=False, POSTS_PER_HOUR=str(LIMIT)) as site:
        yield site.url


def at_once(ask: Callable[[int], Any]) -> Counter[int]:
    """How often each status was answered, all of them within one hour of the clock."""
    if (left_s := HOUR_S - time.time() % HOUR_S) < ENOUGH_S:
        time.sleep(left_s)
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


def test_of_64_posts_at_once_exactly_ten_are_saved(url: str) -> None:
    device = Device(url).sign_in("loser")

    def post(number: int) -> None:
        device.ask("POST", "/api/v1/posts/", {"kind": "lost", "title": f"우산 {number}"})

    assert at_once(post) == {200: LIMIT, 429: AT_ONCE - LIMIT}
    saved = device.ask("GET", "/api/v1/posts/?page_size=100")["results"]
    assert len(saved) == LIMIT


def test_of_64_changes_at_once_exactly_ten_pass(url: str) -> None:
    device = Device(url).sign_in("reader")
    mine = device.ask("GET", "/api/v1/posts/")["results"][0]["id"]

    def change(number: int) -> None:
        device.ask("PATCH", f"/api/v1/posts/{mine}/", {"title": f"가방 {number}"})

    assert at_once(change) == {200: LIMIT, 429: AT_ONCE - LIMIT}


def test_two_devices_of_one_person_share_their_limit(url: str) -> None:
    devices = [Device(url).sign_in("finder") for _ in range(2)]

    def post(number: int) -> None:
        said = {"kind": "found", "title": f"장갑 {number}", "kept_note": "경비실"}
        devices[number % 2].ask("POST", "/api/v1/posts/", said)

    assert at_once(post) == {200: LIMIT, 429: AT_ONCE - LIMIT}
