"""Locking a post for a change, and refusing changes to another office's posts."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from lostfound.models import Item, Post, User


def lock_post(post: Post) -> Post:
    """Fetch the post's current row, locked until the transaction ends.

    Raises: Post.DoesNotExist
    """
    return Post.objects.select_for_update().get(pk=post.pk)


def refuse_another_office(kept: Post | Item, actor: User | None) -> None:
    """Only the office that keeps a thing may change it or its post.

    Raises:
        PermissionDenied: the thing is kept at another office than the actor's.
    """
    if actor is not None and kept.is_kept_elsewhere_for(actor):
        raise PermissionDenied(
            _("This thing is kept at another office (%(office)s). Only that office can change it.")
            % {"office": kept.office}
        )
