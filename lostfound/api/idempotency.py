"""Requests that may be sent twice: one key, one effect."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request

from lostfound.api.problems import KeyReused
from lostfound.http import signed_in
from lostfound.models.sent_request import MAX_KEY_CHARS
from lostfound.services.sent_requests import KeyUsed, once

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=(
        "Identifies this request, at most 60 characters, for example a UUID. Repeating the request "
        "with the same key returns what was saved, as it is now, and does nothing twice."
    ),
)


def idempotency_key(request: Request) -> str:
    """The key of a request; empty without one.

    Raises: ValidationError
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    message = ""
    if len(key) > MAX_KEY_CHARS:
        message = _("Use at most %(limit)d characters.") % {"limit": MAX_KEY_CHARS}
    elif not key.isprintable():
        message = _("Use printable characters only, for example a UUID.")
    if message:
        raise ValidationError({"Idempotency-Key": [message]}, code="key")
    return key


def act_once(request: Request, act: Callable[[], str]) -> str:
    """Carry a request out, unless it was carried out before with the same key.

    Args:
        act: returns what identifies the row that the response shows.

    Raises: KeyReused, ValidationError, and what `act` raises
    """
    try:
        return once(signed_in(request), idempotency_key(request), _digest(request), act)
    except KeyUsed as used:
        raise KeyReused from used


def _digest(request: Request) -> str:
    """A hash of the address and of everything that was sent.

    Raises: ParseError
    """
    data: Any = request.data
    pairs = data.lists() if hasattr(data, "lists") else data
    content = dict(pairs) if hasattr(data, "lists") or isinstance(data, dict) else pairs
    try:
        text = json.dumps([request.path, content], sort_keys=True, default=_named)
    except RecursionError as deep:
        raise ParseError("JSON parse error - nested too deeply") from deep
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _named(value: Any) -> str:
    if isinstance(value, UploadedFile):
        digest = hashlib.sha256()
        for chunk in value.chunks():
            digest.update(chunk)
        value.seek(0)
        return digest.hexdigest()
    return str(value)
