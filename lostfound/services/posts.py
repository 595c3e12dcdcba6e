"""Submitting, editing, closing and deleting posts."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import DeletedPost, Photo, Post, PostEvent, User
from lostfound.photos import MAX_PHOTOS, PhotoRefused, PreparedPhoto, prepare_photo
from lostfound.services.photo_files import (
    WrittenFiles,
    delete_files_on_commit,
    save_photo,
    transaction_with_files,
)
from lostfound.services.post_fields import FOUND_FIELDS, assign_fields
from lostfound.services.sending import refuse_sent_before, sending_hash
from lostfound.services.status import TransitionRefused, change_status

logger = logging.getLogger(__name__)

DELETIONS_KEPT_FOR: Final = timedelta(days=180)  # until then a device may have been away


def submit_post(
    *,
    author: User,
    kind: str,
    fields: Mapping[str, Any],
    photos: Sequence[Any] = (),
    actor: User | None = None,
    sent_as: str = "",
) -> Post:
    """Save a new post with its photographs, all or nothing.

    Args:
        fields: any of EDITABLE_FIELDS and OFFICE_FIELDS, already validated.
        photos: uploaded files in the order in which they are shown, 0 to 5.
        actor: who writes it down, where that is not the author.
        sent_as: how the author's device calls this sending; under one name it is saved once.

    Raises:
        ValidationError: keyed by field; "photos" where one was refused or could not be stored.
        SentBefore: the author has sent something under this name already.
    """
    post = Post(author=author, kind=kind, sent_as=sent_as)
    assign_fields(post, fields)
    # Decoding takes its time and needs no lock.
    prepared = prepare_all(photos, already=0)
    if sent_as:
        post.sent_hash = sending_hash(kind, fields, prepared)
        refuse_sent_before(author, sent_as, post.sent_hash)
    try:
        _save_new(post, prepared, actor or author)
    except IntegrityError:
        if sent_as:  # the same came in at the same time
            refuse_sent_before(author, sent_as, post.sent_hash)
        raise
    return post


def _save_new(post: Post, prepared: Sequence[PreparedPhoto], actor: User) -> None:
    with transaction_with_files() as written:
        post.save()
        PostEvent.objects.create(post=post, actor=actor, action="submitted", to_status=post.status)
        _append_photos(post, prepared, written, first_position=0)


def edit_post(
    post: Post,
    *,
    actor: User,
    fields: Mapping[str, Any],
    add_photos: Sequence[Any] = (),
    remove_photos: Iterable[Photo] = (),
    photo_order: Sequence[Photo] | None = None,
) -> Post:
    """Change a post's words, facts and photographs, all or nothing.

    Args:
        photo_order: photographs that stay, in the order in which they are shown from now on;
            those not named follow as they were, new ones come last.

    Returns: the post as saved; nothing is written where nothing changed.

    Raises:
        ValidationError: keyed by field; "photos" where one was refused or could not be stored;
            code "not_open" where the post is not open and more than its keeping changes.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    refuse_another_office(post, actor)
    removed_ids = {photo.pk for photo in remove_photos}
    prepared = prepare_all(add_photos, already=post.photos.exclude(pk__in=removed_ids).count())
    with transaction_with_files() as written:
        locked = Post.objects.select_for_update().get(pk=post.pk)
        refuse_another_office(locked, actor)  # it may have moved in the meantime
        changed = assign_fields(locked, fields)
        staying = list(locked.photos.exclude(pk__in=removed_ids))
        removed = list(locked.photos.filter(pk__in=removed_ids))
        ordered = _ordered(staying, photo_order)
        touches_photos = bool(prepared or removed or ordered != staying)
        if not changed and not touches_photos:
            return locked
        if not locked.is_open and (touches_photos or set(changed) - set(FOUND_FIELDS)):
            raise ValidationError(_("Only an open post can be edited."), code="not_open")
        # Once more under the lock: somebody may have added some in the meantime.
        _check_number(len(staying) + len(prepared))
        for photo in removed:
            delete_files_on_commit(photo)
            photo.delete()
        for position, photo in enumerate(ordered):
            if photo.position != position:
                photo.position = position
                photo.save(update_fields=["position"])
        _append_photos(locked, prepared, written, first_position=len(ordered))
        locked.save()
        PostEvent.objects.create(
            post=locked,
            actor=actor,
            action="edited",
            detail={
                "fields": changed,
                "photos_added": len(prepared),
                "photos_removed": len(removed),
                "photos_reordered": ordered != staying,
            },
        )
    return locked


