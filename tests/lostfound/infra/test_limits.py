"""The table of limits matches the API's guide, and every limited view refers to it."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from lostfound.infra.limits import ADDRESS_FACTOR, ATTEMPTS_FACTOR, LIMITS
from lostfound.infra.rate_limits import RequestThrottle

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text()
ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<per_hour>\d+)[^|]* \| (?P<what>[^|]+) \|$", re.M)
NUMBERS = {10: "ten", 20: "twenty"}


def test_the_guide_shows_every_limit_with_its_number() -> None:
    shown = {
        row["name"]: (int(row["per_hour"]), row["what"])
        for row in ROW.finditer(GUIDE)
        if row["name"] in LIMITS
    }
    assert shown == {name: (limit.per_hour, limit.what) for name, limit in LIMITS.items()}


def test_the_guide_says_what_addresses_and_attempts_may_do_more() -> None:
    words = " ".join(GUIDE.split())
    assert f"the limits per address are {NUMBERS[ADDRESS_FACTOR]} times higher" in words
    assert f"of which {NUMBERS[ATTEMPTS_FACTOR]} times as many are allowed" in words
    saved = [name for name, limit in LIMITS.items() if limit.counts_saved]
    assert saved == list(LIMITS)[:4] and "The first four limits count what is saved" in words


def test_a_limit_without_a_number_of_its_own_follows_the_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "POSTS_PER_HOUR", 7)
    assert [name for name, limit in LIMITS.items() if limit.per_hour == 7] == ["post", "edit"]


def test_every_view_that_is_limited_names_a_limit() -> None:
    named = set()
    for view in views_of(get_resolver()):
        throttles = getattr(view, "throttle_classes", ())
        if any(issubclass(throttle, RequestThrottle) for throttle in throttles):
            named.add(view.limit)
    assert named == set(LIMITS)


def views_of(resolver: URLResolver) -> list[Any]:
    """The classes of the API's views."""
    found = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found += views_of(pattern)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "cls"):
            found.append(pattern.callback.cls)
    return found
