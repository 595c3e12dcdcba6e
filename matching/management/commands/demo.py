"""`make demo`: runs the whole product on this machine with a demo campus."""

import contextlib
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from lostfound.infra import queue
from matching.demo.seed import ACCOUNTS, seed_demo_campus
from matching.services.sweeper import error_of, unsettled_jobs

READY_TIMEOUT_S: Final = 900
WEB_START_TIMEOUT_S: Final = 60
STOP_GRACE_S: Final = 25
SWEEP_S: Final = "2"  # seconds: posts scored early must soon be rescored


class Command(BaseCommand):
    """Sets up database and demo posts, then runs web server and worker until Ctrl-C or SIGTERM."""

    help = "Runs the demo: creates a demo campus, starts web server and worker, prints Ready."

    def handle(self, *args: Any, **options: Any) -> None:
        port = _port()
        password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        children: list[subprocess.Popen[bytes]] = []
        # One line for every queued demo post would only clutter the progress bars.
        logging.getLogger(queue.LOGGER).setLevel(logging.WARNING)
        log_folder = Path(settings.VAR_DIR) / "log"
        log_folder.mkdir(exist_ok=True)
        try:
            self.say("Preparing the database")
            call_command("migrate", verbosity=0)
            seed_demo_campus(password=password, progress=_progress)
            self.say("Starting the worker and the web server")
            environment = {
                "MATCHING_SWEEP_S": SWEEP_S,
                **os.environ,
                "SITE_URL": f"http://127.0.0.1:{port}",
            }
            children.append(_start(["runworker"], log_folder / "worker.log", environment))
            children.append(_start_web(port, log_folder / "web.log", environment))
            self._wait_for_web(port, children, log_folder)
            self._wait_for_matches(children, log_folder)
            self.stdout.write("")
            self.stdout.write(f"Accounts (password {password}): {', '.join(ACCOUNTS)}")
            self.stdout.write(f"Suggestions for staff: http://127.0.0.1:{port}/admin/")
            self.stdout.write(f"Logs: {log_folder}. Press Ctrl-C to stop.")
            self.stdout.write(f"Ready: http://127.0.0.1:{port}/")
            self.stdout.flush()
            self._stay(children, log_folder)
        except KeyboardInterrupt:
            self.say("Stopping")
        finally:
            _stop(children)

    def say(self, text: str) -> None:
        """Print one line and flush it, so that a pipe sees it at once."""
        self.stdout.write(text)
        self.stdout.flush()

    def _wait_for_web(self, port: int, children: list[subprocess.Popen[bytes]], logs: Path) -> None:
        deadline = time.monotonic() + WEB_START_TIMEOUT_S
        while time.monotonic() < deadline:
            _check_alive(children, logs)
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.2)
        raise CommandError(f"The web server did not start. See {logs / 'web.log'}.")

    def _wait_for_matches(self, children: list[subprocess.Popen[bytes]], logs: Path) -> None:
        total = len(unsettled_jobs())
        deadline = time.monotonic() + READY_TIMEOUT_S
        with tqdm(total=total, desc="Matching the demo posts", unit="post", file=sys.stdout) as bar:
            while left_ids := unsettled_jobs():
                left = len(left_ids)
                bar.update(max(0, total - left - bar.n))
                _check_alive(children, logs)
                if time.monotonic() > deadline:
                    raise CommandError(
                        f"{left} posts are still waiting. {error_of(left_ids)} "
                        f"See {logs / 'worker.log'}."
                    )
                time.sleep(0.5)
            bar.update(total - bar.n)

    def _stay(self, children: list[subprocess.Popen[bytes]], logs: Path) -> None:
        while True:
            _check_alive(children, logs)
            time.sleep(0.5)


def _port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT={text} is not a valid port. Choose a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            raise CommandError(
                f"Port {text} is in use. Choose another: PORT=8010 make demo"
            ) from error
    return int(text)


def _start(arguments: list[str], log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return _spawn(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments], log, environment
    )


def _start_web(port: int, log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "gunicorn", "lostfound.wsgi"),
        *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"),
        *("--access-logfile", "-", "--graceful-timeout", "5"),
    ]
    return _spawn(command, log, environment)


def _spawn(command: list[str], log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # In a new session the child does not get the terminal's Ctrl-C; this process stops it in order.
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _check_alive(children: list[subprocess.Popen[bytes]], logs: Path) -> None:
    for child in children:
        if child.poll() is not None:
            raise CommandError(
                f"A demo process exited unexpectedly ({child.args!r}, status {child.returncode}). "
                f"See {logs}."
            )


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_GRACE_S
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        # Kills the whole session, even if its leader has already exited.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # A second signal must not interrupt the shutdown.
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _progress(description: str, total: int) -> Any:
    return tqdm(total=total, desc=description, unit="post", file=sys.stdout)
