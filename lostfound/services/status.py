"""The only way to change a post's status: guarded, and with an audit record."""

from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.hooks import report_post_change
from lostfound.models import Item, Post, PostEvent, User

OPEN, MATCHED = Post.Status.OPEN, Post.Status.MATCHED
RETURNED, CLOSED = Post.Status.RETURNED, Post.Status.CLOSED

ALLOWED: Final[dict[str, frozenset[str]]] = {
    OPEN: frozenset({MATCHED, RETURNED, CLOSED}),
    # Not CLOSED: the other post of the pair would be left waiting.
    MATCHED: frozenset({OPEN, RETURNED}),
    RETURNED: frozenset({OPEN, MATCHED}),  # a hand-over that was taken back
    CLOSED: frozenset({OPEN}),
}


class TransitionRefused(Exception):
    """The status does not allow this change.

    Attributes:
        code: for programs.
    """

    code = "conflict"


class AlreadySo(TransitionRefused):
    """The post already has this status: somebody was faster, or a lost request was repeated."""

    code = "already_so"


@transaction.atomic
def change_status(
    post: Post, to: str, *, actor: User | None, action: str, detail: dict[str, Any] | None = None
) -> Post:
    """Move a post from the status that the caller saw to another, and record who did it.

    The change is one conditional UPDATE from `post.status`, so of two people who change a post
    at once, one is refused.

    Raises:
        TransitionRefused: the post is gone, has changed since it was fetched, or its status
            does not allow the change.
    """
    before = post.status
    if before == RETURNED and Item.objects.filter(post=post.pk, state__in=Item.LEFT).exists():
        raise TransitionRefused(
            _("The thing has been handed over. The hand-over has to be taken back first.")
        )
    if before == CLOSED and Item.objects.filter(post=post.pk, state__in=Item.LEFT).exists():
        raise TransitionRefused(_("The thing has left the office for good."))
    changed = to in ALLOWED[before] and Post.objects.filter(pk=post.pk, status=before).update(
        status=to, updated_at=timezone.now()
    )
    if not changed:
        raise TransitionRefused(
            _("This post has changed since you opened it. Reload it to see its current status.")
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
