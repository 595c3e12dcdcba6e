"""Judging from beats through the queue whether a cluster is alive; knows no database.

An idle worker that was killed leaves a cluster that looks alive and runs nothing; only a beat
that comes back through the queue tells the difference.
"""

from dataclasses import dataclass
from typing import Final

# Clusters that share a queue answer each other's beats. One that never takes its own, out of so
# many, is dead: among ten clusters a living one misses all with a probability of 0.00003.
MAX_ANSWERED_ELSEWHERE: Final = 100


@dataclass
class LivenessWatch:
    """What one cluster's beats have shown so far. All times are seconds of one monotonic clock.

    Attributes:
        started_at: when the cluster was started.
        beat_s: how long a worker may be silent before it is asked.
        idle_limit_s: how long a beat may take where no task is running.
        busy_limit_s: the same where one is; longer than a task may take.
        start_limit_s: the same before the first sign of life.
    """

    started_at: float
    beat_s: float
    idle_limit_s: float
    busy_limit_s: float
    start_limit_s: float
    number: int = 0  # of the last beat that was sent

    def __post_init__(self) -> None:
        self._life_at = self.started_at
        self._is_busy: bool | None = None
        self._asked_at: float | None = None
        self._waiting_since: float | None = None
        self._answered = 0
        self._answered_elsewhere = 0

    def note_life(self, now: float, *, is_busy: bool) -> None:
        """The cluster's worker has begun or ended a task."""
        self._life_at, self._is_busy = now, is_busy
        self._waiting_since = None
        self._answered_elsewhere = 0

    def note_answer(self, number: int) -> None:
        """A beat was answered, by whichever cluster."""
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
        """Beat `number + 1` is in the queue."""
        self.number += 1
        self._asked_at = now
        if self._waiting_since is None:
            self._waiting_since = now

    def is_stale(self, now: float) -> bool:
        """Whether the cluster is to be killed and started anew."""
        if self._waiting_since is None:
            return False
        if self._is_busy is None:
            limit_s = self.start_limit_s
        else:
            limit_s = self.busy_limit_s if self._is_busy else self.idle_limit_s
        return now - max(self._life_at, self._waiting_since) > limit_s
