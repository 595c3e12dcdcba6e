"""Python in a process of its own, at the top of the project."""

import os
import subprocess
import sys
from pathlib import Path


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run this Python at the top of the project, with none of our own settings around it.

    Threads that write at once need this: the tests' own database lies in memory and is locked
    as a whole, while a real one waits.
    """
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=Path(__file__).resolve().parents[2],
        env=inherited | {"DJANGO_SETTINGS_MODULE": "lostfound.settings"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
