"""What the admin's log of changes quotes of rows that are erased."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models

QUOTED = "…"


def unquote_in_admin_log(model: type[models.Model], keys: Iterable[Any]) -> int:
    """Take titles and names out of the entries about these rows; who changed what stays.

    Returns: how many entries there were.
    """
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id__in=[str(k) for k in keys]
    )
    return entries.update(object_repr=QUOTED, change_message="")
