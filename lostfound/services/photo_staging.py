"""Valid photographs of a rejected form, kept until the form is sent again.

Only prepared pixels are kept, for two hours, under a random name in the person's own folder.
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
MAX_AT_ONCE: Final = 10  # twice the limit of a post, so that a person can choose among them
MAX_OF_ONE_PERSON: Final = 20  # beyond that, the oldest are removed
THUMBNAIL_SUFFIX: Final = ".thumb.jpg"
TOKEN: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class StagedPhoto:
    """A prepared photograph that belongs to no post yet.

    Attributes:
        upload_number: its position in the request, from 1; 0 if it was staged earlier.
    """

    user_id: int
    token: str
    upload_number: int = field(default=0, compare=False)

    @property
    def full_path(self) -> str:
        """Storage path of the full-size image."""
        return f"{FOLDER}/{self.user_id}/{self.token}.jpg"

    @property
    def thumbnail_path(self) -> str:
        """Storage path of the thumbnail."""
        return f"{FOLDER}/{self.user_id}/{self.token}{THUMBNAIL_SUFFIX}"

    @property
    def data_url(self) -> str:
        """The thumbnail as a data URL: a staged photograph has no address.

        Empty if the storage fails: the form is worth more than the preview.
        """
        try:
            with default_storage.open(self.thumbnail_path, "rb") as file:
                return "data:image/jpeg;base64," + base64.b64encode(file.read()).decode()
        except OSError:
            logger.exception("Could not show a staged photograph")
            return "data:,"

    def as_upload(self) -> "ContentFile[bytes]":
        """The photograph as if it had just been uploaded.

        Raises:
            ValidationError: keyed "photos"; the storage failed.
        """
        try:
            with default_storage.open(self.full_path, "rb") as file:
                return ContentFile(file.read(), name="photograph.jpg")
        except OSError as error:
            logger.exception("Could not read a staged photograph")
            raise ValidationError({"photos": storage_failed(error)}) from error


def stage_photos(
    user: User, uploads: Sequence[Any], first_number: int = 1
) -> tuple[list[StagedPhoto], list[ValidationError]]:
    """Stage the usable uploads, and return an error for each of the others.

    Args:
        first_number: the number of the first upload in messages.
    """
    try:
        discard_expired()
        _make_room(user, MAX_OF_ONE_PERSON - len(uploads[:MAX_AT_ONCE]))
    except OSError:
        logger.exception("Could not remove old staged photographs")
    staged, errors = [], []
    for number, upload in enumerate(uploads[:MAX_AT_ONCE], start=first_number):
        try:
            kept = _stage(user, prepare_photo(upload))
            staged.append(replace(kept, upload_number=number - first_number + 1))
        except PhotoRefused as refused:
            errors.append(_numbered(number, " ".join(refused.messages), refused.code))
        except OSError:
            logger.exception("Could not stage a photograph")
            errors.append(_numbered(number, _("Please choose it again."), "not_kept"))
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
    """Remove a person's oldest staged photographs until `keep` are left."""
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
    """The listed photographs that belong to this person and still exist, in that order."""
    photos = [
        StagedPhoto(user.pk, token) for token in dict.fromkeys(tokens) if TOKEN.fullmatch(token)
    ]
    return [photo for photo in photos if _is_there(photo)][:MAX_AT_ONCE]


def _is_there(photo: StagedPhoto) -> bool:
    try:
        return default_storage.exists(photo.full_path)
    except OSError:
        logger.exception("Could not check for a staged photograph")
        return True  # a storage error must not cost anybody a photograph


def discard_staged(photos: Iterable[StagedPhoto]) -> None:
    """Remove staged photographs that were saved with a post or are no longer wanted.

    Any that cannot be removed now will expire.
    """
    for photo in photos:
        try:
            default_storage.delete(photo.full_path)
            default_storage.delete(photo.thumbnail_path)
        except OSError:
            logger.exception("Could not remove a staged photograph")


def discard_all_staged(user_id: int) -> None:
    """Remove every staged file of a person whose account is gone."""
    for file in list(files_below(default_storage, f"{FOLDER}/{user_id}")):
        try:
            default_storage.delete(file.name)
        except OSError:
            logger.exception("Could not remove a staged photograph")


def discard_expired() -> int:
    """Remove files staged longer than `KEPT_FOR` ago; returns how many."""
    removed = 0
    oldest = timezone.now() - KEPT_FOR
    for file in files_below(default_storage, FOLDER):
        if file.modified_at < oldest:
            # Another request may have removed it already.
            with contextlib.suppress(FileNotFoundError):
                default_storage.delete(file.name)
                removed += 1
    return removed
