"""Checking, deduplicating and ordering a post's photographs while it is saved."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lostfound.media.processing import MAX_PHOTOS, PhotoRefused, PreparedPhoto, prepare_photo
from lostfound.models import Category, Photo, Post
from lostfound.services.photo_files import WrittenFiles, save_photo


def prepare_photos(uploads: Sequence[Any]) -> list[PreparedPhoto]:
    """Check and encode every upload before anything is saved.

    This is slow and needs no lock, so a caller that opens a transaction around a service calls
    it first. Photographs that are already prepared are returned unchanged.

    Raises:
        ValidationError: keyed "photos", saying which photograph was refused and why.
    """
    refuse_too_many(len(uploads))
    prepared, errors = [], []
    for number, upload in enumerate(uploads, start=1):
        try:
            is_ready = isinstance(upload, PreparedPhoto)
            prepared.append(upload if is_ready else prepare_photo(upload))
        except PhotoRefused as refused:
            errors.append(
                ValidationError(
                    _("Photograph %(number)d: %(why)s")
                    % {"number": number, "why": " ".join(refused.messages)},
                    code=refused.code,
                )
            )
    if errors:
        raise ValidationError({"photos": errors})
    return prepared


def refuse_too_many(number: int) -> None:
    """Refuse more than MAX_PHOTOS photographs.

    Raises:
        ValidationError: keyed "photos", code "too_many".
    """
    if number > MAX_PHOTOS:
        raise ValidationError({"photos": too_many()})


def too_many() -> ValidationError:
    """The error for too many photographs, the same wherever it is raised."""
    message = _("You can add up to %(limit)d photographs. Please remove some.") % {
        "limit": MAX_PHOTOS
    }
    return ValidationError(message, code="too_many")


def refuse_photographed(post: Post, photos: Sequence[object]) -> None:
    """Refuse photographs of what must not be photographed, such as an identity card.

    Raises:
        ValidationError: keyed "photos", code "must_not_be_photographed".
    """
    if photos and post.photo_policy == Category.PhotoPolicy.NONE:
        message = _(
            "Please do not photograph this: it shows somebody's number. Remove the photograph; the "
            "words of the post are enough, and the office looks at the thing itself."
        )
        code = "must_not_be_photographed"
        raise ValidationError({"photos": ValidationError(message, code=code)})


def unlike(there: Iterable[Photo], prepared: Sequence[PreparedPhoto]) -> list[PreparedPhoto]:
    """The photographs that are not there yet, without duplicates: a device may send one twice."""
    hashes = {digest for photo in there for digest in photo.hashes}
    fresh = []
    for photo in prepared:
        if photo.content_hash not in hashes:
            hashes.add(photo.content_hash)
            fresh.append(photo)
    return fresh


def with_order(staying: Sequence[Photo], order: Sequence[Photo] | None) -> list[Photo]:
    """The remaining photographs in this order; unknown ones in `order` are ignored."""
    place = {photo.pk: number for number, photo in enumerate(order or ())}
    return sorted(staying, key=lambda photo: place.get(photo.pk, len(place)))


def append_photos(
    post: Post, prepared: Sequence[PreparedPhoto], written: WrittenFiles, *, first_position: int
) -> None:
    """Store photographs, numbered from `first_position`."""
    for position, photo in enumerate(prepared, start=first_position):
        save_photo(post, photo, position, written)
