"""The one guarded way to change a post's status, with its audit record."""

from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.hooks import report_post_change
from lostfound.models import Post, PostEvent, User

OPEN, MATCHED = Post.Status.OPEN, Post.Status.MATCHED
RETURNED, CLOSED = Post.Status.RETURNED, Post.Status.CLOSED

ALLOWED: Final[dict[str, frozenset[str]]] = {
    OPEN: frozenset({MATCHED, RETURNED, CLOSED}),
    # Not closed: the other side of the pair would wait for a thing that nobody looks for.
    MATCHED: frozenset({OPEN, RETURNED}),
    RETURNED: frozenset({OPEN}),
    CLOSED: frozenset({OPEN}),
}


class TransitionRefused(Exception):
    """The post is not in a status from which this change is allowed."""


class AlreadySo(TransitionRefused):
    """The post is in the status asked for: somebody was first, or asks again for a lost answer."""


@transaction.atomic
def change_status(
    post: Post, to: str, *, actor: User | None, action: str, detail: dict[str, Any] | None = None
) -> Post:
    """Move a post from the status in which the caller saw it to another, and write who did it.

    The change is one conditional UPDATE from `post.status`, so of two people who change a post
    at once, one is refused, whatever the order.

    Raises:
        TransitionRefused: the post is gone, has changed since it was fetched, or its status
            does not allow the change.
    """
    before = post.status
    changed = to in ALLOWED[before] and Post.objects.filter(pk=post.pk, status=before).update(
        status=to, updated_at=timezone.now()
    )
    if not changed:
        raise TransitionRefused(
            _("This post has changed in the meantime. Look at it again to see its state.")
        )
    PostEvent.objects.create(
        post_id=post.pk,
        actor=actor,
        action=action,
        from_status=before,
        to_status=to,
        detail=detail or {},
    )
    post.refresh_from_db(fields=["status", "updated_at"])
    report_post_change(post)
    return post
