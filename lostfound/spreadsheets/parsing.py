"""Parses a file's bytes into headings and rows, whatever program wrote them."""

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
# In a column that may have many lines, fewer separators than this may be commas of a sentence.
MIN_COLUMNS_OF_A_SWALLOWED_ROW: Final = 4


class FileRefused(Exception):
    """The file is not a readable table of posts; the message says what to change."""


@dataclass(frozen=True)
class RawTable:
    """A file's cells.

    Attributes:
        columns: the column that each heading means; None if it is unknown.
        ignored: unknown headings, and columns without a heading that have contents.
        lines: number of each row's last line in the file (the headings are line 1), and its cells.
    """

    columns: list[Column | None]
    ignored: list[str]
    lines: list[tuple[int, list[str]]]


def raw_table(content: bytes) -> RawTable:
    """The cells of a file.

    Raises:
        FileRefused: the file is not such a table, or has no rows or too many.
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
            _("The first line must name the columns. Missing: %(names)s")
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
            _("A file can have at most %(most)d rows; this one has %(n)d. Please split it.")
            % {"most": MAX_ROWS, "n": len(lines)}
        )
    named = max(place for place, cell in enumerate(heading, start=1) if cell.strip())
    ignored = [
        cell.strip() or _("column %(n)d, without a heading") % {"n": place + 1}
        for place, (cell, column) in enumerate(zip(heading[:named], columns, strict=False))
        if column is None and (cell.strip() or any(_at(place, cells) for _n, cells in lines))
    ]
    # Cells after the last heading have no heading, whether or not commas follow it.
    return RawTable(columns[:named], ignored, lines)


def _at(place: int, cells: Sequence[str]) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _refuse_duplicates(heading: Sequence[str], columns: Sequence[Column | None]) -> None:
    """Refuse two columns with one meaning, because one of them would be ignored silently.

    Raises:
        FileRefused: two columns have the same meaning.
    """
    called: dict[str, str] = {}
    for cell, column in zip(heading, columns, strict=True):
        if column is None:
            continue
        if column.name in called:
            raise FileRefused(
                _(
                    "The columns “%(one)s” and “%(other)s” mean the same: %(name)s. Please keep "
                    "one of them, or rename the other. Nothing was imported."
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
        raise FileRefused(_("The file is larger than 1 MB. Please split it."))
    # Korean Excel writes plain CSV in CP949.
    encodings = ("utf-16",) if content.startswith(UTF_16_MARKS) else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            text = content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
        return unicodedata.normalize("NFC", text)  # macOS decomposes Hangul
    raise FileRefused(_("The file must be encoded in UTF-8 or CP949 (Korean Excel)."))


def _separator(text: str) -> str:
    """The separator of the headings: a comma, unless another one occurs more often."""
    heading = next(line for line in text.splitlines() if line.strip())
    return max(SEPARATORS, key=heading.count)  # of equal counts, the first


def _records(text: str, separator: str) -> Iterator[tuple[int, int, list[str]]]:
    """The rows that are not empty, each with the numbers of its first and last line.

    Raises:
        FileRefused: an unclosed quotation mark swallows what follows it.
    """
    # Strict, because otherwise an unclosed mark turns all the rows below it into one cell.
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
    """Two unclosed marks look like a pair: whether the text between them looks like rows."""
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
        "In the row that starts on line %(line)d, a quotation mark is not closed, or there is one "
        "too many. Nothing was imported."
    ) % {"line": line}
