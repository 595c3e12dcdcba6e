"""The record of who looked at other people's data."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import models
from django.utils import timezone

from lostfound.models import AccessLog, Post, User

KEPT_FOR: Final = timedelta(days=2 * 365)  # offices may have to answer who saw what for this long
MAX_SUBJECTS: Final = 200  # stored per file; the total count is stored regardless


def log_access(actor: User, what: AccessLog.What, posts: Iterable[Post]) -> None:
    """Record that somebody read other people's posts; reading one's own is not logged."""
    others = [post.number for post in posts if post.author_id != actor.pk]
    if others:
        AccessLog.objects.create(
            actor=actor, what=what, subjects=others[:MAX_SUBJECTS], count=len(others)
        )


def log_person_access(actor: User, person: User) -> None:
    """Record that somebody read another person's account."""
    if actor.pk != person.pk:
        AccessLog.objects.create(actor=actor, what=AccessLog.What.PERSON, subjects=[person.pk])


def prune_access_log() -> int:
    """Delete entries older than `KEPT_FOR`; returns how many."""
    rows: models.QuerySet[AccessLog] = models.QuerySet(AccessLog).filter(
        at__lt=timezone.now() - KEPT_FOR
    )
    return rows.delete()[0]
