"""Submitting, editing, closing and deleting posts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from lostfound.models import Photo, Post, PostEvent, User
from lostfound.photos import MAX_PHOTOS, PhotoRefused, PreparedPhoto, prepare_photo
from lostfound.services.photo_files import delete_files_on_commit, save_photo
from lostfound.services.privacy import mask_personal_numbers
from lostfound.services.status import change_status

# What a person may say about a post. Anything else that a client sends changes nothing.
EDITABLE_FIELDS: Final = (
    "title",
    "description",
    "category",
    "colour",
    "building",
    "place_note",
    "happened_on",
    "office",
    "kept_note",
)
TEXT_FIELDS: Final = ("title", "description", "place_note", "kept_note")


def submit_post(
    *, author: User, kind: str, fields: Mapping[str, Any], photos: Sequence[Any] = ()
) -> Post:
    """Save a new post with its photographs, all or nothing.

    Args:
        fields: any of EDITABLE_FIELDS, already validated.
        photos: uploaded files in the order in which they are shown, 0 to 5.

    Raises:
        ValidationError: a photograph was refused (error_dict key "photos").
    """
    prepared = prepare_all(photos, already=0)
    with transaction.atomic():
        post = Post(author=author, kind=kind)
        _assign(post, fields)
        post.save()
        PostEvent.objects.create(post=post, actor=author, action="submitted", to_status=post.status)
        _append_photos(post, prepared, first_position=0)
    return post


def edit_post(
    post: Post,
    *,
    actor: User,
    fields: Mapping[str, Any],
    add_photos: Sequence[Any] = (),
    remove_photos: Iterable[Photo] = (),
) -> Post:
    """Change a post's words, facts and photographs, all or nothing.

    Raises:
        ValidationError: a photograph was refused, or the post is not open.
    """
    removed_ids = {photo.pk for photo in remove_photos}
    staying = post.photos.exclude(pk__in=removed_ids).count()
    prepared = prepare_all(add_photos, already=staying)
    with transaction.atomic():
        locked = Post.objects.select_for_update().get(pk=post.pk)
        if not locked.is_open:
            raise ValidationError(_("Only an open post can be edited."), code="not_open")
        changed = _assign(locked, fields)
        locked.save()
        for photo in locked.photos.filter(pk__in=removed_ids):
            delete_files_on_commit(photo)
            photo.delete()
        last = locked.photos.order_by("-position").values_list("position", flat=True).first()
        _append_photos(locked, prepared, first_position=0 if last is None else last + 1)
        PostEvent.objects.create(
            post=locked,
            actor=actor,
            action="edited",
            detail={
                "fields": changed,
                "photos_added": len(prepared),
                "photos_removed": len(removed_ids),
            },
        )
    return locked


def close_post(post: Post, *, actor: User | None) -> Post:
    """Take a post out of matching; its author no longer looks for it.

    Raises:
        TransitionRefused: it is closed or returned already.
    """
    return change_status(post, Post.Status.CLOSED, actor=actor, action="closed")


def reopen_post(post: Post, *, actor: User | None) -> Post:
    """Put a closed post back into matching.

    Raises:
        TransitionRefused: it is open already.
    """
    return change_status(post, Post.Status.OPEN, actor=actor, action="reopened")


@transaction.atomic
def delete_post(post: Post, *, actor: User | None) -> None:
    """Remove a post with its photographs, vectors, matches and history."""
    for photo in post.photos.all():
        delete_files_on_commit(photo)
    post.delete()


def prepare_all(uploads: Sequence[Any], *, already: int) -> list[PreparedPhoto]:
    """Check and encode every upload before anything is saved.

    Raises:
        ValidationError: keyed "photos", naming which of several was refused and why.
    """
    if already + len(uploads) > MAX_PHOTOS:
        message = _("At most %(limit)d photographs. Please remove some.") % {"limit": MAX_PHOTOS}
        raise ValidationError({"photos": ValidationError(message, code="too_many")})
    prepared, errors = [], []
    for number, upload in enumerate(uploads, start=1):
        try:
            prepared.append(prepare_photo(upload))
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


def _assign(post: Post, fields: Mapping[str, Any]) -> list[str]:
    changed = []
    for name in EDITABLE_FIELDS:
        if name not in fields:
            continue
        value = fields[name]
        if name in TEXT_FIELDS:
            value = mask_personal_numbers(str(value or "").strip())
        if getattr(post, name) != value:
            setattr(post, name, value)
            changed.append(name)
    return changed


def _append_photos(post: Post, prepared: Sequence[PreparedPhoto], *, first_position: int) -> None:
    for position, photo in enumerate(prepared, start=first_position):
        save_photo(post, photo, position)
