"""Counts the calls between the project's files and the statements that its database is sent."""

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

    Counted is each call whose caller and callee lie in two files of the project. What the project
    is called by, such as Django or a decorator of its, is no caller.

    Attributes:
        of_watched: how often the function `watched` was called, from wherever.
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
        """A line for each file that calls, those that call most first, and what it calls."""
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
    """Takes the place of a connection's log: what is done to which table, and who wants it."""

    maxlen: Final = 1_000_000  # Django looks at it

    def append(self, entry: Any) -> None:
        """Django logs a statement when it has been answered, in the caller's stack."""
        super().append((_in_short(entry["sql"]), _sender()))

    def as_text(self, heading: str) -> str:
        """A numbered line for each."""
        lines = [f"# {heading}: {len(self)} queries", ""]
        for number, (statement, sender) in enumerate(self, start=1):
            lines.append(f"{number:3} {statement:62} {sender}")
        return "\n".join([*lines, ""])


@contextmanager
def traced(calls: Calls | None = None) -> Iterator[Statements]:
    """Take down what happens within, in this thread and on the default connection."""
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
    """Such as "SELECT matching_match, 2 joins"."""
    kind = sql.split(maxsplit=1)[0]
    if sql.startswith("SELECT COUNT("):
        kind = "SELECT COUNT"
    tables = TABLES.findall(sql)
    joins = sql.count(" JOIN ")
    words = f"{kind} {tables[0]}" if tables else kind
    return f"{words}, {joins} join{'s' * (joins > 1)}" if joins else words


def _sender() -> str:
    """The function of the project that a statement is for, after whoever called it elsewhere."""
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
