"""Cursor pagination, so that a post created between two requests shifts nothing."""

import base64
from datetime import UTC
from typing import Any, Final
from urllib.parse import parse_qs

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

# The parts of a valid cursor: offset, reverse, position.
PARTS: Final = frozenset("orp")
YEARS: Final = range(1970, 3000)  # others can overflow in some time zone


class NewestFirst(CursorPagination):
    """Newest first; follow `next` until it is null."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = ("-created_at", "-id")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema of a page in OpenAPI 3.1; rest_framework's own is 3.0."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def decode_cursor(self, request: Request) -> Any:
        """See rest_framework; an invalid cursor is a client error.

        Raises: ValidationError
        """
        try:
            if cursor := request.query_params.get(self.cursor_query_param):
                _refuse_foreign(cursor)
            return super().decode_cursor(request)
        except (NotFound, ValueError, OverflowError) as unknown:
            message = _("Invalid cursor. Use the one from the previous response.")
            raise ValidationError({"cursor": [message]}, code="invalid") from unknown


def _refuse_foreign(cursor: str) -> None:
    """Refuse a cursor that rest_framework would ignore, or pass on to the database unchecked.

    Raises: ValueError, OverflowError
    """
    text = base64.b64decode(cursor.encode("ascii"), validate=True).decode("ascii")
    parts = parse_qs(text, keep_blank_values=True, strict_parsing=True)
    if not parts or not parts.keys() <= PARTS:
        raise ValueError
    for position in parts.get("p", ()):
        moment = parse_datetime(position)
        if moment is None or timezone.is_naive(moment):
            raise ValueError
        if moment.astimezone(UTC).year not in YEARS:
            raise ValueError
