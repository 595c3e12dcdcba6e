"""Reads the details of those things that probably are what somebody here has lost."""

import logging
import time
from datetime import timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from lostfound.hooks import likeliest_at_police
from lostfound.models import PoliceFound, PolicePhoto
from lostfound.police.client import PoliceClient
from lostfound.police.errors import AnswerUnreadable, PoliceError, RequestRefused
from lostfound.police.images import keep_image
from lostfound.police.rows import detail_of, is_returned

logger = logging.getLogger(__name__)

MOST: Final = 50  # a run; the limit of the day is 10,000 requests for both services
FRESH_FOR: Final = timedelta(days=1)


def read_details(client: PoliceClient, *, most: int = MOST, budget_s: float = float("inf")) -> int:
    """Read the details of the likeliest things that lack them; returns how many were read.

    Whatever goes wrong ends it without harm: the list is what counts.

    Args:
        budget_s: how long it may go on.
    """
    until_s = time.monotonic() + budget_s
    old = Q(detail_at=None) | Q(detail_at__lt=timezone.now() - FRESH_FOR)
    wanted = likeliest_at_police(most)
    done = 0
    for row in PoliceFound.objects.there().filter(old, pk__in=wanted).order_by("pk"):
        if time.monotonic() > until_s:
            break
        try:
            _read(client, row)
        except (RequestRefused, ValidationError) as error:
            logger.warning(
                "The detail of %s could not be read: %s", row.atc_id, type(error).__name__
            )
        except PoliceError as error:
            logger.warning("Details are not read any further: %s", error.detail)
            break
        else:
            done += 1
    return done


def _read(client: PoliceClient, row: PoliceFound) -> None:
    """Raises: PoliceError, ValidationError"""
    item = client.detail(row.service, row.atc_id, row.fd_sn)
    now = timezone.now()
    if item is None:  # an unknown number is answered without an item
        PoliceFound.objects.filter(pk=row.pk).update(detail_at=now, gone_at=now)
        return
    values = detail_of(item)
    gone_at = now if is_returned(values["status_name"]) else None
    PoliceFound.objects.filter(pk=row.pk).update(detail_at=now, gone_at=gone_at, **values)
    if gone_at is None and not PolicePhoto.objects.filter(found=row, url=row.image_url).exists():
        try:
            keep_image(row)
        except AnswerUnreadable as error:  # a thing without its photograph is still worth showing
            logger.warning("No photograph of %s: %s", row.atc_id, error.detail)
