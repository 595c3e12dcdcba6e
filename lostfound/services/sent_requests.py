"""Doing something once, even if a bad network makes a device ask for it twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import IntegrityError
from django.utils import timezone

from lostfound.models import SentRequest, User
from lostfound.services.photo_files import transaction_with_files

KEPT_FOR: Final = timedelta(days=30)


class KeyUsed(Exception):
    """The person has used this key for another request."""


def once(user: User, key: str, digest: str, act: Callable[[], str]) -> str:
    """Do something, unless the person's earlier request with this key has done it.

    Whatever is refused leaves no trace, so the device may ask again. Of parallel requests, one
    acts and the others wait for it.

    Args:
        digest: of the request; an equal key with another content is a mistake of the device.
        act: returns what identifies its result.

    Returns: what `act` returned, now or then.

    Raises:
        KeyUsed: for another request.
    """
    if not key:
        return act()
    earlier = _earlier(user, key, digest)
    if earlier is not None:
        return earlier
    try:
        with transaction_with_files():
            row = SentRequest.objects.create(user=user, key=key, digest=digest)
            row.ref = act()
            row.save(update_fields=["ref"])
            return row.ref
    except IntegrityError:
        earlier = _earlier(user, key, digest)
        if earlier is None:  # the error was about something else
            raise
        return earlier


def prune_sent_requests() -> int:
    """Delete old records; returns how many."""
    return SentRequest.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]


def _earlier(user: User, key: str, digest: str) -> str | None:
    row = SentRequest.objects.filter(user=user, key=key).first()
    if row is None:
        return None
    if row.digest != digest:
        raise KeyUsed
    return row.ref
