"""The supervisor's loop with a cluster that only sleeps: what it starts, ends and releases."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_q.models import OrmQ

from matching.models import Heartbeat, MatchingJob
from matching.services.heartbeat import BUSY, is_worker_alive, worker_heartbeat, write_heartbeat
from matching.services.outbox import claim_post
from matching.worker import supervisor as module
from matching.worker.supervisor import (
    BEAT_TASK,
    MAX_BACKOFF_S,
    Supervisor,
)
from tests.support.pipeline import make, row_of, state

pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Clusters that were started; each of them sleeps."""
    clusters: list[subprocess.Popen[bytes]] = []

    def start_cluster(cluster_id: str) -> subprocess.Popen[bytes]:
        sleep = [sys.executable, "-c", "import time; time.sleep(300)"]
        clusters.append(subprocess.Popen(sleep, start_new_session=True))
        return clusters[-1]

    monkeypatch.setattr(module, "start_cluster", start_cluster)
    yield clusters
    for cluster in clusters:
        with suppress(ProcessLookupError):
            os.killpg(cluster.pid, signal.SIGKILL)
        cluster.wait(30)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The supervisor's clock, which the test sets."""
    now = [1000.0]
    turned = SimpleNamespace(monotonic=lambda: now[0], sleep=time.sleep)
    monkeypatch.setattr(module, "time", turned)
    return now


@pytest.fixture
def supervisor(
    fake_encoder: Any, started: list[subprocess.Popen[bytes]], clock: list[float]
) -> Supervisor:
    made = Supervisor(grace_s=0.5)
    made._tick()
    assert len(started) == 1
    return made


def tick(supervisor: Supervisor, clock: list[float], after_s: float) -> None:
    clock[0] += after_s
    supervisor._tick()


def beats() -> list[tuple[Any, ...]]:
    return [task.args() for task in OrmQ.objects.all() if task.func() == BEAT_TASK]


def show_life(supervisor: Supervisor, detail: str = "idle 1") -> None:
    write_heartbeat(worker_heartbeat(supervisor._cluster_id), detail)


def test_a_cluster_has_a_card_by_which_it_is_found_again(
    supervisor: Supervisor, started: list[subprocess.Popen[bytes]]
) -> None:
    row = Heartbeat.objects.get(name="cluster:" + supervisor._cluster_id)
    assert row.detail == f"{os.getpid()} {started[0].pid} {socket.gethostname()}"


