"""The memory of a worker and a web process does not grow over time."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MOST_MB = 12  # more after 1,000 than after a third of them; a leak of 20 kB each would be 13


@pytest.mark.processes
@pytest.mark.timeout(400)
@pytest.mark.parametrize("what", ["tasks", "pages"])
def test_memory_does_not_grow_over_a_thousand(what: str, var_dir: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "lostfound.settings",
        "VAR_DIR": str(var_dir),
        "MEDIA_ROOT": str(var_dir / "media"),
        "MATCHING_ENCODER": "tests.support.fake_encoder.FakeEncoder",
        "ALLOWED_HOSTS": "testserver",
        "POSTS_PER_HOUR": "100000",
        "LOG_LEVEL": "ERROR",
        # Return freed memory at once, so that resident memory is memory in use.
        "MALLOC_TRIM_THRESHOLD_": "65536",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.busy_process", what, "1000"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    early, late = json.loads(done.stdout.splitlines()[-1])
    assert late - early < MOST_MB, f"{early:.0f} MB after a third, {late:.0f} MB at the end"
