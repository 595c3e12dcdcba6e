"""Recording that a device is in use, which keeps it signed in, and signing it out."""

import logging
from datetime import timedelta
from typing import Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from lostfound.models import User

logger = logging.getLogger(__name__)
NOTED_EVERY: Final = timedelta(minutes=5)
PROLONGED_EVERY: Final = timedelta(days=1)


def note_device_use(user: User, session_key: str, *, ip: str, user_agent: str) -> None:
    """Record when and from where a device was last used, and extend its session.

    Reads one row and writes at most every few minutes. If the database cannot write (a full
    disk, for example), the request still succeeds.

    Args:
        session_key: the session that the device's token refers to.
    """
    now = timezone.now()
    kept_for = timedelta(days=settings.DEVICE_SESSION_DAYS)
    ends = Session.objects.filter(pk=OuterRef("session_key")).values("expire_date")
    device = UserSession.objects.filter(session_key=session_key, user=user)
    known = device.values_list("last_seen_at", Subquery(ends)).first()
    seen_at, ends_at = known or (None, None)
    is_noted = seen_at is not None and now - seen_at < NOTED_EVERY
    is_kept = ends_at is not None and now + kept_for - PROLONGED_EVERY < ends_at <= now + kept_for
    try:
        if not is_noted:
            seen = {"ip": ip, "user_agent": user_agent, "last_seen_at": now}
            if known:
                device.update(**seen)
            else:
                UserSession.objects.update_or_create(
                    session_key=session_key, defaults={"user": user, **seen}
                )
        if not is_kept:
            # Only the row: saving the session would overwrite what another request stored in it.
            Session.objects.filter(pk=session_key).update(expire_date=now + kept_for)
    except OperationalError:
        logger.exception("Could not record the use of a device")


def sign_out_device(device: UserSession) -> None:
    """Sign out a browser or an app: its cookie or token is invalid from now on."""
    device.end()
