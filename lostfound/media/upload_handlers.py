"""Upload handlers: a full disk costs a photograph, but never the form's other fields."""

import io
import logging
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

logger = logging.getLogger(__name__)


class LostUpload(UploadedFile):  # type: ignore[type-arg]
    """An upload that could not be stored; reading it raises the reason."""

    def __init__(self, error: OSError, name: str | None, size: int) -> None:
        super().__init__(io.BytesIO(), name, size=size)
        self.error = error

    def seek(self, *args: Any) -> int:
        """Nothing was stored.

        Raises:
            OSError: why it could not be stored.
        """
        raise self.error

    read = seek


class DiskUploadHandler(TemporaryFileUploadHandler):
    """Writes large uploads to disk; one that does not fit becomes a `LostUpload` in the form."""

    error: OSError | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """See Django: starts a new file."""
        self.error = None
        vars(self).pop("file", None)  # the file before belongs to the form now
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a chunk; after a failed write, the rest is read and dropped."""
        if self.error is None:
            try:
                super().receive_data_chunk(raw_data, start)
                self.file.flush()  # otherwise the buffer would fail later, where nobody catches it
            except OSError as error:
                self._give_up(error)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        """The upload, or a `LostUpload` in its place."""
        if self.error is not None:
            return LostUpload(self.error, self.file_name, file_size)
        return super().file_complete(file_size)

    def _give_up(self, error: OSError) -> None:
        logger.error("An upload could not be written to disk: %s", error)
        self.error = error
        if hasattr(self, "file"):
            try:
                self.file.close()  # removes it
            except OSError:
                logger.exception("A partial upload could not be removed")
            del self.file
