"""Real workers on a real database file, killed in every way: each post is matched exactly once."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from matching.conf import BUNDLED_FOLDER
from matching.encoders.base import CLIP_ENCODER
from tests.support.matched_once import PAIRS, check_all_matched_once
from tests.support.rough_encoder import POISON, TRAP
from tests.support.worker_site import DEADLINE_S, WorkerSite, worker_site

pytestmark = pytest.mark.processes


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Iterator[WorkerSite]:
    with worker_site(tmp_path, migrated) as made:
        yield made


def test_nothing_is_lost_if_the_busy_worker_is_killed(site: WorkerSite) -> None:
    site.start_worker()
    saving = site.start_saving(0, PAIRS)
    for _ in range(2):
        killed = site.busy_worker()
        os.kill(killed, signal.SIGKILL)

        def is_another(dead: int = killed) -> bool:
            return site.busy_worker() != dead

        site.wait_for("another worker", is_another)
    assert saving.wait(DEADLINE_S) == 0
    check_all_matched_once(site)


def test_nothing_is_lost_if_an_idle_worker_is_killed(site: WorkerSite) -> None:
    """It dies holding the queue's lock: the cluster looks alive but would never run a task."""
    site.start_worker()
    idle = site.idle_worker()  # it has answered a beat
    cluster = site.cluster()
    os.kill(idle, signal.SIGKILL)
    site.save(0, PAIRS)
    check_all_matched_once(site)
    assert site.idle_worker() != idle
    assert site.cluster() != cluster


def test_nothing_is_lost_if_the_whole_cluster_is_killed(site: WorkerSite) -> None:
    site.start_worker()
    saving = site.start_saving(0, PAIRS)
    site.busy_worker()
    os.killpg(site.cluster(), signal.SIGKILL)
    assert saving.wait(DEADLINE_S) == 0
    check_all_matched_once(site)


def test_nothing_is_lost_if_everything_is_killed_and_restarted(site: WorkerSite) -> None:
    supervisor = site.start_worker()
    saving = site.start_saving(0, PAIRS)
    site.busy_worker()
    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.wait(DEADLINE_S)
    # The kernel ends the cluster with its supervisor; nobody works on without one.
    site.wait_for("the end of the cluster", lambda: not others(site, saving))
    site.start_worker()
    assert saving.wait(DEADLINE_S) == 0
    check_all_matched_once(site)


def test_two_workers_share_the_posts_and_each_is_taken_once(site: WorkerSite) -> None:
    for _ in range(2):
        site.start_worker()
    lives = "SELECT COUNT(*) FROM matching_heartbeat WHERE name LIKE 'worker:%'"
    site.wait_for("both clusters at work", lambda: site.rows(lives) == [(2,)])
    site.save(0, PAIRS)
    check_all_matched_once(site)
    assert site.rows("SELECT DISTINCT attempts FROM matching_matchingjob") == [(1,)]
    assert site.rows(lives) == [(2,)]


@pytest.mark.model
def test_without_a_model_posts_wait_until_it_is_there(tmp_path: Path, migrated: Path) -> None:
    """It needs no restart: creating the folder is enough."""
    folder = tmp_path / "model"
    limits = {"TASK_TIMEOUT_S": "60", "MATCHING_LEASE_S": "120", "MATCHING_STALE_S": "90"}
    clip = {"MATCHING_ENCODER": CLIP_ENCODER, "MATCHING_MODEL": str(folder)}
    with worker_site(tmp_path, migrated, **limits, **clip) as site:
        site.start_worker()
        site.save(0, 1)
        query = "SELECT COUNT(*) FROM matching_matchingjob WHERE error LIKE '%MATCHING_MODEL%'"
        site.wait_for("posts that were tried", lambda: site.rows(query) == [(2,)])
        states = site.rows("SELECT status, attempts FROM matching_matchingjob")
        assert [status for status, _ in states] == ["pending"] * 2
        log = (tmp_path / "worker.log").read_text()
        assert "posts will wait" in log and f"there is no folder {folder}" in log
        shutil.copytree(BUNDLED_FOLDER, folder)
        site.wait_until_matched(2)
        assert site.rows("SELECT DISTINCT status, error FROM matching_matchingjob") == [
            ("done", "")
        ]
        assert site.rows("SELECT status FROM matching_match") == [("suggested",)]


def test_posts_that_kill_or_hold_their_worker_fail_and_the_others_are_matched(
    tmp_path: Path, migrated: Path
) -> None:
    limits = {"MATCHING_MAX_ATTEMPTS": "2", "TASK_TIMEOUT_S": "5"}
    with worker_site(tmp_path, migrated, **limits) as site:
        site.save(0, 2, f"pen {POISON}", f"cup {TRAP}")
        site.start_worker()
        site.wait_until_matched(6)
        rows = site.rows(
            "SELECT title, matching_matchingjob.status, attempts, error FROM matching_matchingjob "
            "JOIN lostfound_post ON lostfound_post.id = post_id ORDER BY post_id"
        )
        assert [row[1] for row in rows] == ["done"] * 4 + ["failed"] * 2
        assert [row[2] for row in rows[4:]] == [2, 2]
        assert "died 2 times" in rows[4][3]
        assert "Timeout" in rows[5][3]


def test_sigterm_ends_everything_and_interrupted_posts_wait(site: WorkerSite) -> None:
    supervisor = site.start_worker()
    site.save(0, PAIRS)
    site.busy_worker()
    supervisor.terminate()
    assert supervisor.wait(DEADLINE_S) == 0
    assert site.processes() == []
    states = dict(site.rows("SELECT status, COUNT(*) FROM matching_matchingjob GROUP BY 1"))
    assert set(states) <= {"pending", "done"} and states["pending"]
    site.start_worker()
    check_all_matched_once(site)


def others(site: WorkerSite, saving: subprocess.Popen[bytes]) -> list[int]:
    """The living processes except the one that saves."""
    return [pid for pid in site.processes() if pid != saving.pid]
