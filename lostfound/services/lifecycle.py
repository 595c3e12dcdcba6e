"""Closing a post, and opening it again."""

from django.db import transaction
from django.utils.translation import gettext as _

from lostfound.models import Post, User
from lostfound.services.locking import lock_post, refuse_another_office
from lostfound.services.status import AlreadySo, TransitionRefused, change_status


def close_post(post: Post, *, actor: User | None) -> Post:
    """Take a post out of matching; its author no longer looks for it.

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
        if locked.status == Post.Status.MATCHED:
            raise TransitionRefused(
                _("A matched post cannot be closed. The office has to undo the match first.")
            )
        return change_status(locked, Post.Status.CLOSED, actor=actor, action="closed")


def reopen_post(post: Post, *, actor: User | None) -> Post:
    """Put a closed post back into matching.

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
        if locked.status == Post.Status.MATCHED:
            raise TransitionRefused(_("This post is matched. Undo its match to open it again."))
        return change_status(locked, Post.Status.OPEN, actor=actor, action="reopened")
