"""Common to all photograph storages: listing files with their age, and storage errors."""

import errno
from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.utils.translation import gettext as _

# Full disk, exceeded quota, or a file above the size limit.
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StorageAway(OSError):
    """The storage does not answer, or refuses because of a wrong address, key or bucket."""


class StoredFile(NamedTuple):
    """A file in a storage."""

    name: str
    modified_at: datetime


def storage_failed(error: Exception) -> ValidationError:
    """The message for a person whose photographs could not be written or read."""
    if getattr(error, "errno", None) in FULL:
        return ValidationError(
            _(
                "The server has no space for photographs at the moment. You can post without "
                "them now and add them later."
            ),
            code="no_room",
        )
    return ValidationError(
        _("The photographs could not be saved just now. Please try again later."), code="storage"
    )


def files_below(storage: Storage, folder: str) -> Iterator[StoredFile]:
    """Every file below a folder, in any order; files removed in the meantime are left out."""
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
