"""Submitting, editing and deleting posts."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.hooks import report_post_change, report_post_leaving
from lostfound.media.processing import PreparedPhoto
from lostfound.models import DeletedPost, Photo, Post, PostEvent, User
from lostfound.models.hidden_words import lines_of
from lostfound.services.admin_log import unquote_in_admin_log
from lostfound.services.edit_conflicts import own_changes
from lostfound.services.idempotency import refuse_duplicate_submission, submission_hash
from lostfound.services.items.authors import is_only_author, refuse_author
from lostfound.services.items.changes import detach_post
from lostfound.services.items.facts import clean_hidden, write_lines
from lostfound.services.items.following import Intake, follow_edit, follow_new_post
from lostfound.services.items.transitions import KeptByOffice
from lostfound.services.locking import lock_post, refuse_another_office
from lostfound.services.masking import request_masking
from lostfound.services.photo_files import delete_files_on_commit, transaction_with_files
from lostfound.services.post_fields import FOUND_FIELDS, assign_fields, clean_shelf
from lostfound.services.post_history import described, steps
from lostfound.services.post_photos import (
    append_photos,
    prepare_photos,
    refuse_photographed,
    refuse_too_many,
    unlike,
    with_order,
)
from lostfound.services.status import TransitionRefused

logger = logging.getLogger(__name__)

DELETIONS_KEPT_FOR: Final = timedelta(days=180)  # a device that was offline for longer may miss one


class NotOpen(ValidationError):
    """The post is closed, returned or matched, so it can no longer be edited."""

    def __init__(self) -> None:
        super().__init__(_("Only an open post can be edited."), code="not_open")


def submit_post(
    *,
    author: User,
    kind: str,
    fields: Mapping[str, Any],
    photos: Sequence[Any] = (),
    actor: User | None = None,
    idempotency_key: str = "",
    intake: Intake | None = None,
) -> Post:
    """Save a new post with its photographs, all or nothing.

    A photograph that is sent twice is saved once.

    Args:
        fields: any of EDITABLE_FIELDS and OFFICE_FIELDS, already validated. Without `happened_on`,
            the day is today; None means that the day of a loss is not known.
        photos: uploaded or prepared, in display order, 0 to 5.
        actor: who enters the post, if not the author.
        idempotency_key: identifies this submission; the author's device may send it again.
        intake: the office that the post names has the thing in its hands.

    Raises:
        ValidationError: keyed by field; "photos" if one was refused or could not be stored.
        DuplicateSubmission: the author has already used this idempotency key.
    """
    post = Post(author=author, kind=kind, idempotency_key=idempotency_key)
    assign_fields(post, fields)
    shelf, hidden = clean_shelf(fields), clean_hidden(fields)
    refuse_photographed(post, photos)
    prepared = unlike((), prepare_photos(photos))
    if idempotency_key:
        post.submission_hash = submission_hash(kind, fields, prepared)
        refuse_duplicate_submission(author, idempotency_key, post.submission_hash)
    try:
        _save_new(post, prepared, actor or author, (shelf, hidden), intake)
    except IntegrityError:
        if idempotency_key:  # the same submission arrived concurrently
            refuse_duplicate_submission(author, idempotency_key, post.submission_hash)
        raise
    return post


def _save_new(
    post: Post,
    prepared: Sequence[PreparedPhoto],
    actor: User,
    office_fields: tuple[str, str],
    intake: Intake | None,
) -> None:
    """Save it; `office_fields` are the shelf and the hidden facts."""
    shelf, hidden = office_fields
    with transaction_with_files() as written:
        post.save()
        PostEvent.objects.create(post=post, actor=actor, action="submitted", to_status=post.status)
        follow_new_post(post, actor=actor, shelf=shelf, intake=intake)
        facts = intake.facts if intake is not None else ()
        if post.kind == Post.Kind.FOUND and (hidden or facts):
            write_lines(post, hidden, facts)
        append_photos(post, prepared, written, first_position=0)
        request_masking(post)
        report_post_change(post)


def edit_post(
    post: Post,
    *,
    actor: User,
    fields: Mapping[str, Any],
    add_photos: Sequence[Any] = (),
    remove_photos: Iterable[Photo] = (),
    photo_order: Sequence[Photo] | None = None,
    seen: str = "",
) -> bool:
    """Change a post's fields and photographs, all or nothing.

    A photograph that the post already has is not added again: a device may send it twice.

    Args:
        photo_order: the remaining photographs in their new display order; any that are not
            listed follow in their old order, and new ones come last.
        seen: the edit version of the page; only fields that differ from it are changed.

    Returns: whether anything changed; if not, nothing is written.

    Raises:
        ValidationError: keyed by field; "photos" if one was refused or could not be stored.
        EditConflict: somebody else has changed the same field since the page was rendered.
        NotOpen: the post is not open, and the edit concerns more than where it is kept.
        KeptByOffice: the office holds the thing, and its finder changes more than words.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    refuse_another_office(post, actor)
    removed_ids = {photo.pk for photo in remove_photos}
    decoded = prepare_photos(add_photos)
    with transaction_with_files() as written:
        locked = lock_post(post)
        refuse_another_office(locked, actor)  # it may have moved since
        own = own_changes(locked, fields, seen, reader=actor)
        before = described(locked)
        changed = assign_fields(locked, own)
        is_found = locked.kind == Post.Kind.FOUND
        shelf = clean_shelf(own) if "shelf" in own and is_found else None
        if shelf is not None and shelf != locked.shelf:
            changed.append("shelf")
        else:
            shelf = None
        hidden = clean_hidden(own) if "hidden_facts" in own and is_found else None
        if hidden is not None and lines_of(hidden) != lines_of(locked.hidden_facts):
            changed.append("hidden_facts")
        staying = list(locked.photos.exclude(pk__in=removed_ids))
        removed = list(locked.photos.filter(pk__in=removed_ids))
        ordered = with_order(staying, photo_order)
        prepared = unlike(staying, decoded)
        touches_photos = bool(prepared or removed or ordered != staying)
        if not changed and not touches_photos:
            return False
        if not locked.is_open and (touches_photos or set(changed) - set(FOUND_FIELDS)):
            raise NotOpen
        is_more_than_words = touches_photos or bool(set(changed) & set(FOUND_FIELDS))
        if is_more_than_words and locked.is_in_custody and is_only_author(locked, actor):
            raise KeptByOffice
        refuse_too_many(len(staying) + len(prepared))
        if prepared or "category" in changed:
            refuse_photographed(locked, [*staying, *prepared])
        for photo in removed:
            delete_files_on_commit(photo)
            photo.delete()
        for position, photo in enumerate(ordered):
            if photo.position != position:
                photo.position = position
                photo.save(update_fields=["position"])
        append_photos(locked, prepared, written, first_position=len(ordered))
        locked.save()
        follow_edit(locked, actor=actor, shelf=shelf, is_elsewhere="office" in changed)
        if hidden is not None and "hidden_facts" in changed:
            write_lines(locked, hidden)
        PostEvent.objects.create(
            post=locked,
            actor=actor,
            action="edited",
            detail={
                "fields": changed,
                **steps(before, described(locked), changed),
                "photos_added": len(prepared),
                "photos_removed": len(removed),
                "photos_reordered": ordered != staying,
            },
        )
        request_masking(locked)
        report_post_change(locked)
    return True


