"""The record of who looked at other people's data."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import models
from django.utils import timezone

from lostfound.models import Look, Post, User

KEPT_FOR: Final = timedelta(days=2 * 365)  # as long as an office is asked who saw what
MAX_SUBJECTS: Final = 200  # of a file; how many there were is kept in any case


def note_look(actor: User, what: Look.What, posts: Iterable[Post]) -> None:
    """Write down that somebody read posts of other people; their own are no look."""
    others = [post.number for post in posts if post.author_id != actor.pk]
    if others:
        Look.objects.create(
            actor=actor, what=what, subjects=others[:MAX_SUBJECTS], count=len(others)
        )


def note_person_seen(actor: User, person: User) -> None:
    """Write down that somebody read another person's account."""
    if actor.pk != person.pk:
        Look.objects.create(actor=actor, what=Look.What.PERSON, subjects=[person.pk])


def prune_looks() -> int:
    """Forget looks of long ago; returns how many."""
    rows: models.QuerySet[Look] = models.QuerySet(Look).filter(at__lt=timezone.now() - KEPT_FOR)
    return rows.delete()[0]
