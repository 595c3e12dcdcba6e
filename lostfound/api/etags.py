"""ETags of the API: what a device has already is not sent again, nor overwritten unseen."""

from hashlib import md5
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

API_PREFIX = "/api/v1/"


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

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "changed_meanwhile"
    default_detail = _("This has changed since you read it. Read it again, then change it.")


def require_match(request: Request, representation: Any) -> None:
    """Refuse a change of what the device has not seen; without If-Match all is allowed.

    Args:
        representation: what a GET of the thing answers now.

    Raises: PreconditionFailed
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return
    digest = md5(JSONRenderer().render(representation), usedforsecurity=False).hexdigest()
    if quote_etag(digest) not in parse_etags(given):
        raise PreconditionFailed
