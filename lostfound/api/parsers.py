"""How bodies are read."""

from collections.abc import Mapping
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """rest_framework's own; what is nested so deeply that Python gives up is no fault of ours."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """See rest_framework.

        Raises: ParseError
        """
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as deep:
            raise ParseError("JSON parse error - nested too deeply") from deep


class MultiPartParser(parsers.MultiPartParser):
    """rest_framework's own; of a charset that gives up in the middle it knows nothing."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """See rest_framework.

        Raises: ParseError
        """
        try:
            return super().parse(stream, media_type, parser_context)
        except UnicodeError as unreadable:
            raise ParseError("Unsupported charset - it cannot read this") from unreadable
