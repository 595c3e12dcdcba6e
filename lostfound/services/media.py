"""Finding and removing files that no photograph points at, such as a killed process leaves."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.core.files.storage import Storage
from django.utils import timezone

from lostfound.models import Photo

PHOTO_FOLDER: Final = "photos"  # everything below it is ours
CHUNK: Final = 500


def orphan_files(*, min_age: timedelta) -> list[str]:
    """Names of files that no row points at, older than `min_age`.

    The age spares uploads whose transaction is still open.
    """
    storage = _storage()
    newest = timezone.now() - min_age
    old = [
        name for name in _walk(storage, PHOTO_FOLDER) if storage.get_modified_time(name) < newest
    ]
    # Rows are asked for after the files: what was saved in between has a row by now.
    known = set(_known_names())
    return sorted(name for name in old if name not in known)


def missing_files() -> list[str]:
    """Names that rows point at where no file is: a backup has to be looked at."""
    storage = _storage()
    return sorted(name for name in _known_names() if not storage.exists(name))


def remove_files(names: list[str]) -> None:
    """Delete files by name, each only if it still has no row."""
    storage = _storage()
    for start in range(0, len(names), CHUNK):
        chunk = names[start : start + CHUNK]
        taken = set(Photo.objects.filter(full__in=chunk).values_list("full", flat=True))
        taken |= set(Photo.objects.filter(thumbnail__in=chunk).values_list("thumbnail", flat=True))
        for name in chunk:
            if name not in taken:
                storage.delete(name)


def _storage() -> Storage:
    storage: Storage = Photo._meta.get_field("full").storage
    return storage


def _known_names() -> Iterator[str]:
    for names in Photo.objects.values_list("full", "thumbnail").iterator(chunk_size=2000):
        yield from names


def _walk(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}/{name}"
    for name in folders:
        yield from _walk(storage, f"{folder}/{name}")
