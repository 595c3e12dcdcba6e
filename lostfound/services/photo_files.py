"""Writing and removing a photograph's files together with its row.

Files are not transactional: those of a failed transaction are removed here, and those of a
killed process are found by `manage.py clean_media`.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models.fields.files import FieldFile

from lostfound.media.processing import PreparedPhoto
from lostfound.media.storage import storage_failed
from lostfound.models import Photo, Post, StoredPhoto

logger = logging.getLogger(__name__)


class WrittenFiles:
    """The files that one unit of work has written, so that it can be rolled back."""

    def __init__(self) -> None:
        self._names: list[tuple[Storage, str]] = []

    def write(self, field: FieldFile, content: bytes) -> None:
        """Store `content` under a fresh name and point the field at it.

        Raises:
            ValidationError: keyed "photos"; the storage failed (a full disk, for example).
        """
        name = field.field.generate_filename(field.instance, "photo")
        # Recorded before it is written: a full disk leaves half a file.
        self._names.append((field.storage, name))
        try:
            field.name = field.storage.save(name, ContentFile(content))
        except Exception as error:  # each storage has its own exceptions
            logger.exception("Could not store a photograph")
            raise ValidationError({"photos": storage_failed(error)}) from error
        self._names.append((field.storage, field.name))

    def take_over(self, inner: "WrittenFiles") -> None:
        """Take responsibility for the files of a nested transaction."""
        self._names += inner._names

    def keep(self) -> None:
        """Keep the files for good: their rows are committed."""
        self._names.clear()

    def remove(self) -> None:
        """Delete what was written and not kept."""
        for storage, name in set(self._names):
            _delete_file(storage, name)


_current: ContextVar[WrittenFiles | None] = ContextVar("files_of_the_transaction", default=None)


@contextmanager
def transaction_with_files() -> Iterator[WrittenFiles]:
    """A transaction that removes its files when its rows are rolled back, even on commit.

    A nested one belongs to the outer one: if a view opens one around a service and then fails,
    the service's files are removed, too.
    """
    outer, written = _current.get(), WrittenFiles()
    token = _current.set(written)
    try:
        with transaction.atomic():
            if outer is None:
                # The first callback: one that fails later must not cost saved rows their files.
                transaction.on_commit(written.keep)
            yield written
        if outer is not None:
            outer.take_over(written)
    except BaseException:
        written.remove()
        raise
    finally:
        _current.reset(token)


def save_photo(post: Post, prepared: PreparedPhoto, position: int, written: WrittenFiles) -> Photo:
    """Store a prepared photograph: thumbnail, full size, then the row."""
    photo = Photo(
        post=post,
        position=position,
        width_px=prepared.width_px,
        height_px=prepared.height_px,
        content_hash=prepared.content_hash,
    )
    written.write(photo.thumbnail, prepared.thumbnail)
    written.write(photo.full, prepared.full)
    photo.save()
    return photo


def delete_files_on_commit(photo: StoredPhoto) -> None:
    """Remove the files once the transaction that deletes the row has been committed."""
    for name in photo.FILE_FIELDS:
        file: FieldFile = getattr(photo, name)
        delete_file_on_commit(file.storage, file.name)


def delete_file_on_commit(storage: Storage, name: str | None) -> None:
    """Remove a file once the transaction has been committed; an empty name is ignored."""
    if name:
        transaction.on_commit(partial(_delete_file, storage, name))


def _delete_file(storage: Storage, name: str) -> None:
    try:
        storage.delete(name)
    except Exception:
        # There is no row for it (any more), so `clean_media` will find it.
        logger.exception("Could not remove the file %s", name)
