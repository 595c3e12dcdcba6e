"""A file of found things, read and judged; nothing is saved here."""

from collections import Counter
from dataclasses import dataclass

from lostfound.models import User
from lostfound.spreadsheets.checking import checked_row
from lostfound.spreadsheets.known import mark_known
from lostfound.spreadsheets.names import KnownNames
from lostfound.spreadsheets.row import Row
from lostfound.spreadsheets.tables import raw_table


@dataclass(frozen=True)
class Table:
    """A file that was read.

    Attributes:
        ignored: headings that say nothing we know; what stands below them is not taken in.
    """

    rows: list[Row]
    ignored: list[str]


def read_table(content: bytes, *, actor: User) -> Table:
    """The rows of a file, each checked on its own.

    Args:
        actor: whose office keeps what names no place, and who may have brought rows in before.

    Raises:
        FileRefused: it is no such table, has no row, or too many.
    """
    raw = raw_table(content)
    office = actor.office if actor.office and actor.office.is_active else None
    names, seen = KnownNames(), Counter[str]()
    rows = [checked_row(number, raw.columns, cells, names, office) for number, cells in raw.lines]
    for row in rows:
        # Equal rows of one file are several things: the first, the second ... of their kind.
        # Lines move when a file is mended, so they name nothing.
        digest = row.digest()
        seen[digest] += 1
        row.sent_as = f"import-{digest}-{seen[digest]}"
    mark_known(rows, actor)
    return Table(rows, raw.ignored)
