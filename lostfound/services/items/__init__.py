"""Functions that write things: receiving, moving, keeping their custody chains."""

from lostfound.services.items.changes import (
    hold_item,
    mark_missing,
    move_item,
    record_contact,
    release_hold,
    void_item,
)
from lostfound.services.items.custody import seal_day
from lostfound.services.items.receiving import receive_item
from lostfound.services.items.transitions import KeptByOffice, NeedsSafe, NotHere

__all__ = [
    "KeptByOffice",
    "NeedsSafe",
    "NotHere",
    "hold_item",
    "mark_missing",
    "move_item",
    "receive_item",
    "record_contact",
    "release_hold",
    "seal_day",
    "void_item",
]