def test_the_sweep_runs_at_once_and_then_at_its_interval(
    supervisor: Supervisor, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: list[float] = []
    monkeypatch.setattr(module, "sweep", lambda: swept.append(clock[0]))
    for _ in range(61):
        tick(supervisor, clock, 1.0)
    assert swept == [1030.0, 1060.0]


def test_a_waiting_post_is_sent_within_two_seconds(
    supervisor: Supervisor, clock: list[float]
) -> None:
    post = make()
    tick(supervisor, clock, 2.0)
    sent = [task.args() for task in OrmQ.objects.all() if task.func() != BEAT_TASK]
    assert sent == [(post.pk,)]


def test_a_silent_cluster_gets_a_beat_then_is_killed_and_restarted(
    supervisor: Supervisor, clock: list[float], started: list[subprocess.Popen[bytes]]
) -> None:
    show_life(supervisor)
    tick(supervisor, clock, 1.0)
    tick(supervisor, clock, 10.0)
    first = supervisor._cluster_id
    assert beats() == [(first, 1)]
    tick(supervisor, clock, 30.0)
    assert started[0].poll() is None  # three beats and the queue's own pause
    tick(supervisor, clock, 3.0)
    assert started[0].poll() == -signal.SIGKILL
    assert not Heartbeat.objects.filter(name__contains=first).exists()
    tick(supervisor, clock, 1.0)
    assert len(started) == 2 and supervisor._cluster_id != first


def test_a_busy_cluster_gets_the_time_that_a_task_may_take(
    supervisor: Supervisor, clock: list[float], started: list[subprocess.Popen[bytes]]
) -> None:
    show_life(supervisor, f"{BUSY} 1")
    tick(supervisor, clock, 1.0)
    tick(supervisor, clock, 10.0)
    tick(supervisor, clock, 149.0)
    assert started[0].poll() is None
    tick(supervisor, clock, 2.0)
    assert started[0].poll() is not None


def test_a_crashing_cluster_is_restarted_less_and_less_often(
    supervisor: Supervisor, clock: list[float], started: list[subprocess.Popen[bytes]]
) -> None:
    pauses: list[float] = []
    for number in range(1, 10):
        started[-1].kill()
        started[-1].wait(30)
        died_at = clock[0]
        while len(started) == number:
            tick(supervisor, clock, 0.5)
        pauses.append(clock[0] - died_at)
    assert pauses == sorted(pauses)
    assert pauses[0] <= 1.5 and MAX_BACKOFF_S <= pauses[-1] <= MAX_BACKOFF_S + 1
    tick(supervisor, clock, 61.0)  # this one has lived long enough
    started[-1].kill()
    started[-1].wait(30)
    count = len(started)
    for _ in range(4):
        tick(supervisor, clock, 0.5)
    assert len(started) == count + 1


def test_the_post_of_a_worker_that_died_waits_again_at_once(
    supervisor: Supervisor, clock: list[float], started: list[subprocess.Popen[bytes]]
) -> None:
    dead, alive = make(), make()
    for post, pid in ((dead, 2**22 + 1), (alive, started[0].pid)):
        assert claim_post(post.pk) is not None
        worker = f"{supervisor._cluster_id}:{pid}"
        MatchingJob.objects.filter(post=post).update(worker=worker)
    tick(supervisor, clock, 0.5)
    assert (state(dead), row_of(dead).attempts) == ("pending", 1)
    assert state(alive) == "running"


def test_no_error_ends_the_loop(
    supervisor: Supervisor,
    clock: list[float],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away() -> None:
        raise OperationalError("the database is away")

    for name in ("sweep", "feed_queue", "prune"):
        monkeypatch.setattr(module, name, away)
    for _ in range(40):
        tick(supervisor, clock, 1.0)
    records = [record for record in caplog.records if "continues after an error" in record.message]
    assert len(records) == 1  # not once per tick
    assert supervisor._process is not None


def test_leftovers_of_a_killed_supervisor_are_removed(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make()
    assert claim_post(post.pk) is not None
    MatchingJob.objects.update(worker="gone:7")
    nobody, here = 2**22 + 1, socket.gethostname()
    write_heartbeat("cluster:gone", f"{nobody} {nobody} {here}")
    write_heartbeat("cluster:elsewhere", f"{nobody} {nobody} another-machine")
    write_heartbeat("cluster:alive", f"77 77 {here}")
    monkeypatch.setattr(module, "is_supervisor", lambda pid: pid == 77)
    killed: list[str] = []

    def kill(name: str) -> int:
        killed.append(name)
        return 1

    monkeypatch.setattr(module, "kill_leftovers", kill)
    Heartbeat.objects.filter(name="cluster:" + supervisor._cluster_id).delete()
    supervisor._clear_leftovers()
    assert killed == ["gone"]
    assert state(post) == "pending"
    left = set(Heartbeat.objects.values_list("name", flat=True))
    assert left >= {"cluster:elsewhere", "cluster:alive"}
    assert "cluster:gone" not in left


def test_without_a_model_the_worker_starts_and_names_the_setting(
    started: list[subprocess.Popen[bytes]],
    settings: Any,
    tmp_path: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MATCHING = {**settings.MATCHING, "MODEL": str(tmp_path / "nowhere")}
    monkeypatch.setattr("signal.signal", lambda *args: None)
    supervisor = Supervisor(grace_s=0.5)
    monkeypatch.setattr(module, "feed_queue", supervisor._stop.set)  # the first pass is the last
    with caplog.at_level(logging.INFO, "matching"):
        supervisor.run()
    errors = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert "posts will wait" in errors[0]
    assert "MATCHING_MODEL" in errors[0] and "nowhere" in errors[0]
    assert len(started) == 1 and started[0].poll() is not None


def test_a_machine_is_alive_if_its_worker_was_recently_active() -> None:
    assert not is_worker_alive("here")
    write_heartbeat("cluster:abc", "12 13 here")
    assert not is_worker_alive("here")
    write_heartbeat("worker:abc", "idle 14")
    assert is_worker_alive("here")
    assert not is_worker_alive("there")
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(hours=1))
    assert not is_worker_alive("here")
