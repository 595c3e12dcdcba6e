"""Pages of lists: by cursor, so that a post made meanwhile shifts nothing."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


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
            return super().decode_cursor(request)
        except NotFound as unknown:
            message = _("This cursor is none of ours. Follow next, or start without one.")
            raise ValidationError({"cursor": [message]}, code="invalid") from unknown
