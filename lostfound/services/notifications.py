"""Telling people what happened to their posts."""

from django.db import transaction
from django_q.tasks import async_task

from lostfound.models import Notification, Post, User


def notify(user: User, post: Post, kind: str, *, other_post: Post | None = None) -> Notification:
    """Tell a person in the app, and owe an e-mail that a task sends after the commit.

    Args:
        post: the person's own post.
        other_post: the post on the other side; a found one tells its loser where to go.
    """
    notification = Notification.objects.create(
        user=user,
        post=post,
        other_post=other_post,
        kind=kind,
        email_due=bool(user.wants_email and user.email),
    )
    if notification.email_due:

        def queue_email() -> None:
            async_task("lostfound.tasks.send_notification_email", notification.pk)

        # Robust: a queue that is down must not turn a saved decision into an error page; the
        # sweep sends what was not handed over. No partial: Django asks a robust one its name.
        transaction.on_commit(queue_email, robust=True)
    return notification
