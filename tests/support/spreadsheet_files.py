"""Spreadsheet files of found things."""

from lostfound.models import User
from lostfound.spreadsheets import Row, read_table
from tests.support.factories import OfficeFactory, StaffFactory


def table(*lines: str) -> bytes:
    """The lines of a file as bytes."""
    return "\n".join(lines).encode()


def clerk(*, has_office: bool = True) -> User:
    """A clerk who imports files; with one office, so that rows need not name it."""
    return StaffFactory.create(office=OfficeFactory.create() if has_office else None)


def rows_of(content: bytes, actor: User | None = None) -> list[Row]:
    """The rows of a file as parsed for an office's clerk."""
    return read_table(content, actor=actor or clerk()).rows