def refuse_another_office(post: Post, actor: User | None) -> None:
    """What lies on an office's shelf is changed by those who stand before it.

    Raises:
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    if actor is not None and post.is_kept_elsewhere_for(actor):
        raise PermissionDenied(
            _("This thing is kept at another office (%(office)s), which alone can change it.")
            % {"office": post.office}
        )


def close_post(post: Post, *, actor: User | None) -> Post:
    """Take a post out of matching; its author no longer looks for it.

    Raises:
        TransitionRefused: it is closed or returned already, or matched: then the match has to be
            undone.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    refuse_another_office(post, actor)
    if post.status == Post.Status.MATCHED:
        raise TransitionRefused(
            _("A matched post cannot be closed. The office has to undo the match first.")
        )
    return change_status(post, Post.Status.CLOSED, actor=actor, action="closed")


def reopen_post(post: Post, *, actor: User | None) -> Post:
    """Put a closed post back into matching.

    Raises:
        TransitionRefused: it is open already, or matched: then the match has to be undone.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    refuse_another_office(post, actor)
    if post.status == Post.Status.MATCHED:
        raise TransitionRefused(_("This post is matched. Undo its match to open it again."))
    return change_status(post, Post.Status.OPEN, actor=actor, action="reopened")


def delete_post(post: Post, *, actor: User | None) -> None:
    """Remove a post with its photographs, vectors, matches and history.

    Raises:
        TransitionRefused: it is matched; its other side would wait for nobody.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    with transaction.atomic():
        locked = Post.objects.select_for_update().filter(pk=post.pk).first()
        if locked is None:
            return
        refuse_another_office(locked, actor)
        if locked.status == Post.Status.MATCHED:
            raise TransitionRefused(
                _("A matched post cannot be deleted. The office has to undo the match first.")
            )
        for photo in locked.photos.all():
            delete_files_on_commit(photo)
        DeletedPost.objects.create(
            public_id=locked.public_id, author_id=locked.author_id, sent_as=locked.sent_as
        )
        locked.delete()
    # The record went with the post; who removed it is left to the log.
    logger.info("Post %s was deleted by user %s", post.public_id, actor and actor.pk)


def prune_deletions() -> int:
    """Forget that posts were there, long after they went; returns how many."""
    old = timezone.now() - DELETIONS_KEPT_FOR
    return DeletedPost.objects.filter(deleted_at__lt=old).delete()[0]


def delete_user(user: User, *, actor: User | None) -> None:
    """Remove a person with their posts, and the files of those.

    Raises:
        TransitionRefused: one of their posts is matched.
    """
    with transaction.atomic():
        for post in user.posts.all():
            delete_post(post, actor=actor)
        user_pk = user.pk
        user.delete()
    logger.info("User %s was deleted by user %s", user_pk, actor and actor.pk)


def prepare_all(uploads: Sequence[Any], *, already: int) -> list[PreparedPhoto]:
    """Check and encode every upload before anything is saved.

    Raises:
        ValidationError: keyed "photos", naming which of several was refused and why.
    """
    _check_number(already + len(uploads))
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


def _check_number(number: int) -> None:
    if number > MAX_PHOTOS:
        message = _("At most %(limit)d photographs. Please remove some.") % {"limit": MAX_PHOTOS}
        raise ValidationError({"photos": ValidationError(message, code="too_many")})


def _ordered(staying: Sequence[Photo], order: Sequence[Photo] | None) -> list[Photo]:
    """The photographs that stay as `order` wants them; a stranger in it is ignored."""
    place = {photo.pk: number for number, photo in enumerate(order or ())}
    return sorted(staying, key=lambda photo: place.get(photo.pk, len(place)))


def _append_photos(
    post: Post, prepared: Sequence[PreparedPhoto], written: WrittenFiles, *, first_position: int
) -> None:
    for position, photo in enumerate(prepared, start=first_position):
        save_photo(post, photo, position, written)
