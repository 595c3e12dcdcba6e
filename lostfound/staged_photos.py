"""Photographs that were fine while another field was not, kept until the form is sent again.

Only prepared pixels are kept, under the person's own folder and a random name, and for two hours.
"""

import base64
import contextlib
import logging
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import User
from lostfound.photos import PhotoRefused, PreparedPhoto, prepare_photo

logger = logging.getLogger(__name__)

FOLDER: Final = "staged"
KEPT_FOR: Final = timedelta(hours=2)
MAX_AT_ONCE: Final = 10  # twice what a post takes, so that a person can choose among them
MAX_OF_ONE_PERSON: Final = 20  # older ones give way
THUMBNAIL_SUFFIX: Final = ".thumb.jpg"
TOKEN: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class StagedPhoto:
    """A prepared photograph that belongs to no post yet."""

    user_id: int
    token: str

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
        """The small copy inside the page itself: it has no address of its own."""
        with default_storage.open(self.thumbnail_path, "rb") as file:
            return "data:image/jpeg;base64," + base64.b64encode(file.read()).decode()

    def as_upload(self) -> "ContentFile[bytes]":
        """The photograph as if it had just been uploaded."""
        with default_storage.open(self.full_path, "rb") as file:
            return ContentFile(file.read(), name="photograph.jpg")


def stage_photos(
    user: User, uploads: Sequence[Any], first_number: int = 1
) -> tuple[list[StagedPhoto], list[ValidationError]]:
    """Keep the uploads that can be used, and say of each other one why it cannot.

    Args:
        first_number: how the first upload is called in messages.
    """
    discard_expired()
    _make_room(user, MAX_OF_ONE_PERSON - len(uploads[:MAX_AT_ONCE]))
    staged, errors = [], []
    for number, upload in enumerate(uploads[:MAX_AT_ONCE], start=first_number):
        try:
            staged.append(_stage(user, prepare_photo(upload)))
        except PhotoRefused as refused:
            errors.append(_numbered(number, " ".join(refused.messages), refused.code))
        except OSError:
            logger.exception("A photograph could not be staged")
            errors.append(_numbered(number, _("Please choose it once more."), "not_kept"))
    return staged, errors


def _stage(user: User, prepared: PreparedPhoto) -> StagedPhoto:
    photo = StagedPhoto(user.pk, uuid.uuid4().hex)
    default_storage.save(photo.thumbnail_path, ContentFile(prepared.thumbnail))
    default_storage.save(photo.full_path, ContentFile(prepared.full))
    return photo


def _make_room(user: User, keep: int) -> None:
    """Remove the oldest of a person's staged photographs, so that `keep` remain."""
    aged = []
    for path in _stored_paths(str(user.pk)):
        with contextlib.suppress(FileNotFoundError):
            if not path.endswith(THUMBNAIL_SUFFIX):
                aged.append((default_storage.get_modified_time(path), path))
    newest_first = sorted(aged, reverse=True)
    discard_staged(
        StagedPhoto(user.pk, PurePosixPath(path).stem) for _time, path in newest_first[keep:]
    )


def _numbered(number: int, why: str, code: str | None) -> ValidationError:
    message = _("Photograph %(number)d: %(why)s") % {"number": number, "why": why}
    return ValidationError(message, code=code)


def staged_photos(user: User, tokens: Iterable[str]) -> list[StagedPhoto]:
    """Those of the named photographs that are this person's and still there, in that order."""
    photos = [
        StagedPhoto(user.pk, token) for token in dict.fromkeys(tokens) if TOKEN.fullmatch(token)
    ]
    return [photo for photo in photos if default_storage.exists(photo.full_path)][:MAX_AT_ONCE]


def discard_staged(photos: Iterable[StagedPhoto]) -> None:
    """Remove photographs that now belong to a post, or that nobody wants."""
    for photo in photos:
        default_storage.delete(photo.full_path)
        default_storage.delete(photo.thumbnail_path)


def discard_expired() -> int:
    """Remove what was staged too long ago; returns how many files."""
    removed = 0
    oldest = timezone.now() - KEPT_FOR
    for path in _stored_paths():
        # Another request may have removed it in the meantime.
        with contextlib.suppress(FileNotFoundError):
            if default_storage.get_modified_time(path) < oldest:
                default_storage.delete(path)
                removed += 1
    return removed


def _stored_paths(person: str | None = None) -> list[str]:
    try:
        people = default_storage.listdir(FOLDER)[0] if person is None else [person]
        return [
            f"{FOLDER}/{name}/{file}"
            for name in people
            for file in default_storage.listdir(f"{FOLDER}/{name}")[1]
        ]
    except FileNotFoundError:
        return []
