"""ETags of the API: a device need not fetch what it has, nor overwrite what it has not seen."""

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
COMPRESSED: Final = re.compile(r'-(?:gzip|zstd|br)"$')  # added by Caddy and Apache


class ApiConditionalGet(ConditionalGetMiddleware):
    """Django's conditional GET for the API alone: pages differ by their forms' CSRF tokens."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """See `ConditionalGetMiddleware`. Personal data is only cached on the device."""
        if not request.path.startswith(API_PREFIX) or response.status_code != HTTPStatus.OK:
            return response
        assert isinstance(response, HttpResponse)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return super().process_response(request, response)


class PreconditionFailed(APIException):
    """The resource has changed since the device read it."""

    status_code, default_code, default_detail = problem_types.CHANGED_MEANWHILE


def etag_of(representation: Any) -> str:
    """The ETag of a resource, from what a GET of it returns now."""
    digest = md5(JSONRenderer().render(representation), usedforsecurity=False).hexdigest()
    return quote_etag(digest)


def response_with_etag(
    representation: Any,
    status_code: int = status.HTTP_200_OK,
    headers: dict[str, str] | None = None,
) -> Response:
    """Respond with a resource and its ETag, so that a device need not fetch what it changed."""
    return Response(
        representation, status_code, headers={"ETag": etag_of(representation), **(headers or {})}
    )


def etags_seen(request: Request) -> set[str] | None:
    """The ETags of the If-Match header; None if the request is unconditional."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    return {_as_sent(etag) for etag in parse_etags(header)}


def _as_sent(etag: str) -> str:
    """The ETag without the suffix that a compressing proxy adds."""
    return COMPRESSED.sub('"', etag)
