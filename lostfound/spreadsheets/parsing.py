"""A file's bytes as a heading and lines, whatever program wrote them."""

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from lostfound.services.post_fields import MANY_LINES
from lostfound.spreadsheets.columns import BY_NAME, REQUIRED, Column, column_called

MAX_ROWS: Final = 500
MAX_FILE_BYTES: Final = 1024 * 1024
SEPARATORS: Final = (",", ";", "\t")
UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")  # Excel's "Unicode text"
# In a column that may hold many lines, fewer separators than this are a sentence's own commas.
MIN_COLUMNS_OF_A_SWALLOWED_ROW: Final = 4


class FileRefused(Exception):
    """The file cannot be read as a table of posts; the message says what to change."""


@dataclass(frozen=True)
class RawTable:
    """A file's cells.

    Attributes:
        columns: what each heading means; None where it says nothing we know.
        ignored: those headings, and columns without one that hold something.
        lines: the number of each row's last line in the file (the heading is 1), and its cells.
    """

    columns: list[Column | None]
    ignored: list[str]
    lines: list[tuple[int, list[str]]]


def raw_table(content: bytes) -> RawTable:
    """The cells of a file.

    Raises:
        FileRefused: it is no such table, has no row, or too many.
    """
    text = _decoded(content)
    if not text.strip():
        raise FileRefused(_("The file is empty."))
    separator = _separator(text)
    records = _records(text, separator)
    _first, _last, heading = next(records, (0, 0, []))
    columns = [column_called(cell) for cell in heading]
    missing = [BY_NAME[name].heading for name in REQUIRED if BY_NAME[name] not in columns]
    if missing:
        raise FileRefused(
            _("The first line has to name the columns. Missing: %(names)s")
            % {"names": ", ".join(missing)}
        )
    _refuse_duplicates(heading, columns)
    lines = []
    for first, last, cells in records:
        if _has_swallowed(columns, cells, separator):
            raise FileRefused(_unclosed(first))
        lines.append((last, cells))
    if not lines:
        raise FileRefused(_("There is no row below the headings."))
    if len(lines) > MAX_ROWS:
        raise FileRefused(
            _("At most %(most)d rows at once; this file has %(n)d. Please divide it.")
            % {"most": MAX_ROWS, "n": len(lines)}
        )
    named = max(place for place, cell in enumerate(heading, start=1) if cell.strip())
    ignored = [
        cell.strip() or _("column %(n)d, without a heading") % {"n": place + 1}
        for place, (cell, column) in enumerate(zip(heading[:named], columns, strict=False))
        if column is None and (cell.strip() or any(_at(place, cells) for _n, cells in lines))
    ]
    # What stands behind the last heading stands under none, whether or not commas follow that.
    return RawTable(columns[:named], ignored, lines)


def _at(place: int, cells: Sequence[str]) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _refuse_duplicates(heading: Sequence[str], columns: Sequence[Column | None]) -> None:
    """Of two columns of one meaning, one would be left out without a word.

    Raises:
        FileRefused: there are such two.
    """
    called: dict[str, str] = {}
    for cell, column in zip(heading, columns, strict=True):
        if column is None:
            continue
        if column.name in called:
            raise FileRefused(
                _(
                    "The columns “%(one)s” and “%(other)s” mean the same: %(name)s. Please keep "
                    "one of them, or give the other one another heading. Nothing was read."
                )
                % {
                    "one": called[column.name],
                    "other": cell.strip(),
                    "name": column.heading,
                }
            )
        called[column.name] = cell.strip()


def _decoded(content: bytes) -> str:
    if len(content) > MAX_FILE_BYTES:
        raise FileRefused(_("The file is larger than 1 MB. Please divide it."))
    # CP949 is what Korean Excel writes as plain CSV.
    encodings = ("utf-16",) if content.startswith(UTF_16_MARKS) else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            text = content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
        return unicodedata.normalize("NFC", text)  # a Mac takes Hangul apart
    raise FileRefused(_("The file is neither UTF-8 nor what Korean Excel writes (CP949)."))


def _separator(text: str) -> str:
    """What stands between the cells of the heading: a comma, unless another occurs more often."""
    heading = next(line for line in text.splitlines() if line.strip())
    return max(SEPARATORS, key=heading.count)  # of equals the first


def _records(text: str, separator: str) -> Iterator[tuple[int, int, list[str]]]:
    """The rows that say something, each with the numbers of its first and last line.

    Raises:
        FileRefused: a quotation mark swallows what follows it.
    """
    # Strict: otherwise a mark that is never closed makes one cell of all the rows below it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if '"' in text:
                raise FileRefused(_unclosed(first)) from error
            raise FileRefused(_("This is not a CSV file: %(why)s") % {"why": error}) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield first, reader.line_num, cells


def _has_swallowed(columns: Sequence[Column | None], cells: Sequence[str], separator: str) -> bool:
    """Two marks that are never closed make a pair: whether what lies between looks like rows."""
    for column, cell in zip(columns, cells, strict=False):
        between = [line for line in cell.strip().splitlines()[1:-1] if line.strip()]
        if not between:
            continue
        if column is not None and column.name not in MANY_LINES:
            return True
        is_full = all(line.count(separator) == len(columns) - 1 for line in between)
        if is_full and len(columns) >= MIN_COLUMNS_OF_A_SWALLOWED_ROW:
            return True
    return False


def _unclosed(line: int) -> str:
    return _(
        "In the row that begins on line %(line)d a quotation mark is not closed, or there is one "
        "too many. Nothing was read."
    ) % {"line": line}
