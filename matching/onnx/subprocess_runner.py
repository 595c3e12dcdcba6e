"""Runs work in a separate process, so that its memory can be measured and is freed at the end."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import django
from django.conf import settings

from matching.encoders.checkpoint import EncoderUnavailable

STATUS: Final = Path("/proc/self/status")
ERROR_LINES: Final = 3  # last lines of a failed process's stderr


class WorkFailed(Exception):
    """The process failed; the message is the last lines of its output."""


def run_in_subprocess(module: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Run `python -m module` with a specification and return its answer.

    Raises:
        EncoderUnavailable: if the process raised it.
        WorkFailed: if the process failed with any other error.
    """
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(spec),
        capture_output=True,
        text=True,
        check=False,
        cwd=settings.BASE_DIR,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()[-ERROR_LINES:]
        raise WorkFailed("\n".join(lines) or f"it was killed by signal {-done.returncode}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    if "unavailable" in answer:
        raise EncoderUnavailable(answer["unavailable"])
    return answer


def answer_in_subprocess(work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """The child's side of `run_in_subprocess`: read the specification, work, print the answer."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lostfound.settings")
    django.setup()
    try:
        answer = work(json.load(sys.stdin))
    except EncoderUnavailable as error:
        answer = {"unavailable": str(error)}
    print(json.dumps(answer))


def peak_memory_bytes() -> int:
    """Peak memory of this process; 0 if the system does not report it.

    Not getrusage(), whose figure includes the memory of the parent process.
    """
    if not STATUS.is_file():
        return 0
    lines = STATUS.read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
