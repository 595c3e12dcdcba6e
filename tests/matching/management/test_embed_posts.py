"""Several `embed_posts` and a worker on one database file, each a real process."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.save_posts import title_of
from tests.support.worker_site import DEADLINE_S, WorkerSite, worker_site

pytestmark = pytest.mark.processes

PAIRS: Final = 40  # of posts: eighty are saved
ENCODER: Final = "tests.support.counting_encoder.CountingEncoder"


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Iterator[WorkerSite]:
    diary = tmp_path / "forwards"
    diary.touch()
    extra = {"MATCHING_ENCODER": ENCODER, "FORWARDS": str(diary)}
    with worker_site(tmp_path, migrated, **extra) as made:
        made.save(0, PAIRS)
        # Normally, both posts of a pair have the same text, so one may copy the other's vector.
        with made.writing() as connection:
            connection.execute("UPDATE lostfound_post SET description = 'number ' || id")
        yield made


def forwards(site: WorkerSite) -> Counter[str]:
    """How often each text was encoded, by any process."""
    lines = (site.folder / "forwards").read_text().splitlines()
    return Counter(line.partition(" ")[2] for line in lines)


def workers_of(site: WorkerSite) -> set[str]:
    return {line.split()[0] for line in (site.folder / "forwards").read_text().splitlines()}


def check_each_embedded_once(site: WorkerSite) -> None:
    seen = forwards(site)
    assert len(seen) == 2 * PAIRS
    assert all(title_of(pair) in " ".join(seen) for pair in range(PAIRS))
    assert set(seen.values()) == {1}, [text for text, count in seen.items() if count > 1]
    vectors = site.rows("SELECT post_id, COUNT(*) FROM matching_embedding GROUP BY 1")
    assert sorted(count for _, count in vectors) == [1] * (2 * PAIRS)


def log_of(site: WorkerSite) -> str:
    return (site.folder / "command.log").read_text()


def test_two_commands_at_once_embed_each_post_once(site: WorkerSite) -> None:
    both = [site.start_command("embed_posts") for _ in range(2)]
    assert [one.wait(DEADLINE_S) for one in both] == [0, 0], log_of(site)
    check_each_embedded_once(site)
    assert len(workers_of(site)) == 2
    states = site.rows("SELECT status, COUNT(*) FROM matching_matchingjob GROUP BY 1")
    assert states == [("pending", 2 * PAIRS)]


def test_next_to_the_worker_each_post_is_embedded_once_and_matched(site: WorkerSite) -> None:
    site.start_worker()
    site.busy_worker()
    both = [site.start_command("embed_posts") for _ in range(2)]
    assert [one.wait(DEADLINE_S) for one in both] == [0, 0], log_of(site)
    site.wait_until_matched(2 * PAIRS)
    check_each_embedded_once(site)
    states = site.rows("SELECT status, COUNT(*) FROM matching_matchingjob GROUP BY 1")
    assert states == [("done", 2 * PAIRS)]
    pairs = site.rows("SELECT lost_id, found_id, COUNT(*) FROM matching_match GROUP BY 1, 2")
    assert {count for *_, count in pairs} == {1} and len(pairs) >= PAIRS


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_stopped_run_reports_it_and_the_next_one_resumes(site: WorkerSite, number: int) -> None:
    running = site.start_command("embed_posts")
    site.wait_for("some forwards", lambda: len(forwards(site)) > 3)
    os.kill(running.pid, number)
    assert running.wait(DEADLINE_S) == 128 + number
    assert "Run the command again to resume." in log_of(site)
    held = "SELECT COUNT(*) FROM matching_matchingjob WHERE token IS NOT NULL OR worker != ''"
    assert site.rows(held) == [(0,)]
    assert 0 < len(forwards(site)) < 2 * PAIRS
    assert site.start_command("embed_posts").wait(DEADLINE_S) == 0
    check_each_embedded_once(site)


def test_nothing_is_lost_if_it_is_killed(site: WorkerSite) -> None:
    running = site.start_command("embed_posts")
    site.wait_for("some forwards", lambda: len(forwards(site)) > 3)
    os.kill(running.pid, signal.SIGKILL)
    running.wait(DEADLINE_S)
    with site.writing() as connection:  # as if the lease had expired
        connection.execute(
            "UPDATE matching_matchingjob SET lease_until = '2020-01-01' WHERE token IS NOT NULL"
        )
    assert site.start_command("embed_posts").wait(DEADLINE_S) == 0
    vectors = site.rows("SELECT post_id, COUNT(*) FROM matching_embedding GROUP BY 1")
    assert sorted(count for _, count in vectors) == [1] * (2 * PAIRS)
    site.start_worker()
    site.wait_until_matched(2 * PAIRS)
