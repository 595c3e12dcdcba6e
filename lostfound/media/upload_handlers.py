"""Uploads on their way in: a disk that is full costs a photograph, never the words around it."""

import io
import logging
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

logger = logging.getLogger(__name__)


class LostUpload(UploadedFile):  # type: ignore[type-arg]
    """A file that found no room on the disk; reading it says so."""

    def __init__(self, error: OSError, name: str | None, size: int) -> None:
        super().__init__(io.BytesIO(), name, size=size)
        self.error = error

    def seek(self, *args: Any) -> int:
        """Nothing is there.

        Raises:
            OSError: why it could not be kept.
        """
        raise self.error

    read = seek


class DiskUploadHandler(TemporaryFileUploadHandler):
    """Large uploads go to the disk; one that does not fit is left out of an otherwise good form."""

    error: OSError | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Make room for one file."""
        self.error = None
        vars(self).pop("file", None)  # the one before is the form's by now
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write what has come; once a write has failed, the rest is read and dropped."""
        if self.error is None:
            try:
                super().receive_data_chunk(raw_data, start)
                self.file.flush()  # a buffer would fail later, out of reach
            except OSError as error:
                self._give_up(error)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        """The upload, or what stands for it."""
        if self.error is not None:
            return LostUpload(self.error, self.file_name, file_size)
        return super().file_complete(file_size)

    def _give_up(self, error: OSError) -> None:
        logger.error("An upload could not be kept on the disk: %s", error)
        self.error = error
        if hasattr(self, "file"):
            try:
                self.file.close()  # removes it
            except OSError:
                logger.exception("An upload that could not be kept could not be removed either")
            del self.file
