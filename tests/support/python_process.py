"""Python in a separate process, in the project's root."""

import os
import subprocess
import sys
from pathlib import Path


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in the project's root, without the settings of this process.

    Concurrent writes need this: the tests' database is in memory and locked as a whole, while a
    real one waits for locks.
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
