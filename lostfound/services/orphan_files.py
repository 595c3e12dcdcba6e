"""Finding and removing files without a row, such as a killed process leaves behind."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.core.files.storage import Storage
from django.utils import timezone

from lostfound.media.storage import files_below
from lostfound.models import ClaimPhoto, Photo

PHOTO_FOLDER: Final = "photos"  # nothing else writes below it
CHUNK: Final = 500
MODELS: Final = (Photo, ClaimPhoto)


def orphan_files(*, min_age: timedelta) -> list[str]:
    """Names of files older than `min_age` that no row refers to.

    The age protects uploads whose transaction is still open.
    """
    newest = timezone.now() - min_age
    files = files_below(_storage(), PHOTO_FOLDER)
    old = [file.name for file in files if file.modified_at < newest]
    # Rows are read after the files, so anything saved in between has its row by now.
    known = set(_known_names())
    return sorted(name for name in old if name not in known)


def missing_files() -> list[str]:
    """Names that rows refer to but that do not exist; they may have to come from a backup."""
    storage = _storage()
    there = {file.name for file in files_below(storage, PHOTO_FOLDER)}
    # Checked again by name: a file saved since the listing is not missing.
    lacking = [name for name in _known_names() if name not in there]
    return sorted(name for name in lacking if not storage.exists(name))


def remove_files(names: list[str]) -> None:
    """Delete files by name, except those that have a row by now."""
    storage = _storage()
    for start in range(0, len(names), CHUNK):
        chunk = names[start : start + CHUNK]
        taken: set[str] = set()
        for model in MODELS:
            for field in model.FILE_FIELDS:
                rows = model._default_manager.filter(**{f"{field}__in": chunk})
                taken |= set(rows.values_list(field, flat=True))
        for name in chunk:
            if name not in taken:
                storage.delete(name)


def _storage() -> Storage:
    storage: Storage = Photo._meta.get_field("full").storage
    return storage


def _known_names() -> Iterator[str]:
    for model in MODELS:
        rows = model._default_manager.values_list(*model.FILE_FIELDS)
        for names in rows.iterator(chunk_size=2000):
            yield from filter(None, names)  # most have no original
