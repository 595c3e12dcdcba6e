"""What happens to every request: too large ones are refused, devices in use are noted.

Personal pages are kept by no browser, and who sends something after the session has ended is told.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.api import problem_types
from lostfound.api.problems import FOR_APPS, SIGNING_IN, problem
from lostfound.media.processing import BYTES_PER_MB, MAX_REQUEST_BYTES

logger = logging.getLogger(__name__)
NOTED_EVERY: Final = timedelta(minutes=1)


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
        too_large, largest_mb = problem_types.TOO_LARGE, MAX_REQUEST_BYTES // BYTES_PER_MB
        if request.path.startswith(FOR_APPS):
            return problem(too_large, size=largest_mb)
        return render(request, "413.html", {"largest_mb": largest_mb}, status=too_large.status)


class PersonalPages:
    """No browser keeps a page of somebody who is signed in.

    Back after signing out shows nobody else's posts, and Back to a list shows it as it is now.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/") and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class SentWhileSignedOut:
    """Says at the sign-in that what was just sent is not saved yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            to_sign_in = response.headers["Location"].startswith(f"{reverse('account_login')}?")
            if to_sign_in and not request.user.is_authenticated:
                text = _(
                    "You had been signed out: what you just sent is not saved. Please sign in, "
                    "then send it once more."
                )
                messages.warning(request, text)
        return response


class SignInProblems:
    """Problem details where signing in is refused by a page, which no app can read.

    What allauth says itself comes as JSON and stays as it is; a body that it cannot read it answers
    with an empty page, and Django an unknown address or method likewise.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = not response.headers.get("Content-Type", "").startswith("application/")
        if not is_page or not request.path.startswith(SIGNING_IN):
            return response
        if response.status_code == HTTPStatus.BAD_REQUEST:
            return problem(problem_types.BROKEN_OBJECT)
        if response.status_code == HTTPStatus.NOT_FOUND:
            return problem(problem_types.NOT_FOUND)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            told = problem(problem_types.METHOD_NOT_ALLOWED, method=request.method)
            told.headers["Allow"] = response.headers["Allow"]
            return told
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """JSON so deep that Python gives up, and half characters that nothing can write."""
        is_unreadable = isinstance(error, RecursionError | UnicodeEncodeError)
        if is_unreadable and request.path.startswith(SIGNING_IN):
            return problem(problem_types.BROKEN_OBJECT)
        return None


class NotedSessions:
    """Notes when and from where a session was last used, for the person's list of devices.

    At most once a minute, so that reading pages does not write; and a database that cannot write,
    such as on a full disk, breaks no page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if settings.USERSESSIONS_TRACK_ACTIVITY and key and request.user.is_authenticated:
            noted = UserSession.objects.filter(
                session_key=key, user=request.user.pk, last_seen_at__gt=timezone.now() - NOTED_EVERY
            )
            if not noted.exists():
                self._note(request)
        return self.get_response(request)

    def _note(self, request: HttpRequest) -> None:
        try:
            UserSession.objects.create_from_request(request)
        except OperationalError:
            logger.exception("The use of a session could not be noted")


def _length_bytes(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
