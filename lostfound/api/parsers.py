"""Parsers of request bodies that turn every unreadable body into a ParseError."""

from collections.abc import Mapping
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """Reports JSON nested too deeply for Python as a client error."""

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
    """Reports a body that its declared charset cannot decode as a client error."""

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
