"""Writing and removing the files behind a Photo together with its row.

Files know no transaction: what a failed one has written is removed here, and what a killed
process left behind is found by `manage.py clean_media`.
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
from lostfound.models import Photo, Post

logger = logging.getLogger(__name__)


class WrittenFiles:
    """The files that one unit of work has written, so that all of them can be taken back."""

    def __init__(self) -> None:
        self._names: list[tuple[Storage, str]] = []

    def write(self, field: FieldFile, content: bytes) -> None:
        """Store `content` under a fresh name and point the field at it.

        Raises:
            ValidationError: keyed "photos"; the storage failed, such as a full disk.
        """
        name = field.field.generate_filename(field.instance, "photo")
        # Noted before it is written: a full disk leaves half a file.
        self._names.append((field.storage, name))
        try:
            field.name = field.storage.save(name, ContentFile(content))
        except Exception as error:  # each storage has exceptions of its own
            logger.exception("A photograph could not be stored")
            raise ValidationError({"photos": storage_failed(error)}) from error
        self._names.append((field.storage, field.name))

    def take_over(self, inner: "WrittenFiles") -> None:
        """Answer for the files of a transaction within this one."""
        self._names += inner._names

    def keep(self) -> None:
        """Forget them: their rows are saved for good."""
        self._names.clear()

    def remove(self) -> None:
        """Take back what was written and not kept."""
        for storage, name in set(self._names):
            _delete_file(storage, name)


_current: ContextVar[WrittenFiles | None] = ContextVar("files_of_the_transaction", default=None)


@contextmanager
def transaction_with_files() -> Iterator[WrittenFiles]:
    """A transaction whose files go as its rows went, also when its commit fails.

    One within another is a part of it: a view that opens one around a service, and then refuses,
    leaves none of the service's files behind.
    """
    outer, written = _current.get(), WrittenFiles()
    token = _current.set(written)
    try:
        with transaction.atomic():
            if outer is None:
                # First of all callbacks: one that fails must not cost saved rows their files.
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
    """Store a prepared photograph, its small version first, and then its row."""
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


def delete_files_on_commit(photo: Photo) -> None:
    """Remove the files once the transaction that removes the row is through."""
    for field in (photo.full, photo.thumbnail):
        if field.name:
            transaction.on_commit(partial(_delete_file, field.storage, field.name))


def _delete_file(storage: Storage, name: str) -> None:
    try:
        storage.delete(name)
    except Exception:
        # The row is gone, or never was; `clean_media` finds the file.
        logger.exception("The file %s could not be removed", name)
