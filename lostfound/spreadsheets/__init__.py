"""Posts as CSV: out, safe to open in a spreadsheet, and in, each row checked as a form is."""

from lostfound.spreadsheets.cells import safe_cell
from lostfound.spreadsheets.columns import BY_NAME, SAVED
from lostfound.spreadsheets.reading import Table, read_table
from lostfound.spreadsheets.row import Row
from lostfound.spreadsheets.tables import MAX_FILE_BYTES, MAX_ROWS, FileRefused
from lostfound.spreadsheets.taking_in import Report, take_in
from lostfound.spreadsheets.writing import csv_lines, sample_lines

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
    "read_table",
    "safe_cell",
    "sample_lines",
    "take_in",
]
