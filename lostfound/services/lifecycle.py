"""Closing and reopening posts."""

from django.db import transaction
from django.utils.translation import gettext as _

from lostfound.models import Post, User
from lostfound.services.items.authors import refuse_author
from lostfound.services.locking import lock_post, refuse_another_office
from lostfound.services.status import AlreadySo, TransitionRefused, change_status


def close_post(post: Post, *, actor: User | None) -> Post:
    """Take a post out of matching because its author is no longer looking.

    Raises:
        AlreadySo: it is already closed.
        TransitionRefused: it is returned, or it is matched and the match must be undone first, or
            the office keeps the thing and the actor only wrote its post.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    with transaction.atomic():
        locked = lock_post(post)
        refuse_another_office(locked, actor)
        refuse_author(locked, actor)
        if locked.status == Post.Status.CLOSED:
            raise AlreadySo(_("This post is already closed."))
        if locked.status == Post.Status.MATCHED:
            raise TransitionRefused(
                _("A matched post cannot be closed. The office must undo the match first.")
            )
        return change_status(locked, Post.Status.CLOSED, actor=actor, action="closed")


def reopen_post(post: Post, *, actor: User | None) -> Post:
    """Put a closed post back into matching.

    Raises:
        AlreadySo: it is already open.
        TransitionRefused: it is matched, so the match must be undone first.
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    with transaction.atomic():
        locked = lock_post(post)
        refuse_another_office(locked, actor)
        refuse_author(locked, actor)
        if locked.is_open:
            raise AlreadySo(_("This post is already open."))
        if locked.status == Post.Status.MATCHED:
            raise TransitionRefused(_("This post is matched. Undo the match to reopen it."))
        return change_status(locked, Post.Status.OPEN, actor=actor, action="reopened")
