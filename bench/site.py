"""A scratch site for benchmarks, and its processes."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
STOP_S = 20


@contextmanager
def scratch_site(**environment: str) -> Iterator[dict[str, str]]:
    """The environment of a migrated site in a temporary folder, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="bench-site-") as folder:
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "lostfound.settings",
            "VAR_DIR": str(Path(folder) / "var"),
            "MEDIA_ROOT": str(Path(folder) / "media"),
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "WARNING",
            # Its photographs are noise: nothing in them need be masked before it is compared.
            "PHOTOS_WITHOUT_CATEGORY": "normal",
            **environment,
        }
        env.pop("DATABASE_URL", None) if "DATABASE_URL" not in environment else None
        run(env, "manage.py", "migrate", "--verbosity", "0")
        yield env


def run(env: dict[str, str], *arguments: str) -> str:
    """Run Python to completion, and return its output."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
    return done.stdout


@contextmanager
def started(env: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[Any]]:
    """A background process, terminated at the end."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
