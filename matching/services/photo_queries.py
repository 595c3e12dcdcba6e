"""Stores the embedding of a photograph that somebody searches by, for a week."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import numpy as np
from django.utils import timezone

from matching.core.vectors import PhotoVec
from matching.models import PhotoQuery

KEPT_FOR: Final = timedelta(days=7)


def keep_photo_query(photo: PhotoVec) -> PhotoQuery:
    """Store the vector under a public id."""
    data = photo.vec.astype("<f4").tobytes()
    return PhotoQuery.objects.create(fingerprint=photo.fingerprint, data=data)


def photo_query(public_id: str) -> PhotoVec | None:
    """The embedding of a photograph to search by; None if it does not exist or has expired."""
    try:
        row = PhotoQuery.objects.filter(public_id=UUID(public_id)).first()
    except ValueError:
        return None
    if row is None:
        return None
    vec = np.frombuffer(bytes(row.data), dtype="<f4").astype(np.float32, copy=False)
    return PhotoVec(row.fingerprint, vec)


def prune_photo_queries() -> int:
    """Delete expired searches; returns the number deleted."""
    return PhotoQuery.objects.filter(asked_at__lt=timezone.now() - KEPT_FOR).delete()[0]