def delete_post(post: Post, *, actor: User | None) -> bool:
    """Delete a post with its photographs, embeddings, matches and history.

    Returns: whether it still existed.

    Raises:
        TransitionRefused: it is matched; the other post would be left without a match. Or the
            office keeps the thing.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    with transaction.atomic():
        locked = Post.objects.select_for_update().filter(pk=post.pk).first()
        if locked is None:
            return False
        refuse_another_office(locked, actor)
        if locked.status == Post.Status.MATCHED:
            raise TransitionRefused(
                _("A matched post cannot be deleted. The office must undo the match first.")
            )
        refuse_author(locked, actor)
        _let_go(locked, actor)
        for photo in locked.photos.all():
            delete_files_on_commit(photo)
        DeletedPost.objects.create(
            public_id=locked.public_id,
            author_id=locked.author_id,
            idempotency_key=locked.idempotency_key,
        )
        report_post_leaving(locked)
        unquote_in_admin_log(Post, [locked.pk])
        locked.delete()
        # The history is deleted with the post, so the log records who did it.
        by = actor and actor.pk
        text = "Post %s was deleted by user %s"
        transaction.on_commit(partial(logger.info, text, post.public_id, by))
    return True


def _let_go(post: Post, actor: User | None) -> None:
    """Let the history of the post's thing outlive it; a thing that was only announced goes too.

    Raises: TransitionRefused
    """
    item = post.kept_item
    if item is None:
        return
    if item.is_in_custody:
        raise TransitionRefused(
            _("The office keeps this thing, so its post cannot be deleted: %(where)s.")
            % {"where": f"{item.shown_code} {post.shelf}".strip()}
        )
    if item.head_seq:
        detach_post(item, actor=actor)
    else:
        item.delete()
    post.refresh_from_db()  # forgets the thing that it had


def prune_deletions() -> int:
    """Delete old records of deleted posts; returns how many."""
    old = timezone.now() - DELETIONS_KEPT_FOR
    return DeletedPost.objects.filter(deleted_at__lt=old).delete()[0]
