"""Keeps one task queue cluster and one search process alive, and runs the sweep.

Must not import torch: only a worker does, inside a task.
"""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Callable
from types import FrameType
from typing import Final

from django.db import connections

from lostfound.infra import queue
from matching.conf import MatchingSettings, matching_settings
from matching.encoders.base import EncoderUnavailable, current_fingerprint
from matching.services.heartbeat import (
    BUSY,
    register_cluster,
    registered_clusters,
    remove_cluster,
    signs_of_life,
)
from matching.services.outbox import claimants, release_worker
from matching.services.sweeper import feed_queue, prune, sweep
from matching.worker.liveness import LivenessWatch
from matching.worker.processes import (
    is_in_cluster,
    is_supervisor,
    kill_cluster,
    kill_leftovers,
    start_cluster,
)
from matching.worker.search_process import FinderChild

logger = logging.getLogger(__name__)

BEAT_TASK: Final = "matching.tasks.beat"
TICK_S: Final = 0.5
FEED_S: Final = 2.0
PRUNE_S: Final = 3600.0
START_LIMIT_S: Final = 90.0  # for Django and the task queue, on a busy machine
LEAST_IDLE_LIMIT_S: Final = 5.0
HEALTHY_AFTER_S: Final = 60.0  # a cluster that has lived this long is restarted at once
MAX_BACKOFF_S: Final = 30.0
COMPLAIN_EVERY_S: Final = 60.0
DEFAULT_GRACE_S: Final = 20.0


class Supervisor:
    """Runs one cluster, its beats and the sweep, in a loop that survives errors."""

    def __init__(self, *, grace_s: float = DEFAULT_GRACE_S) -> None:
        self.grace_s = grace_s
        self._stop = threading.Event()
        self._is_urgent = False
        self._process: subprocess.Popen[bytes] | None = None
        self._cluster_id = ""
        self._watch: LivenessWatch | None = None
        self._finder = FinderChild()
        self._last_life: object = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._quick_deaths = 0
        self._due: dict[str, float] = {}
        self._complained_at = float("-inf")

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; a second signal does not wait for the running task."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        try:
            current_fingerprint()
        except EncoderUnavailable as error:
            logger.error("The encoder is not available yet, posts will wait. %s", error)
        self._guarded(self._clear_leftovers)
        while not self._stop.is_set():
            self._tick()
            self._stop.wait(TICK_S)
        self._shut_down()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._is_urgent = self._stop.is_set()
        self._stop.set()

    def _tick(self) -> None:
        now = time.monotonic()
        current = matching_settings()
        if self._process is not None and self._process.poll() is not None:
            logger.warning("The cluster exited unexpectedly (status %s)", self._process.returncode)
            self._end_cluster(now)
        if self._process is None and now >= self._start_at:
            self._start_cluster(now, current)
        self._guarded(lambda: self._look_after(now))
        self._guarded(self._finder.look_after)
        for name, every_s, work in (
            ("sweep", float(current.sweep_s), sweep),
            ("feed", FEED_S, feed_queue),
            ("prune", PRUNE_S, prune),
        ):
            if now >= self._due.get(name, 0.0) and not self._stop.is_set():
                self._due[name] = now + every_s
                self._guarded(work)

    def _start_cluster(self, now: float, current: MatchingSettings) -> None:
        self._cluster_id = uuid.uuid4().hex[:16]
        self._process = start_cluster(self._cluster_id)
        self._started_at, self._last_life = now, None
        self._watch = LivenessWatch(
            started_at=now,
            beat_s=current.beat_s,
            idle_limit_s=max(3 * current.beat_s, LEAST_IDLE_LIMIT_S) + queue.poll_s(),
            busy_limit_s=current.stale_s,
            start_limit_s=START_LIMIT_S,
        )
        logger.info("Cluster %s started (process %s)", self._cluster_id, self._process.pid)
        card = f"{os.getpid()} {self._process.pid} {socket.gethostname()}"
        self._guarded(lambda: register_cluster(self._cluster_id, card))

    def _look_after(self, now: float) -> None:
        """Read signs of life, send a beat if there are none, and restart a stale cluster."""
        if self._process is None or self._watch is None:
            return
        life, answer = signs_of_life(self._cluster_id)
        if life is not None and life.beat_at != self._last_life:
            self._last_life = life.beat_at
            self._watch.note_life(now, is_busy=life.detail.startswith(BUSY))
        elif answer is not None:
            self._watch.note_answer(int(answer.detail.split()[0]))
        if self._watch.is_stale(now):
            logger.error("Cluster %s no longer takes tasks: killing it", self._cluster_id)
            self._end_cluster(now)
            return
        self._release_dead_workers()
        if self._watch.wants_beat(now) and not self._stop.is_set():
            queue.enqueue(BEAT_TASK, self._cluster_id, self._watch.number + 1)
            self._watch.note_sent(now)

    def _release_dead_workers(self) -> None:
        """Release the posts of killed workers at once, not only when the lease runs out."""
        assert self._process is not None
        for worker in claimants(self._cluster_id):
            if not is_in_cluster(int(worker.partition(":")[2]), self._process):
                logger.warning("Worker %s died while processing a post", worker)
                release_worker(worker)

    def _end_cluster(self, now: float) -> None:
        assert self._process is not None
        kill_cluster(self._process)
        if now - self._started_at >= HEALTHY_AFTER_S:
            self._quick_deaths = 0
        self._start_at = now + min(TICK_S * 2**self._quick_deaths, MAX_BACKOFF_S)
        self._quick_deaths += 1
        self._process = self._watch = None
        cluster_id = self._cluster_id
        self._guarded(lambda: forget_cluster(cluster_id))

    def _clear_leftovers(self) -> None:
        """Kill what killed supervisors have left behind on this machine."""
        for cluster_id, card in registered_clusters().items():
            supervisor_pid, _, host = card.split(" ", 2)
            if host != socket.gethostname() or is_supervisor(int(supervisor_pid)):
                continue
            killed = kill_leftovers(cluster_id)
            logger.warning("Cluster %s had no supervisor; killed %d processes", cluster_id, killed)
            forget_cluster(cluster_id)

    def _shut_down(self) -> None:
        """Let a running task finish within the grace period; a killed one waits in the outbox."""
        self._finder.stop()
        if self._process is None:
            return
        logger.info("Stopping the cluster")
        if not self._is_urgent:
            self._process.terminate()
        deadline = time.monotonic() + self.grace_s
        while self._process.poll() is None and time.monotonic() < deadline:
            if self._is_urgent:
                break
            time.sleep(0.1)
        else:
            if self._process.poll() is None:
                logger.warning("The cluster did not stop within %s s: killing it", self.grace_s)
        self._end_cluster(time.monotonic())

    def _guarded(self, work: Callable[[], object]) -> None:
        """Run a part of the loop, and log any error, such as an unavailable database."""
        try:
            work()
        except Exception:
            now = time.monotonic()
            if now - self._complained_at >= COMPLAIN_EVERY_S:
                self._complained_at = now
                logger.exception("The supervisor continues after an error")
            for connection in connections.all(initialized_only=True):
                with contextlib.suppress(Exception):
                    connection.close_if_unusable_or_obsolete()


def forget_cluster(cluster_id: str) -> None:
    """Release the posts that a dead cluster held, and remove its heartbeats."""
    release_worker(f"{cluster_id}:")
    remove_cluster(cluster_id)
