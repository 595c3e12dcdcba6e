"""Posts as CSV: export that is safe to open in a spreadsheet, and import with checks per row."""

from lostfound.spreadsheets.columns import BY_NAME, SAVED
from lostfound.spreadsheets.escaping import safe_cell
from lostfound.spreadsheets.exporter import csv_lines, sample_lines
from lostfound.spreadsheets.importer import Report, Table, import_rows, read_table
from lostfound.spreadsheets.parsing import MAX_FILE_BYTES, MAX_ROWS, FileRefused
from lostfound.spreadsheets.validation import Row

__all__ = [
    "BY_NAME",
    "MAX_FILE_BYTES",
    "MAX_ROWS",
    "SAVED",
    "FileRefused",
    "Report",
    "Row",
    "Table",
    "csv_lines",
    "import_rows",
    "read_table",
    "safe_cell",
    "sample_lines",
]
