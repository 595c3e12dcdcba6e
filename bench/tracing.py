"""Counts calls between the project's files, and statements sent to the database."""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import unwrap
from types import CodeType, FrameType
from typing import Any, Final

from bench.site import ROOT

PACKAGES: Final = tuple(f"{ROOT / name}/" for name in ("lostfound", "matching"))
TABLES: Final = re.compile(r'(?:FROM|INTO|UPDATE|JOIN) "(\w+)"')


class Calls(Counter[tuple[str, str]]):
    """A profiler for `sys.setprofile`: calls by the caller's file and what it calls elsewhere.

    Counts each call whose caller and callee are in different files of the project. Callers outside
    the project, such as Django and its decorators, are skipped.

    Attributes:
        of_watched: number of calls of the function `watched`, from anywhere.
    """

    def __init__(self, watched: Callable[..., Any]) -> None:
        super().__init__()
        self.of_watched = 0
        self._watched: CodeType = unwrap(watched).__code__

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        if event != "call":
            return
        self.of_watched += frame.f_code is self._watched
        file = frame.f_code.co_filename
        caller = frame.f_back.f_code.co_filename if frame.f_back else ""
        if file != caller and file.startswith(PACKAGES) and caller.startswith(PACKAGES):
            self[_short(caller), f"{_short(file)} {frame.f_code.co_qualname}"] += 1

    def as_text(self, heading: str) -> str:
        """A line for each calling file, most calls first, with what it calls."""
        lines = [f"# {heading}: {self.total()} calls across files", ""]
        of_caller: Counter[str] = Counter()
        for (caller, _callee), number in self.items():
            of_caller[caller] += number
        for caller, total in of_caller.most_common():
            lines.append(f"{total:5} {caller}")
            for (file, callee), number in self.most_common():
                if file == caller:
                    lines.append(f"      {number:5} {callee}")
        return "\n".join([*lines, ""])


class Statements(list[tuple[str, str]]):
    """Replaces a connection's log: records the kind of statement, its table and its sender."""

    maxlen: Final = 1_000_000  # Django reads this attribute

    def append(self, entry: Any) -> None:
        """Called by Django after each statement, in the stack of whoever sent it."""
        super().append((_in_short(entry["sql"]), _sender()))

    def as_text(self, heading: str) -> str:
        """A numbered line for each statement."""
        lines = [f"# {heading}: {len(self)} queries", ""]
        for number, (statement, sender) in enumerate(self, start=1):
            lines.append(f"{number:3} {statement:62} {sender}")
        return "\n".join([*lines, ""])


@contextmanager
def traced(calls: Calls | None = None) -> Iterator[Statements]:
    """Record what happens in the block, in this thread and on the default connection."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    statements, log = Statements(), connection.queries_log
    with CaptureQueriesContext(connection):
        connection.queries_log = statements  # type: ignore[assignment]
        sys.setprofile(calls)
        try:
            yield statements
        finally:
            sys.setprofile(None)
            connection.queries_log = log


def _in_short(sql: str) -> str:
    """A summary such as "SELECT matching_match, 2 joins"."""
    kind = sql.split(maxsplit=1)[0]
    if sql.startswith("SELECT COUNT("):
        kind = "SELECT COUNT"
    tables = TABLES.findall(sql)
    joins = sql.count(" JOIN ")
    words = f"{kind} {tables[0]}" if tables else kind
    return f"{words}, {joins} join{'s' * (joins > 1)}" if joins else words


def _sender() -> str:
    """The project's function that sent a statement, and its callers in other files."""
    frame: FrameType | None = sys._getframe(2)
    chain: list[str] = []
    files: list[str] = []
    while frame is not None and len(chain) < 3:
        file = frame.f_code.co_filename
        if file.startswith(PACKAGES) and file not in files:
            chain.append(f"{_short(file)} {frame.f_code.co_qualname}")
            files.append(file)
        frame = frame.f_back
    return " < ".join(chain) or "(Django)"


def _short(file: str) -> str:
    return file.removeprefix(f"{ROOT}/")
