"""Masking photographs in the background, before anything of them is public or compared.

It fails closed: what was not masked is not shown, until staff have looked at it.
"""

import io
import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from lostfound.hooks import report_post_change
from lostfound.infra.queue import TaskTimedOut, enqueue
from lostfound.media.masking import MaskingUnavailable, is_available, masked
from lostfound.media.processing import PreparedPhoto, encoded_photo
from lostfound.media.storage import StorageAway
from lostfound.models import Category, Photo, Post, PostEvent, User
from lostfound.services.locking import lock_post, refuse_another_office
from lostfound.services.photo_files import delete_file_on_commit, transaction_with_files
from lostfound.services.status import TransitionRefused

logger = logging.getLogger(__name__)

MASK_TASK: Final = "lostfound.tasks.mask_photos"
MAX_TRIES: Final = 3
RETRY_AFTER: Final = timedelta(minutes=2)  # a task that masks takes seconds
POSTS_AT_ONCE: Final = 20  # posts that a sweep asks for


def request_masking(post: Post) -> None:
    """Have the photographs of a saved post masked after the commit, if they need it."""
    if not is_available() or all(photo.is_safe for photo in post.photos.all()):
        return

    def queue_masking() -> None:
        if unmasked_photos().filter(post=post.pk).exists():  # not ticked within the transaction
            enqueue(MASK_TASK, post.pk)

    # Robust: a queue that is down must not cost anybody a saved post; the sweep asks again.
    transaction.on_commit(queue_masking, robust=True)


def unmasked_photos() -> QuerySet[Photo]:
    """Photographs that are not shown because they still have to be masked, or checked by staff."""
    normal = Q(post__category__photo_policy=Category.PhotoPolicy.NORMAL)
    if settings.PHOTOS_WITHOUT_CATEGORY == Category.PhotoPolicy.NORMAL:
        normal |= Q(post__category=None)
    return Photo.objects.exclude(mask__in=Photo.CHECKED).exclude(normal)


def request_due_masking() -> int:
    """Have waiting photographs masked that no task has reached; returns the number of posts."""
    if not is_available():
        return 0
    before = timezone.now() - RETRY_AFTER
    due = unmasked_photos().filter(mask_tries__lt=MAX_TRIES, created_at__lt=before)
    posts = list(
        due.order_by("post_id").values_list("post_id", flat=True).distinct()[:POSTS_AT_ONCE]
    )
    for post_id in posts:
        enqueue(MASK_TASK, post_id)
    return len(posts)


def mask_photos(post_id: int) -> int:
    """Mask those photographs of a post that need it; returns how many were masked.

    Safe to call twice: each photograph is replaced by one guarded UPDATE.
    """
    photos = unmasked_photos().filter(post=post_id, mask_tries__lt=MAX_TRIES)
    done = sum(_mask(photo) for photo in photos.select_related("post__category"))
    if done:
        with transaction.atomic():
            post = Post.objects.select_for_update().filter(pk=post_id).first()
            if post is not None:
                report_post_change(post)  # it has something new to compare
    return done


def _mask(photo: Photo) -> bool:
    waiting = Photo.objects.filter(pk=photo.pk, content_hash=photo.content_hash)
    waiting = waiting.exclude(mask__in=Photo.CHECKED)
    # Counted beforehand, so that a photograph on which the process dies is not tried for ever.
    # Of two tasks, one goes on.
    mine = waiting.filter(mask_tries=photo.mask_tries)
    if not mine.update(mask_tries=photo.mask_tries + 1):
        return False
    try:
        with photo.full.open("rb") as file, Image.open(io.BytesIO(file.read())) as image:
            return _replace(photo, encoded_photo(masked(image.convert("RGB"))))
    except (MaskingUnavailable, StorageAway) as away:
        logger.warning("Photo %s is not masked yet: %s", photo.public_id, away)
        waiting.update(mask_tries=photo.mask_tries)  # this was no try
    except TaskTimedOut:
        waiting.update(mask=Photo.Mask.FAILED)
        raise
    except Exception:
        logger.exception("Photo %s could not be masked", photo.public_id)
        waiting.update(mask=Photo.Mask.FAILED)
    return False


def _replace(photo: Photo, prepared: PreparedPhoto) -> bool:
    """Put the masked pixels in the place of the uploaded ones; False if somebody was faster."""
    old_full, old_thumbnail, storage = photo.full.name, photo.thumbnail.name, photo.full.storage
    keeps = settings.KEEP_UNMASKED_PHOTOS and not (
        photo.post.category is not None and photo.post.category.is_sensitive
    )
    new = Photo(post=photo.post)
    with transaction_with_files() as written:
        written.write(new.thumbnail, prepared.thumbnail)
        written.write(new.full, prepared.full)
        Post.objects.select_for_update().filter(pk=photo.post_id).values_list("pk").first()
        same = Photo.objects.filter(pk=photo.pk, content_hash=photo.content_hash)
        changed = same.exclude(mask__in=Photo.CHECKED).update(
            mask=Photo.Mask.MASKED,
            full=new.full.name,
            thumbnail=new.thumbnail.name,
            original=old_full if keeps else "",
            content_hash=prepared.content_hash,
            upload_hash=photo.content_hash,
        )
        if not changed:
            written.remove()
            return False
        delete_file_on_commit(storage, old_thumbnail)
        if not keeps:
            delete_file_on_commit(storage, old_full)
    return True


@transaction.atomic
def allow_photo(photo: Photo, *, actor: User) -> None:
    """Let a photograph be shown as it is, because a person has looked at it.

    Raises:
        TransitionRefused: it has been masked or allowed already.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    _tick(photo, actor, from_masks=(Photo.Mask.RAW, Photo.Mask.FAILED), to=Photo.Mask.ALLOWED)


@transaction.atomic
def forbid_photo(photo: Photo, *, actor: User) -> None:
    """Take the permission back; it is masked, or stays hidden.

    Raises: as `allow_photo`
    """
    _tick(photo, actor, from_masks=(Photo.Mask.ALLOWED,), to=Photo.Mask.RAW)


def _tick(photo: Photo, actor: User, *, from_masks: tuple[str, ...], to: str) -> None:
    post = lock_post(photo.post)
    refuse_another_office(post, actor)
    rows = Photo.objects.filter(pk=photo.pk, post=post, mask__in=from_masks)
    if not rows.update(mask=to, mask_tries=0):
        raise TransitionRefused(_("This photograph has changed meanwhile. Please look again."))
    action = "photo_allowed" if to == Photo.Mask.ALLOWED else "photo_forbidden"
    detail = {"photo": str(photo.public_id)}
    PostEvent.objects.create(post=post, actor=actor, action=action, detail=detail)
    if to != Photo.Mask.ALLOWED:
        request_masking(post)
    report_post_change(post)
