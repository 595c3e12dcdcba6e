"""Closing a post, and opening it again."""

from django.db import transaction
from django.utils.translation import gettext as _

from lostfound.models import Post, User
from lostfound.services.locking import BeforeSaving, Check, lock_post, refuse_another_office
from lostfound.services.status import TransitionRefused, change_status


@transaction.atomic
def close_post(
    post: Post,
    *,
    actor: User | None,
    check: Check | None = None,
    before_saving: BeforeSaving | None = None,
) -> Post:
    """Take a post out of matching; its author no longer looks for it.

    Args:
        check: see edit_post.
        before_saving: see edit_post.

    Raises:
        TransitionRefused: it is closed or returned already, or matched: then the match has to be
            undone.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    if check is not None:
        lock_post(post, check)
    refuse_another_office(post, actor)
    if post.status == Post.Status.MATCHED:
        raise TransitionRefused(
            _("A matched post cannot be closed. The office has to undo the match first.")
        )
    if before_saving is not None:
        before_saving()
    return change_status(post, Post.Status.CLOSED, actor=actor, action="closed")


@transaction.atomic
def reopen_post(
    post: Post,
    *,
    actor: User | None,
    check: Check | None = None,
    before_saving: BeforeSaving | None = None,
) -> Post:
    """Put a closed post back into matching.

    Args:
        check: see edit_post.
        before_saving: see edit_post.

    Raises:
        TransitionRefused: it is open already, or matched: then the match has to be undone.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    if check is not None:
        lock_post(post, check)
    refuse_another_office(post, actor)
    if post.status == Post.Status.MATCHED:
        raise TransitionRefused(_("This post is matched. Undo its match to open it again."))
    if before_saving is not None:
        before_saving()
    return change_status(post, Post.Status.OPEN, actor=actor, action="reopened")
