"""Judges by beats through the task queue whether a cluster is alive; does not use the database.

If an idle worker is killed, its cluster still looks alive but runs nothing; only a beat that comes
back through the queue shows the difference.
"""

from dataclasses import dataclass
from typing import Final

# Clusters that share a queue answer each other's beats. One that never takes its own out of this
# many is dead: among ten clusters, a living one misses all with a probability of 0.00003.
MAX_ANSWERED_ELSEWHERE: Final = 100


@dataclass
class LivenessWatch:
    """The liveness of one cluster so far. All times are seconds of one monotonic clock.

    Attributes:
        started_at: when the cluster was started.
        beat_s: how long a worker may be silent before a beat is sent.
        idle_limit_s: how long a beat may take while no task is running.
        busy_limit_s: the same while one is running; longer than a task may take.
        start_limit_s: the same before the first sign of life.
    """

    started_at: float
    beat_s: float
    idle_limit_s: float
    busy_limit_s: float
    start_limit_s: float
    number: int = 0  # of the last beat sent

    def __post_init__(self) -> None:
        self._life_at = self.started_at
        self._is_busy: bool | None = None
        self._asked_at: float | None = None
        self._waiting_since: float | None = None
        self._answered = 0
        self._answered_elsewhere = 0

    def note_life(self, now: float, *, is_busy: bool) -> None:
        """Record that the cluster's worker has begun or ended a task."""
        self._life_at, self._is_busy = now, is_busy
        self._waiting_since = None
        self._answered_elsewhere = 0

    def note_answer(self, number: int) -> None:
        """Record that some cluster has answered a beat."""
        if number <= self._answered:
            return
        self._answered = number
        self._answered_elsewhere += 1
        if self._answered_elsewhere < MAX_ANSWERED_ELSEWHERE:
            self._waiting_since = None

    def wants_beat(self, now: float) -> bool:
        """Whether to send a beat now."""
        if now - self._life_at < self.beat_s:
            return False
        is_answered = self._answered == self.number
        return self._asked_at is None or is_answered or now - self._asked_at >= self.beat_s

    def note_sent(self, now: float) -> None:
        """Record that beat `number + 1` is in the queue."""
        self.number += 1
        self._asked_at = now
        if self._waiting_since is None:
            self._waiting_since = now

    def is_stale(self, now: float) -> bool:
        """Whether the cluster should be killed and restarted."""
        if self._waiting_since is None:
            return False
        if self._is_busy is None:
            limit_s = self.start_limit_s
        else:
            limit_s = self.busy_limit_s if self._is_busy else self.idle_limit_s
        return now - max(self._life_at, self._waiting_since) > limit_s
