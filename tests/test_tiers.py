"""The rules of the tests themselves."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.tiers import FOLDERS, TESTS, speaks_sql

# Where one of these is written, the answer may depend on the database.
OF_A_DATABASE = re.compile(
    r"transaction=True|IntegrityError|connection\.(?:cursor|vendor)|select_for_update"
)
# `from tests.a.test_b import c`, `from tests.a import test_b`, `import tests.a.conftest`
FROM_A_TEST = re.compile(
    r"^\s*(?:from|import) tests[\w.]*(?:\.| import (?:\(\s*)?)(?:test_\w+|conftest)\b", re.M
)


def modules(pattern: str) -> Iterator[tuple[Path, str]]:
    for path in sorted(TESTS.rglob(pattern)):
        yield path, path.read_text()


def test_nothing_is_imported_from_a_test_module() -> None:
    """What two modules share lies in tests/support."""
    of_bench = [(path, path.read_text()) for path in ROOT.glob("bench/*.py")]
    for path, source in [*modules("*.py"), *of_bench]:
        assert not FROM_A_TEST.search(source), path


def test_what_depends_on_the_database_runs_on_both() -> None:
    for path, source in modules("test_*.py"):
        if path == Path(__file__) or path.relative_to(TESTS).parts[0] in FOLDERS:
            continue
        if "django_db" in source and OF_A_DATABASE.search(source) and not speaks_sql(path):
            assert "both_databases" in source, path


@pytest.mark.processes
def test_marks_by_folder_can_be_selected() -> None:
    """`-m` is applied while tests are collected: marks that come later select nothing."""
    arguments = ["--collect-only", "-q", "-p", "no:cacheprovider", "-m", "both_databases"]
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, "tests/matching/index/test_pgvector.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "tests/matching/index/test_pgvector.py::" in collected.stdout, collected.stdout[-500:]
