"""Notifying people of what happened to their posts, through the channels they have chosen."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from lostfound.infra.queue import enqueue
from lostfound.models import (
    Notification,
    NotificationChoice,
    OwnershipClaim,
    Post,
    PostContact,
    User,
)


def notify(
    user: User,
    post: Post,
    kind: str,
    *,
    other_post: Post | None = None,
    claim: OwnershipClaim | None = None,
    wait_s: int = 0,
) -> Notification | None:
    """Notify a person in the app, and queue an e-mail that is sent after the commit.

    Args:
        post: the person's own post.
        other_post: the other post of the pair; if it is a found one, the notification says
            where the thing can be collected.
        claim: the person's claim that it is about.
        wait_s: how long it waits, in case the decision behind it is undone.

    Returns: None if the person has turned this kind off entirely.
    """
    choice = NotificationChoice.objects.filter(user=user, kind=kind).first()
    in_app = choice is None or choice.in_app
    by_email = (
        user.wants_email and bool(user.email) and (choice is None or choice.by_email)
    ) or has_email_of_caller(post)
    if not in_app and not by_email:
        return None
    notification = Notification.objects.create(
        user=user,
        post=post,
        other_post=other_post,
        claim=claim,
        kind=kind,
        not_before=timezone.now() + timedelta(seconds=wait_s) if wait_s else None,
        is_listed=in_app,
        email_due=by_email,
    )
    if wait_s:
        # As if it were written when its time comes, so that no device's last sync has passed it.
        rows = Notification.objects.filter(pk=notification.pk)
        rows.update(created_at=notification.not_before)
    if by_email and not wait_s:  # the sweep sends what has waited

        def queue_email() -> None:
            enqueue("lostfound.tasks.send_notification_email", notification.pk, keep_result=True)

        # Robust: a queue that is down must not turn a saved decision into an error page. The
        # sweep sends what could not be queued. Not a partial: Django logs the callback's name.
        transaction.on_commit(queue_email, robust=True)
    return notification


def forget_waiting(posts: Iterable[Post], kind: str) -> int:
    """Delete messages that still wait because their decision has been undone; returns how many."""
    waiting = Notification.objects.filter(
        post__in=[post.pk for post in posts], kind=kind, not_before__gt=timezone.now()
    )
    return waiting.delete()[0]


def has_email_of_caller(post: Post) -> bool:
    """Whether the office wrote this post for somebody who gets the messages about it."""
    contact: PostContact | None = getattr(post, "contact", None)  # read with the post, or now
    return contact is not None and bool(contact.email)


def choose_notifications(user: User, kind: str, *, in_app: bool, by_email: bool) -> None:
    """Store through which channels a person wants one kind of notification."""
    NotificationChoice.objects.update_or_create(
        user=user, kind=kind, defaults={"in_app": in_app, "by_email": by_email}
    )
