"""Photographs of things at the police: fetched once, re-encoded and masked, never linked to."""

import hashlib
import io
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from PIL import Image

from lostfound.media.masking import is_available, masked
from lostfound.media.processing import PhotoRefused, encoded_photo, prepare_photo
from lostfound.models import PoliceFound, PolicePhoto
from lostfound.police.errors import AnswerUnreadable
from lostfound.police.transport import get

MOST_BYTES: Final = 6 * 1024 * 1024
TIMEOUT_S: Final = 20.0


def keep_image(row: PoliceFound) -> bool:
    """Keep the small photograph of a thing, with all texts covered; False without one.

    They show what was found as it was found, so all of them are masked: without the extra none is
    kept.

    Raises: AnswerUnreadable
    """
    if not row.image_url or not is_available():
        return False
    status, body = get(
        settings.POLICE_IMAGE_URL,
        urlsplit(row.image_url).path,  # checked when the row was read
        accept="image/*",
        timeout_s=TIMEOUT_S,
        most_bytes=MOST_BYTES,
    )
    if status != 200:
        raise AnswerUnreadable(f"HTTP {status}")
    try:
        upright = prepare_photo(io.BytesIO(body), max_bytes=MOST_BYTES).full
    except PhotoRefused:
        return False  # a drawing that says "no picture", or nothing that can be decoded
    with Image.open(io.BytesIO(upright)) as image:
        small = encoded_photo(masked(image.convert("RGB"))).thumbnail
    digest = hashlib.sha256(small).hexdigest()
    values = {"jpeg": small, "content_hash": digest, "url": row.image_url}
    PolicePhoto.objects.update_or_create(found=row, defaults=values)
    return True
