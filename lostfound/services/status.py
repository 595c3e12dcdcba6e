"""The one guarded way to change a post's status, with its audit record."""

from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Post, PostEvent, User

OPEN, MATCHED = Post.Status.OPEN, Post.Status.MATCHED
RETURNED, CLOSED = Post.Status.RETURNED, Post.Status.CLOSED

ALLOWED: Final[dict[str, frozenset[str]]] = {
    OPEN: frozenset({MATCHED, RETURNED, CLOSED}),
    MATCHED: frozenset({OPEN, RETURNED, CLOSED}),
    RETURNED: frozenset({OPEN}),
    CLOSED: frozenset({OPEN}),
}


class TransitionRefused(Exception):
    """The post is not in a status from which this change is allowed."""


@transaction.atomic
def change_status(
    post: Post, to: str, *, actor: User | None, action: str, detail: dict[str, Any] | None = None
) -> Post:
    """Move a post to another status and write who did it.

    The change is one conditional UPDATE, so of two people who change it at once, one is refused.

    Raises:
        TransitionRefused: the post is gone, or its status does not allow the change.
    """
    current = Post.objects.filter(pk=post.pk).values_list("status", flat=True).first()
    if current is None or to not in ALLOWED[current]:
        raise TransitionRefused(
            _("This post has changed in the meantime. Reload the page to see its state.")
        )
    changed = Post.objects.filter(pk=post.pk, status=current).update(
        status=to, updated_at=timezone.now()
    )
    if not changed:
        raise TransitionRefused(
            _("This post has changed in the meantime. Reload the page to see its state.")
        )
    PostEvent.objects.create(
        post_id=post.pk,
        actor=actor,
        action=action,
        from_status=current,
        to_status=to,
        detail=detail or {},
    )
    post.refresh_from_db(fields=["status", "updated_at"])
    # The UPDATE above bypasses signals; a save of nothing but the time tells the receivers.
    post.save(update_fields=["updated_at"])
    return post
