"""Telling people what happened to their posts, in the ways that they have chosen."""

from django.db import transaction

from lostfound.infra.queue import enqueue
from lostfound.models import Notification, NotificationChoice, Post, User


def notify(
    user: User, post: Post, kind: str, *, other_post: Post | None = None
) -> Notification | None:
    """Tell a person in the app, and owe an e-mail that a task sends after the commit.

    Args:
        post: the person's own post.
        other_post: the post on the other side; a found one tells its loser where to go.

    Returns: None where the person wants to hear of this kind in no way.
    """
    choice = NotificationChoice.objects.filter(user=user, kind=kind).first()
    in_app = choice is None or choice.in_app
    by_email = user.wants_email and bool(user.email) and (choice is None or choice.by_email)
    if not in_app and not by_email:
        return None
    notification = Notification.objects.create(
        user=user,
        post=post,
        other_post=other_post,
        kind=kind,
        is_listed=in_app,
        email_due=by_email,
    )
    if by_email:

        def queue_email() -> None:
            enqueue("lostfound.tasks.send_notification_email", notification.pk, keep_result=True)

        # Robust: a queue that is down must not turn a saved decision into an error page; the
        # sweep sends what was not handed over. No partial: Django asks a robust one its name.
        transaction.on_commit(queue_email, robust=True)
    return notification


def choose_notifications(user: User, kind: str, *, in_app: bool, by_email: bool) -> None:
    """Note how a person wants to be told of one kind."""
    NotificationChoice.objects.update_or_create(
        user=user, kind=kind, defaults={"in_app": in_app, "by_email": by_email}
    )
