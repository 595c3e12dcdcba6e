"""The record of who looked at other people's data."""

import ipaddress
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.utils import timezone

from lostfound.infra.request_address import current_address
from lostfound.models import AccessLog, Post, User
from lostfound.models.access_log import MAX_REASON_CHARS

KEPT_FOR: Final = timedelta(days=settings.ACCESS_LOG_DAYS)
MAX_SUBJECTS: Final = 200  # stored per file; the total count is stored regardless


def log_access(
    actor: User, what: AccessLog.What, posts: Iterable[Post], *, reason: str = ""
) -> None:
    """Record that somebody read other people's posts; reading one's own is not logged.

    Args:
        reason: why; whoever takes data along in a file has to say.
    """
    others = [post.number for post in posts if post.author_id != actor.pk]
    if others:
        AccessLog.objects.create(
            actor=actor,
            what=what,
            subjects=others[:MAX_SUBJECTS],
            count=len(others),
            reason=reason[:MAX_REASON_CHARS],
            address=_address(),
        )


def log_person_access(actor: User, person: User) -> None:
    """Record that somebody read another person's account."""
    if actor.pk != person.pk:
        AccessLog.objects.create(
            actor=actor, what=AccessLog.What.PERSON, subjects=[person.pk], address=_address()
        )


def _address() -> str | None:
    """Where the request came from; None outside of one, or behind a socket without addresses."""
    address = current_address.get()
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return None
    return address


def prune_access_log() -> int:
    """Delete entries older than `KEPT_FOR`; returns how many."""
    rows: models.QuerySet[AccessLog] = models.QuerySet(AccessLog).filter(
        at__lt=timezone.now() - KEPT_FOR
    )
    return rows.delete()[0]
