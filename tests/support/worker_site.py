"""A separate database file and real `runworker` processes, which a test can kill."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
PROC: Final = Path("/proc")
DEADLINE_S: Final = 120  # generous, because the machine may be busy
BETWEEN_BEATS_S: Final = 0.4  # by then it has polled the queue, and the next beat is not due
ROUGH_ENCODER: Final = "tests.support.rough_encoder.RoughEncoder"


class WorkerSite:
    """One folder with a database, and the processes that work on it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        (folder / "var").mkdir(exist_ok=True)
        self.database = folder / "var" / "db.sqlite3"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = kept | {
            "DJANGO_SETTINGS_MODULE": "lostfound.settings",
            "VAR_DIR": str(folder / "var"),
            "MEDIA_ROOT": str(folder / "media"),
            "MATCHING_ENCODER": ROUGH_ENCODER,
            "MATCHING_STRATEGY": "clip_zeroshot_v2",
            "MATCHING_SWEEP_S": "1",
            "MATCHING_BEAT_S": "1",
            "MATCHING_STALE_S": "30",
            "MATCHING_LEASE_S": "60",
            "TASK_TIMEOUT_S": "20",
            "TASK_POLL_S": "0.1",
            "DECISION_WAIT_S": "0",
            "MATCHING_FINDER": "off",
            **environment,
        }
        self._started: list[subprocess.Popen[bytes]] = []

    # --- Processes ---

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start `manage.py runworker` in a new session."""
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "manage.py", "runworker", "--grace", "15"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(worker)
        return worker

    def start_command(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start another command; its output goes to `command.log`."""
        with (self.folder / "command.log").open("ab") as log:
            command = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(command)
        return command

    def start_saving(self, first: int, pairs: int, *extra: str) -> subprocess.Popen[bytes]:
        """Start saving pairs of posts in the background."""
        saving = subprocess.Popen(
            [sys.executable, "-m", "tests.support.save_posts", str(first), str(pairs), *extra],
            cwd=ROOT,
            env=self.environment,
        )
        self._started.append(saving)
        return saving

    def save(self, first: int, pairs: int, *extra: str) -> None:
        """Save pairs of posts, and return when they are saved."""
        assert self.start_saving(first, pairs, *extra).wait(DEADLINE_S) == 0

    def processes(self) -> list[int]:
        """Every living process that works on this database."""
        mark = f"VAR_DIR={self.folder / 'var'}".encode()
        found = []
        for folder in PROC.glob("[0-9]*"):
            with suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return found

    def end(self) -> None:
        """Kill all remaining processes."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self._started:
            process.wait(30)

    # --- Database ---

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read from the file without the product's code."""
        with closing(sqlite3.connect(self.database, timeout=20)) as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Change the file without the product's code."""
        with closing(sqlite3.connect(self.database, timeout=20)) as connection, connection:
            yield connection

    def wait_for(self, what: str, look: Callable[[], Any], every_s: float = 0.02) -> Any:
        """Poll until the result is true, and return it; failures include the worker's log."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            if seen := look():
                return seen
            time.sleep(every_s)
        states = self.rows("SELECT post_id, status, attempts, error FROM matching_matchingjob")
        log = (self.folder / "worker.log").read_text()
        raise AssertionError(f"Waited in vain for {what}:\n{states}\n{log}")

    def busy_worker(self) -> int:
        """The process that is processing a post."""
        query = "SELECT worker FROM matching_matchingjob WHERE status = 'running'"
        running = self.wait_for("a post that is being matched", lambda: self.rows(query), 0.005)
        return int(running[0][0].partition(":")[2])

    def idle_worker(self) -> int:
        """The process that is waiting for the queue, between two beats."""
        query = (
            "SELECT detail, beat_at FROM matching_heartbeat WHERE name LIKE 'worker:%' "
            "ORDER BY beat_at DESC"
        )
        before = self.rows(query)

        def look() -> int | None:
            seen = self.rows(query)
            has_just_ended = seen and seen != before and seen[0][0].startswith("idle")
            return int(seen[0][0].split()[1]) if has_just_ended else None

        pid = int(self.wait_for("an idle worker", look))
        time.sleep(BETWEEN_BEATS_S)
        return pid

    def cluster(self) -> int:
        """The process group of the queue's cluster."""
        query = "SELECT detail FROM matching_heartbeat WHERE name LIKE 'cluster:%'"
        return int(self.wait_for("a cluster", lambda: self.rows(query))[-1][0].split()[1])

    def wait_until_matched(self, posts: int) -> None:
        """Wait until this many posts exist and none of them is waiting."""

        def look() -> bool:
            counts = dict(self.rows("SELECT status, COUNT(*) FROM matching_matchingjob GROUP BY 1"))
            waiting = counts.get("pending", 0) + counts.get("running", 0)
            return sum(counts.values()) == posts and not waiting

        self.wait_for(f"{posts} matched posts", look, 0.1)


@contextmanager
def worker_site(folder: Path, migrated: Path, **environment: str) -> Iterator[WorkerSite]:
    """A site with a copy of a migrated database, whose processes end with the block."""
    site = WorkerSite(folder, **environment)
    site.database.write_bytes(migrated.read_bytes())
    try:
        yield site
    finally:
        site.end()


def migrate(folder: Path) -> Path:
    """Create the database that sites copy."""
    site = WorkerSite(folder)
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=site.environment, check=True, timeout=DEADLINE_S)
    with closing(sqlite3.connect(site.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return site.database
