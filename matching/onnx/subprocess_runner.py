"""Work in a process of its own: its memory can be measured, and is given back when it ends."""

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
TOLD_LINES: Final = 3  # of what a process that died has said


class WorkFailed(Exception):
    """The process ended with an error; the message is its last lines."""


def run_in_subprocess(module: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Run `python -m module` with a specification and return its answer.

    Raises:
        EncoderUnavailable: as the process raised it.
        WorkFailed: it ended with any other error.
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
        said = done.stderr.strip().splitlines()[-TOLD_LINES:]
        raise WorkFailed("\n".join(said) or f"it was ended by signal {-done.returncode}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    if "unavailable" in answer:
        raise EncoderUnavailable(answer["unavailable"])
    return answer


def answer_in_subprocess(work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """The other side of `run_apart`: read the specification, work, write the answer."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lostfound.settings")
    django.setup()
    try:
        answer = work(json.load(sys.stdin))
    except EncoderUnavailable as error:
        answer = {"unavailable": str(error)}
    print(json.dumps(answer))


def peak_memory_bytes() -> int:
    """The most memory that this process has held; 0 where the system does not tell.

    Not getrusage(): what it tells of a process includes the one that it was started by.
    """
    if not STATUS.is_file():
        return 0
    lines = STATUS.read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
