"""Incompatible settings are reported before anything runs."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Error, Warning, run_checks
from pytest_django import Settings

from matching.checks import check_matching, check_queue, check_sqlite
from matching.conf import CHECKS_TAG

CLIP = "matching.encoders.torch_clip.ClipEncoder"


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def use(settings: Settings, **values: Any) -> None:
    settings.MATCHING = {**settings.MATCHING, **values}


def test_the_projects_own_settings_fit(settings: Settings) -> None:
    settings.DEBUG = True
    assert run_checks(tags=[CHECKS_TAG]) == []


@pytest.mark.parametrize(
    ("values", "number", "words"),
    [
        ({"STRATEGY": "magic"}, "matching.E001", "MATCHING_STRATEGY"),
        ({"ENCODER": "no.such.Encoder"}, "matching.E002", "MATCHING_ENCODER"),
        ({"LEASE_S": 100}, "matching.E003", "MATCHING_LEASE_S"),
        ({"STALE_S": 100}, "matching.E003", "MATCHING_STALE_S"),
    ],
)
def test_a_wrong_setting_is_an_error_that_names_it(
    settings: Settings, values: dict[str, Any], number: str, words: str
) -> None:
    settings.DEBUG = True
    use(settings, **values)
    found = check_matching()
    assert ids(found) == [number]
    assert isinstance(found[0], Error) and words in f"{found[0].msg} {found[0].hint}"


@pytest.mark.parametrize(
    ("debug", "model", "encoder", "expected"),
    [
        (False, "bundled", CLIP, ["matching.W001"]),
        (True, "bundled", CLIP, []),
        (False, "campus/clip", CLIP, []),
        (False, "bundled", "tests.support.fake_encoder.FakeEncoder", []),
    ],
)
def test_the_bundled_model_is_warned_about_outside_debug(
    settings: Settings, debug: bool, model: str, encoder: str, expected: list[str]
) -> None:
    settings.DEBUG = debug
    use(settings, MODEL=model, ENCODER=encoder)
    found = check_matching()
    assert ids(found) == expected
    assert all(isinstance(message, Warning) for message in found)
    assert all("MATCHING_MODEL" in str(message.hint) for message in found)


@pytest.mark.parametrize(("retry", "expected"), [(371, []), (370, ["matching.E004"])])
def test_the_queue_must_not_give_a_waiting_task_out_twice(
    settings: Settings, retry: int, expected: list[str]
) -> None:
    """(ceil((1 + 1) / 1) + 1) x (120 + 3.5) s = 370.5 s."""
    settings.Q_CLUSTER = {
        **settings.Q_CLUSTER,
        **{"workers": 1, "queue_limit": 1, "timeout": 120, "retry": retry},
    }
    assert ids(check_queue()) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["matching.W002"]),
        ({"transaction_mode": "IMMEDIATE"}, ["matching.W002"]),
        ({"init_command": "PRAGMA journal_mode=WAL;"}, ["matching.W002"]),
        ({"init_command": "pragma journal_mode = wal", "transaction_mode": "IMMEDIATE"}, []),
    ],
)
def test_sqlite_with_its_defaults_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, str], expected: list[str]
) -> None:
    databases = {"default": {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": options}}
    monkeypatch.setattr("matching.checks.settings.DATABASES", databases)
    assert ids(check_sqlite()) == expected
    databases["default"]["ENGINE"] = "django.db.backends.postgresql"
    assert check_sqlite() == []


def test_every_id_is_used_for_one_thing() -> None:
    root = Path(__file__).resolve().parents[2]
    files = [path for app in ("lostfound", "matching") for path in (root / app).rglob("*.py")]
    ids = [
        found for path in files for found in re.findall(r'"(\w+\.[EWID]\d{3})"', path.read_text())
    ]
    assert {"lostfound.W001", "matching.E001", "matching.W001"} <= set(ids)
    assert [name for name, times in Counter(ids).items() if times > 1] == []
