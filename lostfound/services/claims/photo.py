"""The photograph of a claim: prepared like every other, seen by judges, erased with the answers."""

from typing import Any

from django.core.exceptions import ValidationError

from lostfound.media.processing import PhotoRefused, PreparedPhoto, prepare_photo
from lostfound.models import ClaimPhoto, OwnershipClaim
from lostfound.services.photo_files import WrittenFiles, delete_files_on_commit


def prepared_claim_photo(upload: Any) -> PreparedPhoto | None:
    """Check and encode an upload; this is slow, and is done before anything is locked.

    Raises:
        ValidationError: keyed "photo".
    """
    if upload is None or isinstance(upload, PreparedPhoto):
        return upload
    try:
        return prepare_photo(upload)
    except PhotoRefused as refused:
        raise ValidationError({"photo": refused}) from refused


def save_claim_photo(
    claim: OwnershipClaim, prepared: PreparedPhoto, written: WrittenFiles
) -> ClaimPhoto:
    """Store the photograph of a new claim: thumbnail, full size, then the row.

    Raises:
        ValidationError: keyed "photo"; the storage failed.
    """
    photo = ClaimPhoto(
        claim=claim,
        width_px=prepared.width_px,
        height_px=prepared.height_px,
        content_hash=prepared.content_hash,
    )
    try:
        written.write(photo.thumbnail, prepared.thumbnail)
        written.write(photo.full, prepared.full)
    except ValidationError as error:
        raise ValidationError({"photo": error.error_dict["photos"]}) from error
    photo.save()
    return photo


def erase_claim_photos(claims: Any) -> None:
    """Delete the photographs of these claims with their files."""
    photos = ClaimPhoto.objects.filter(claim__in=claims)
    for photo in photos:
        delete_files_on_commit(photo)
    photos.delete()
