"""When a cluster counts as dead, with a simulated clock and without a database."""

import pytest

from matching.worker.liveness import MAX_ANSWERED_ELSEWHERE, LivenessWatch


@pytest.fixture
def watch() -> LivenessWatch:
    return LivenessWatch(
        started_at=0.0, beat_s=10.0, idle_limit_s=30.0, busy_limit_s=150.0, start_limit_s=90.0
    )


def ask(watch: LivenessWatch, now: float) -> None:
    assert watch.wants_beat(now)
    watch.note_sent(now)


def test_an_active_cluster_gets_no_beat(watch: LivenessWatch) -> None:
    for now in range(0, 100, 9):
        watch.note_life(float(now), is_busy=False)
        assert not watch.wants_beat(now + 9.9)
    assert watch.wants_beat(99 + 10.0)


def test_beats_are_sent_at_intervals_while_it_is_silent(watch: LivenessWatch) -> None:
    ask(watch, 10.0)
    assert watch.number == 1
    assert not watch.wants_beat(19.9)
    ask(watch, 20.0)
    assert watch.number == 2


@pytest.mark.parametrize(("is_busy", "limit_s"), [(None, 90.0), (False, 30.0), (True, 150.0)])
def test_it_is_dead_when_a_beat_is_not_answered_in_time(
    watch: LivenessWatch, is_busy: bool | None, limit_s: float
) -> None:
    """Starting takes time, and so does a task; an idle worker must answer."""
    if is_busy is not None:
        watch.note_life(0.0, is_busy=is_busy)
    assert not watch.is_stale(1000.0)  # no beat was sent
    ask(watch, 10.0)
    assert not watch.is_stale(10.0 + limit_s)
    assert watch.is_stale(10.1 + limit_s)


def test_life_after_a_beat_ends_the_waiting(watch: LivenessWatch) -> None:
    ask(watch, 10.0)
    watch.note_life(12.0, is_busy=False)
    assert not watch.is_stale(1000.0)
    ask(watch, 22.0)
    assert watch.is_stale(22.0 + 30.1)


def test_another_beat_does_not_extend_the_limit(watch: LivenessWatch) -> None:
    watch.note_life(0.0, is_busy=False)
    for now in (10.0, 20.0, 30.0, 40.0):
        ask(watch, now)
    assert watch.is_stale(40.1)


def test_beats_that_another_cluster_takes_excuse_it_for_a_while(watch: LivenessWatch) -> None:
    watch.note_life(0.0, is_busy=False)
    now = 0.0
    for _ in range(MAX_ANSWERED_ELSEWHERE - 1):
        now += 10.0
        ask(watch, now)
        watch.note_answer(watch.number)
        assert not watch.is_stale(now + 30.1)
    now += 10.0
    ask(watch, now)
    watch.note_answer(watch.number)
    assert watch.is_stale(now + 30.1)  # a living cluster would have taken one of them by now


def test_an_old_answer_is_ignored(watch: LivenessWatch) -> None:
    watch.note_life(0.0, is_busy=False)
    ask(watch, 10.0)
    watch.note_answer(1)
    ask(watch, 20.0)
    watch.note_answer(1)
    assert watch.is_stale(50.1)
