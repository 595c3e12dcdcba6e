"""Two tiers of tests: those that need a browser, processes, a model, a server or time, and others.

`pytest --quick` (`make check`) skips the former; `-m both_databases` selects tests for which
PostgreSQL could behave differently from SQLite (docs/testing.md). A test without a marker in NEEDS
is quick, and fails if it computes for longer than LIMIT_S, starts a process, or is the first to
import a library that the quick tier does not need.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any, Final

import pytest
from hypothesis import find
from hypothesis.strategies import text

NEEDS: Final = ("browser", "server", "model", "processes", "slow")
FOLDERS: Final = {"browser": "browser", "contract": "server", "servers": "server"}
FIXTURES: Final = {
    "browser": "browser",
    "postgres": "server",
    "postgres_without_pgvector": "server",
    "redis": "server",
    "s3": "server",
}
# Folders with their own SQL. Elsewhere, modules mark themselves with `both_databases`.
BOTH_DATABASES: Final = (
    "lostfound/data",
    "lostfound/infra",
    "lostfound/services",
    "matching/index",
    "matching/learning",
    "matching/search",
    "matching/services",
    "matching/status",
)
# These take seconds to import, and only the other tier needs them.
HEAVY: Final = ("torch", "transformers", "onnxruntime", "playwright", "schemathesis")
LIMIT_S: Final = 2.0
PYTESTMARK: Final = re.compile(r"^pytestmark = (?:\[$.*?^\]|.*?$)", re.M | re.S)
# The most by which coverage slows down Python; on a shared machine, cold caches do the same.
TRACED: Final = 3
CROWDED: Final = 2
TESTS: Final = Path(__file__).resolve().parents[1]

_starts = 0


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--quick`."""
    what = "skip tests that need a browser, processes, a model or a server"
    parser.addoption("--quick", action="store_true", help=what)


def pytest_configure(config: pytest.Config) -> None:
    """Count the processes that tests start."""
    start = subprocess.Popen.__init__

    def counted(self: Any, *args: Any, **kwargs: Any) -> None:
        global _starts
        _starts += 1
        start(self, *args, **kwargs)

    subprocess.Popen.__init__ = counted  # type: ignore[method-assign]
    config.add_cleanup(lambda: setattr(subprocess.Popen, "__init__", start))


def folder_of(path: Path) -> str:
    """The folder of `tests/` that contains a file."""
    return path.relative_to(TESTS).parts[0] if path.is_relative_to(TESTS) else ""


def speaks_sql(path: Path) -> bool:
    """Whether a file is in a folder whose database tests run on both databases."""
    return any(path.is_relative_to(TESTS / folder) for folder in BOTH_DATABASES)


def needs(item: pytest.Item) -> list[str]:
    """What a test needs, according to its markers."""
    return [name for name in NEEDS if item.get_closest_marker(name)]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import modules without quick tests."""
    if not config.getoption("quick"):
        return None
    if folder_of(collection_path) in FOLDERS:
        return True
    if collection_path.match("test_*.py"):
        marks = "".join(re.findall(PYTESTMARK, collection_path.read_text()))
        return any(f"mark.{name}" in marks for name in NEEDS) or None
    return None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Check what collecting has imported, and prepare what the first test would pay for."""
    if session.config.getoption("quick") and (loaded := set(HEAVY) & set(sys.modules)):
        names = ", ".join(sorted(loaded))
        raise pytest.UsageError(f"Collecting the quick tests imported {names}.")
    find(text(), lambda _: True)  # On a fresh clone, hypothesis takes seconds to list characters.


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark by folder and fixture, in time for `-m` to select by these marks too."""
    requested: Iterable[str] = getattr(item, "fixturenames", ())
    marks = {FIXTURES[name] for name in requested if name in FIXTURES}
    marks |= {FOLDERS[part] for part in [folder_of(item.path)] if part in FOLDERS}
    for name in marks:
        item.add_marker(name)
    if item.get_closest_marker("django_db") and speaks_sql(item.path) and not needs(item):
        item.add_marker("both_databases")


@pytest.hookimpl(trylast=True)  # after pytest-randomly, whose order within each part stays
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put tests that share something costly side by side.

    xdist's `worksteal` gives each worker a row of neighbours: one site for the browser is then
    started by one worker, rather than by both.
    """
    if config.getoption("quick"):
        left_out = [item for item in items if needs(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not needs(item)]
    else:
        items.sort(key=lambda item: min(map(NEEDS.index, needs(item)), default=len(NEEDS)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Enforce the limits of the quick tier on tests without a marker.

    The shorter of CPU and elapsed time counts: on a busy machine, elapsed time is not meaningful.
    """
    if needs(item):
        return (yield)
    starts, loaded = _starts, {name for name in HEAVY if name in sys.modules}
    wall_s, cpu_s = time.perf_counter(), _cpu_s()
    result = yield
    took_s = min(time.perf_counter() - wall_s, _cpu_s() - cpu_s)
    limit_s = LIMIT_S * (TRACED if sys.gettrace() else 1) * (CROWDED if _is_crowded() else 1)
    imported = sorted(name for name in HEAVY if name in sys.modules and name not in loaded)
    if _starts > starts:
        pytest.fail("It starts a process: mark it with `processes`.", pytrace=False)
    if imported:
        pytest.fail(f"It imports {', '.join(imported)}: mark it with `model`.", pytrace=False)
    if took_s > limit_s:
        why = f"It computed for {took_s:.1f} s, and {limit_s:g} s is the most without a mark."
        pytest.fail(why, pytrace=False)
    return result


def _is_crowded() -> bool:
    return os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def _cpu_s() -> float:
    """CPU seconds of this process and of its finished children."""
    children = getrusage(RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
