"""What every storage of photographs has in common: its files with their age, and being away."""

import errno
from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.utils.translation import gettext as _

# The disk, the account's share of it, or the largest file that is allowed.
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StorageAway(OSError):
    """The storage does not answer, or refuses: its address, its keys or its bucket are wrong."""


class StoredFile(NamedTuple):
    """One file of a storage."""

    name: str
    modified_at: datetime


def storage_failed(error: Exception) -> ValidationError:
    """What a person is told whose photographs could not be written or read."""
    if getattr(error, "errno", None) in FULL:
        return ValidationError(
            _(
                "There is no room for photographs on the server at the moment. You can post "
                "without them now, and add them later."
            ),
            code="no_room",
        )
    return ValidationError(
        _("The photographs could not be saved just now. Please try again later."), code="storage"
    )


def files_below(storage: Storage, folder: str) -> Iterator[StoredFile]:
    """Every file below a folder, in whatever order; one that goes meanwhile is left out."""
    listed = getattr(storage, "files_below", None)
    yield from listed(folder) if listed else _walk(storage, folder)


def _walk(storage: Storage, folder: str) -> Iterator[StoredFile]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        path = f"{folder}/{name}"
        try:
            modified_at = storage.get_modified_time(path)
        except FileNotFoundError:
            continue
        yield StoredFile(path, modified_at)
    for name in folders:
        yield from _walk(storage, f"{folder}/{name}")
