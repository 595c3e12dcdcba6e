"""What is costly to make, once for all workers of a test run."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

Make = Callable[[Path], None]
MadeOnce = Callable[[str, Make], Path]


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def made_once(run_folder: Path) -> MadeOnce:
    """`made_once(name, make)`: a folder that the first worker to need it has filled."""

    def make_or_wait(name: str, make: Make) -> Path:
        folder, unfinished = run_folder / name, run_folder / f"{name}.unfinished"
        with (run_folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                unfinished.mkdir()
                make(unfinished)
                unfinished.rename(folder)
        return folder

    return make_or_wait
