"""Refuses a request that is too large before anything of its body is read."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lostfound.api.problems import API_PREFIX, problem
from lostfound.photos import BYTES_PER_MB, MAX_REQUEST_BYTES


class RequestSizeLimit:
    """413 for a body longer than MAX_REQUEST_BYTES.

    Stands before the CSRF check, which would read the whole body to find its token. A server that
    passes on a body of unknown length gives Django an empty one, so the length can be relied on.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _length_bytes(request) <= MAX_REQUEST_BYTES:
            return self.get_response(request)
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        largest_mb = MAX_REQUEST_BYTES // BYTES_PER_MB
        if request.path.startswith(API_PREFIX):
            detail = _("The request is larger than %(size)s MB.") % {"size": largest_mb}
            return problem(status, "too_large", detail)
        return render(request, "413.html", {"largest_mb": largest_mb}, status=status)


def _length_bytes(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
