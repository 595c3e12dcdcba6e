"""ETags of the API: what a device has already is not sent again, nor overwritten unseen."""

import re
from hashlib import md5
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.utils.http import parse_etags, quote_etag
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from lostfound.api import problem_types

API_PREFIX = "/api/v1/"
COMPRESSED: Final = re.compile(r'-(?:gzip|zstd|br)"$')  # Caddy and Apache do so


class ApiConditionalGet(ConditionalGetMiddleware):
    """Django's own conditional GET, for the API alone: a page differs with each form's token."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """See `ConditionalGetMiddleware`. What is personal is kept by the device, and asked for."""
        if not request.path.startswith(API_PREFIX) or response.status_code != HTTPStatus.OK:
            return response
        assert isinstance(response, HttpResponse)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return super().process_response(request, response)


class PreconditionFailed(APIException):
    """The thing has changed since the device read it."""

    status_code, default_code, default_detail = problem_types.CHANGED_MEANWHILE


def etag_of(representation: Any) -> str:
    """The ETag of what a GET of the thing answers now."""
    digest = md5(JSONRenderer().render(representation), usedforsecurity=False).hexdigest()
    return quote_etag(digest)


def told(
    representation: Any,
    status_code: int = status.HTTP_200_OK,
    headers: dict[str, str] | None = None,
) -> Response:
    """Answer with a thing and its ETag, so that a device that has changed it need not read it."""
    return Response(
        representation, status_code, headers={"ETag": etag_of(representation), **(headers or {})}
    )


def etags_seen(request: Request) -> set[str] | None:
    """What the device has seen of the thing that it changes; None where anything may be changed."""
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    return {_as_sent(etag) for etag in parse_etags(given)}


def _as_sent(etag: str) -> str:
    """The ETag as it was before a proxy that compresses wrote its own mark into it."""
    return COMPRESSED.sub('"', etag)
