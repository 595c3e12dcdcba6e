"""Heartbeats are written around every task, and never make one fail."""

import logging
import os

import pytest
from django.db import DatabaseError

from matching.models import Heartbeat
from matching.selectors import encoder_problem
from matching.services import heartbeat
from matching.services.heartbeat import (
    CLUSTER_ENV,
    DETAIL_CHARS,
    note_encoder,
    note_task_end,
    note_task_start,
    worker_heartbeat,
)

pytestmark = pytest.mark.django_db


def test_a_worker_is_busy_within_a_task_and_idle_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CLUSTER_ENV, "abc")
    states = []
    for note in (note_task_start, note_task_end):
        note()
        row = Heartbeat.objects.get(name=worker_heartbeat("abc"))
        states.append((row.detail, row.beat_at))
    (busy, began), (idle, ended) = states
    assert (busy, idle) == (f"busy {os.getpid()}", f"idle {os.getpid()}")
    assert began < ended


def test_an_unavailable_database_breaks_no_task(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*args: object) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(heartbeat, "write_heartbeat", away)
    note_task_start()
    note_task_end()
    assert [record.message for record in caplog.records] == [
        "The heartbeat could not be written"
    ] * 2
    note_encoder("no model")
    assert encoder_problem() == ""


def test_a_problem_of_the_encoder_is_logged_when_it_changes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "matching"):
        for problem in ("no folder", "no folder", "no weights", "", ""):
            note_encoder(problem)
            assert encoder_problem() == problem
    assert [
        (record.levelname, record.message.rpartition(": ")[2]) for record in caplog.records
    ] == [
        ("ERROR", "no folder"),
        ("ERROR", "no weights"),
        ("INFO", "The encoder is ready"),
    ]


def test_a_very_long_problem_is_truncated_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        note_encoder("x" * (DETAIL_CHARS + 50))
    assert encoder_problem() == "x" * DETAIL_CHARS
    assert len(caplog.records) == 1
