"""Writing and removing the files behind a Photo together with its row."""

from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction

from lostfound.models import Photo, Post
from lostfound.photos import PreparedPhoto


def save_photo(post: Post, prepared: PreparedPhoto, position: int) -> Photo:
    """Store a prepared photograph. Files of a row that could not be saved are removed again."""
    photo = Photo(
        post=post,
        position=position,
        width_px=prepared.width_px,
        height_px=prepared.height_px,
        content_hash=prepared.content_hash,
    )
    try:
        photo.thumbnail.save("thumbnail.jpg", ContentFile(prepared.thumbnail), save=False)
        photo.full.save("full.jpg", ContentFile(prepared.full), save=False)
        photo.save()
    except BaseException:
        _delete_files(photo)
        raise
    return photo


def delete_files_on_commit(photo: Photo) -> None:
    """Remove the files once the transaction that removes the row is through."""
    transaction.on_commit(partial(_delete_files, photo))


def _delete_files(photo: Photo) -> None:
    for field in (photo.full, photo.thumbnail):
        if field.name:
            field.storage.delete(field.name)
