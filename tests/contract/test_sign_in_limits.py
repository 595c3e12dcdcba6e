"""Guessing a password ends after five tries per person, however many run at once."""

import json
import urllib.error
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.support.remote_device import Device
from tests.support.running_site import running_site

AT_ONCE = 64
GUESSES = 5  # within five minutes, of one account
LOGIN = "/_allauth/app/v1/auth/login"


@pytest.fixture(scope="module")
def url(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site where nobody has signed in yet."""
    with running_site(tmp_path_factory.mktemp("sign-in"), migrated, worker=False) as site:
        yield site.url


def test_of_64_guesses_at_once_five_are_looked_at(url: str) -> None:
    barrier = Barrier(AT_ONCE)

    def guess(number: int) -> str:
        barrier.wait()
        with pytest.raises(urllib.error.HTTPError) as refused:
            Device(url).ask("POST", LOGIN, {"username": "reader", "password": f"wrong-{number}"})
        return str(json.load(refused.value)["errors"][0]["code"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(guess, range(AT_ONCE)))
    assert answers == {
        "username_password_mismatch": GUESSES,
        "too_many_login_attempts": AT_ONCE - GUESSES,
    }
    with pytest.raises(urllib.error.HTTPError):  # now the right password is refused as well
        Device(url).sign_in("reader")
    assert Device(url).sign_in("loser").token  # and nobody else behind this address is shut out
