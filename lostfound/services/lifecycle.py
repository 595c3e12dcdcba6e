"""Closing a post, and opening it again."""

from django.db import transaction
from django.utils.translation import gettext as _

from lostfound.models import Post, User
from lostfound.services.locking import BeforeSaving, Check, lock_post, refuse_another_office
from lostfound.services.status import AlreadySo, TransitionRefused, change_status


def close_post(
    post: Post,
    *,
    actor: User | None,
    check: Check | None = None,
    before_saving: BeforeSaving | None = None,
) -> Post:
    """Take a post out of matching; its author no longer looks for it.

    Args:
        check: called with the locked post, unless it is closed already; it may refuse.
        before_saving: see edit_post.

    Raises:
        AlreadySo: it is closed already.
        TransitionRefused: it is returned, or matched: then the match has to be undone.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    with transaction.atomic():
        locked = lock_post(post)
        refuse_another_office(locked, actor)
        if locked.status == Post.Status.CLOSED:
            raise AlreadySo(_("This post is closed already."))
        if check is not None:
            check(locked)
        if locked.status == Post.Status.MATCHED:
            raise TransitionRefused(
                _("A matched post cannot be closed. The office has to undo the match first.")
            )
        if before_saving is not None:
            before_saving()
        return change_status(locked, Post.Status.CLOSED, actor=actor, action="closed")


def reopen_post(
    post: Post,
    *,
    actor: User | None,
    check: Check | None = None,
    before_saving: BeforeSaving | None = None,
) -> Post:
    """Put a closed post back into matching.

    Args:
        check: called with the locked post, unless it is open already; it may refuse.
        before_saving: see edit_post.

    Raises:
        AlreadySo: it is open already.
        TransitionRefused: it is matched: then the match has to be undone.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    with transaction.atomic():
        locked = lock_post(post)
        refuse_another_office(locked, actor)
        if locked.is_open:
            raise AlreadySo(_("This post is open already."))
        if check is not None:
            check(locked)
        if locked.status == Post.Status.MATCHED:
            raise TransitionRefused(_("This post is matched. Undo its match to open it again."))
        if before_saving is not None:
            before_saving()
        return change_status(locked, Post.Status.OPEN, actor=actor, action="reopened")
