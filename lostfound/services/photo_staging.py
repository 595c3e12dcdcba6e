"""Photographs that were fine while another field was not, kept until the form is sent again.

Only prepared pixels are kept, under the person's own folder and a random name, and for two hours.
"""

import base64
import contextlib
import logging
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.media.processing import PhotoRefused, PreparedPhoto, prepare_photo
from lostfound.media.storage import files_below, storage_failed
from lostfound.models import User

logger = logging.getLogger(__name__)

FOLDER: Final = "staged"
KEPT_FOR: Final = timedelta(hours=2)
MAX_AT_ONCE: Final = 10  # twice what a post takes, so that a person can choose among them
MAX_OF_ONE_PERSON: Final = 20  # older ones give way
THUMBNAIL_SUFFIX: Final = ".thumb.jpg"
TOKEN: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class StagedPhoto:
    """A prepared photograph that belongs to no post yet.

    Attributes:
        upload_number: which upload of the request it was, from 1; 0 where it was there before.
    """

    user_id: int
    token: str
    upload_number: int = field(default=0, compare=False)

    @property
    def full_path(self) -> str:
        """Where its pixels lie."""
        return f"{FOLDER}/{self.user_id}/{self.token}.jpg"

    @property
    def thumbnail_path(self) -> str:
        """Where its small copy lies."""
        return f"{FOLDER}/{self.user_id}/{self.token}{THUMBNAIL_SUFFIX}"

    @property
    def data_url(self) -> str:
        """The small copy inside the page itself: it has no address of its own.

        Empty where the storage does not answer: the words around it are worth more.
        """
        try:
            with default_storage.open(self.thumbnail_path, "rb") as file:
                return "data:image/jpeg;base64," + base64.b64encode(file.read()).decode()
        except OSError:
            logger.exception("A staged photograph could not be shown")
            return "data:,"

    def as_upload(self) -> "ContentFile[bytes]":
        """The photograph as if it had just been uploaded.

        Raises:
            ValidationError: keyed "photos"; the storage does not answer.
        """
        try:
            with default_storage.open(self.full_path, "rb") as file:
                return ContentFile(file.read(), name="photograph.jpg")
        except OSError as error:
            logger.exception("A staged photograph could not be read")
            raise ValidationError({"photos": storage_failed(error)}) from error


def stage_photos(
    user: User, uploads: Sequence[Any], first_number: int = 1
) -> tuple[list[StagedPhoto], list[ValidationError]]:
    """Keep the uploads that can be used, and say of each other one why it cannot.

    Args:
        first_number: how the first upload is called in messages.
    """
    try:
        discard_expired()
        _make_room(user, MAX_OF_ONE_PERSON - len(uploads[:MAX_AT_ONCE]))
    except OSError:
        logger.exception("Old staged photographs could not be removed")
    staged, errors = [], []
    for number, upload in enumerate(uploads[:MAX_AT_ONCE], start=first_number):
        try:
            kept = _stage(user, prepare_photo(upload))
            staged.append(replace(kept, upload_number=number - first_number + 1))
        except PhotoRefused as refused:
            errors.append(_numbered(number, " ".join(refused.messages), refused.code))
        except OSError:
            logger.exception("A photograph could not be staged")
            errors.append(_numbered(number, _("Please choose it once more."), "not_kept"))
    return staged, errors


def _stage(user: User, prepared: PreparedPhoto) -> StagedPhoto:
    photo = StagedPhoto(user.pk, uuid.uuid4().hex)
    try:
        default_storage.save(photo.thumbnail_path, ContentFile(prepared.thumbnail))
        default_storage.save(photo.full_path, ContentFile(prepared.full))
    except BaseException:
        discard_staged([photo])  # a full disk leaves half a file
        raise
    return photo


def _make_room(user: User, keep: int) -> None:
    """Remove the oldest of a person's staged photographs, so that `keep` remain."""
    pixels = [
        file
        for file in files_below(default_storage, f"{FOLDER}/{user.pk}")
        if not file.name.endswith(THUMBNAIL_SUFFIX)
    ]
    newest_first = sorted(pixels, key=lambda file: file.modified_at, reverse=True)
    discard_staged(
        StagedPhoto(user.pk, PurePosixPath(file.name).stem) for file in newest_first[keep:]
    )


def _numbered(number: int, why: str, code: str | None) -> ValidationError:
    message = _("Photograph %(number)d: %(why)s") % {"number": number, "why": why}
    return ValidationError(message, code=code)


def staged_photos(user: User, tokens: Iterable[str]) -> list[StagedPhoto]:
    """Those of the named photographs that are this person's and still there, in that order."""
    photos = [
        StagedPhoto(user.pk, token) for token in dict.fromkeys(tokens) if TOKEN.fullmatch(token)
    ]
    return [photo for photo in photos if _is_there(photo)][:MAX_AT_ONCE]


def _is_there(photo: StagedPhoto) -> bool:
    try:
        return default_storage.exists(photo.full_path)
    except OSError:
        logger.exception("A staged photograph could not be looked for")
        return True  # nobody is to lose it for that


def discard_staged(photos: Iterable[StagedPhoto]) -> None:
    """Remove photographs that now belong to a post, or that nobody wants.

    One that cannot be removed now goes with the expired ones.
    """
    for photo in photos:
        try:
            default_storage.delete(photo.full_path)
            default_storage.delete(photo.thumbnail_path)
        except OSError:
            logger.exception("A staged photograph could not be removed")


def discard_expired() -> int:
    """Remove what was staged too long ago; returns how many files."""
    removed = 0
    oldest = timezone.now() - KEPT_FOR
    for file in files_below(default_storage, FOLDER):
        if file.modified_at < oldest:
            # Another request may have removed it in the meantime.
            with contextlib.suppress(FileNotFoundError):
                default_storage.delete(file.name)
                removed += 1
    return removed
