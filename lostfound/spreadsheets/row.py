"""One line of a file that comes in."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lostfound.models import Post
from lostfound.models.named import Named


@dataclass
class Row:
    """One line of a file: what it says, and why it cannot be taken in, if it cannot.

    Attributes:
        number: of its last line in the file; the heading is 1.
        sent_as: names what it says, and which of several equal rows of the file it is.
        known: what it became when it was brought in before, by anybody.
        cells: as a page lists them.
    """

    number: int
    said: dict[str, str]
    fields: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    sent_as: str = ""
    known: Post | None = None
    cells: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether it can be taken in, and is not here yet."""
        return not self.errors and self.known is None

    def digest(self) -> str:
        """Names what it says, in whatever words, order or line."""
        said = {
            name: _plain(self.fields[name])
            for name, text in self.said.items()
            if text and name in self.fields
        }
        whole = "\x1f".join(f"{name}={said[name]}" for name in sorted(said))
        return hashlib.sha256(whole.encode()).hexdigest()[:40]


def _plain(value: Any) -> str:
    if isinstance(value, Named):
        return value.code
    return value.isoformat() if isinstance(value, date) else str(value)
