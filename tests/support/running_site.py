"""A running site for tests: a database, and gunicorn and a worker as real processes."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20


def chromium() -> str | None:
    """The path of the system's Chromium."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def free_port() -> int:
    """A port that is not in use."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Site:
    """A running site."""

    url: str
    folder: Path
    made: dict[str, Any]


def site_environment(folder: Path, url: str = "") -> dict[str, str]:
    """The environment of this process without variables that name another database."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "lostfound.settings",
        "VAR_DIR": str(folder / "var"),
        "DECISION_WAIT_S": "0",
        "MEDIA_ROOT": str(folder / "media"),
        "SITE_URL": url,
        "MATCHING_THREADS": "1",
        "TASK_POLL_S": "0.1",
    }


@contextmanager
def running_site(
    folder: Path, migrated: Path, *seed: str, worker: bool = True, **settings: str
) -> Iterator[Site]:
    """The product with the people and posts of `tests.support.seed`, until the block ends.

    Args:
        migrated: a database file to copy.
        seed: arguments of the seed, such as the number of waiting pairs.
        worker: whether to start a worker, for matching and semantic search.
        settings: additional environment variables.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = site_environment(folder, url) | settings
    (folder / "media").mkdir()
    run = [sys.executable, "manage.py"]
    (folder / "var").mkdir()
    shutil.copy(migrated, folder / "var" / "db.sqlite3")
    made = json.loads(_finish([sys.executable, "-m", "tests.support.seed", *seed], environment))
    web = [sys.executable, "-m", "gunicorn", "lostfound.wsgi", "--bind", f"127.0.0.1:{port}"]
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for name, command in (
            *([("worker", [*run, "runworker"])] if worker else []),
            ("web", [*web, "--workers", "1", "--threads", "4"]),
        ):
            with (folder / f"{name}.log").open("wb") as log:
                processes.append(
                    subprocess.Popen(
                        command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
                    )
                )
        _wait_until_it_answers(url, folder / "web.log")
        yield Site(url, folder, made)
    finally:
        stop(processes)


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Terminate the processes, and kill those that do not stop."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _finish(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _wait_until_it_answers(url: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with (
            suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(url, timeout=5),
        ):
            return
        time.sleep(0.05)
    raise AssertionError(f"The server did not start:\n{log.read_text()}")
