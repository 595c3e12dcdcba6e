"""Pages of lists: by cursor, so that a post made meanwhile shifts nothing."""

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

# What a cursor of ours holds: an offset, a direction, and a moment.
PARTS: Final = frozenset("orp")
YEARS: Final = range(1970, 3000)  # others are no moment in every time zone of the world


class NewestFirst(CursorPagination):
    """Newest first; follow `next` until it is null."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = ("-created_at", "-id")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A page for OpenAPI 3.1; what rest_framework draws is 3.0."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def decode_cursor(self, request: Request) -> Any:
        """See rest_framework; a cursor that was not given out is the client's mistake.

        Raises: ValidationError
        """
        try:
            if given := request.query_params.get(self.cursor_query_param):
                _refuse_foreign(given)
            return super().decode_cursor(request)
        except (NotFound, ValueError, OverflowError) as unknown:
            message = _("This cursor is none of ours. Follow next, or start without one.")
            raise ValidationError({"cursor": [message]}, code="invalid") from unknown


def _refuse_foreign(cursor: str) -> None:
    """What rest_framework would take for the first page, or hand to the database unread.

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
