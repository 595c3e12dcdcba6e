"""Telling people what happened to their posts."""

from django.db import transaction
from django_q.tasks import async_task

from lostfound.models import Notification, Post, User


def notify(user: User, post: Post, kind: str) -> Notification:
    """Tell a person in the app, and owe an e-mail that a task sends after the commit."""
    notification = Notification.objects.create(
        user=user, post=post, kind=kind, email_due=bool(user.wants_email and user.email)
    )
    if notification.email_due:
        transaction.on_commit(
            lambda: async_task("lostfound.tasks.send_notification_email", notification.pk)
        )
    return notification
