"""Fixtures of all tests: separate media, an encoder without a model, and no live broker."""

import gc
import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings
from threadpoolctl import threadpool_limits
from whitenoise.middleware import WhiteNoiseMiddleware

pytest_plugins = [
    "tests.support.tiers",
    "tests.support.shared",
    "tests.support.databases",
    "tests.support.migrations",
    "tests.support.servers.fixtures",
]

# No deadline: a busy machine is slow now and then, which is no failure.
hypothesis_settings.register_profile("tests", deadline=None, max_examples=60)
hypothesis_settings.register_profile("quick", deadline=None, max_examples=20)
hypothesis_settings.load_profile("tests")

# Before torch is loaded, also by processes that tests start: its threads would wait for each other
# by computing, and where tests share the cores, that takes longer than the work.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Of the sites that tests start; see `photographs_at_once`.
os.environ.setdefault("PHOTOS_WITHOUT_CATEGORY", "normal")

COLLECT_RARELY = (50_000, 20, 100)
FAKE_ENCODER = "tests.support.fake_encoder.FakeEncoder"


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the last: no collection need look at it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_RARELY)


@pytest.fixture(scope="session")
def media_roots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Paths in one folder of the session; none is made before a test writes there."""
    folder = tmp_path_factory.mktemp("media")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def media_root(settings: Settings, media_roots: Iterator[Path]) -> Path:
    """Uploads of a test lie in its own folder."""
    folder = next(media_roots)
    settings.MEDIA_ROOT = folder
    return folder


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Tests run beside each other: the threads of one would wait for those of another."""
    threadpool_limits(1, user_api="blas")


@pytest.fixture(scope="session", autouse=True)
def static_files_are_found_once() -> Iterator[None]:
    """Each client of a test is a site of its own, which looks through every static file anew."""
    find = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def find_once(self: WhiteNoiseMiddleware) -> None:
        if not found:
            find(self)
            found.update(self.files)
        self.files.update(found)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(WhiteNoiseMiddleware, "add_files_from_finders", find_once)
        yield


@pytest.fixture(autouse=True)
def first_language() -> None:
    """A request leaves its language behind in the thread; each test begins with the site's own."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def fast_passwords(settings: Settings) -> None:
    """Hashing that is slow on purpose has no place in a test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def messages_at_once(settings: Settings) -> None:
    """Messages about decisions do not wait, except in tests of the waiting."""
    settings.DECISION_WAIT_S = 0


@pytest.fixture(autouse=True)
def nothing_to_agree_to() -> Iterator[None]:
    """No text is published, and no test spends a query on reading that."""
    from lostfound.services.consent import forget_asked_for, remember_asked_for

    remember_asked_for((), for_s=3600)
    yield
    forget_asked_for()


@pytest.fixture(autouse=True)
def photographs_at_once(settings: Settings) -> None:
    """Photographs of posts without a category count at once, except in tests of masking."""
    settings.PHOTOS_WITHOUT_CATEGORY = "normal"


@pytest.fixture(autouse=True)
def no_finder(settings: Settings) -> None:
    """Nobody answers searches, least of all a site that runs beside the tests."""
    settings.MATCHING = {**settings.MATCHING, "FINDER": "off"}


@pytest.fixture
def fake_encoder(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The encoder of this process, without a model; counts what goes through it.

    With the strategy whose scores follow from made-up vectors by hand. Made-up vectors have no
    meaning, so what says nothing cannot be told from the rest.
    """
    from matching.encoders.base import forget_encoder, get_encoder

    zeroshot = {"ENCODER": FAKE_ENCODER, "STRATEGY": "clip_zeroshot_v2"}
    settings.MATCHING = {**settings.MATCHING, **zeroshot}
    monkeypatch.setattr("matching.encoders.prompts.SAYS_NOTHING", ())
    forget_encoder()
    yield get_encoder()
    forget_encoder()


@pytest.fixture(autouse=True)
def fresh_index() -> Iterator[None]:
    """What one test has read or noted, the next one does not know."""
    from matching.index import get_index
    from matching.services.heartbeat import forget_encoder_state

    get_index.cache_clear()
    forget_encoder_state()
    yield
    get_index.cache_clear()


@pytest.fixture
def four_minutes_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the rate limits, the time is 16:56:25 in Seoul, so their hour ends at 17:00."""
    from lostfound.infra import rate_limits

    now_s = 500_000 * rate_limits.HOUR_S - 215.0
    monkeypatch.setattr(rate_limits, "time", SimpleNamespace(time=lambda: now_s))


@pytest.fixture
def set_limit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives a limit other numbers: `set_limit("answer", 2)`."""
    from lostfound.infra.limits import LIMITS

    def set_one(name: Any, per_hour: int, **more: Any) -> None:
        changed = replace(LIMITS[name], fixed_per_hour=per_hour, **more)
        monkeypatch.setitem(LIMITS, name, changed)

    return set_one
