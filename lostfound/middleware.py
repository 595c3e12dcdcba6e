"""Middleware: size limit, no caching of personal pages, sign-in problems, use of devices."""

import logging
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lostfound.api import problem_types
from lostfound.api.authentication import WITHOUT_CONSENT
from lostfound.api.problems import FOR_APPS, SIGNING_IN, problem
from lostfound.infra.rate_limits import sender_address
from lostfound.infra.request_address import current_address
from lostfound.media.processing import BYTES_PER_MB, MAX_REQUEST_BYTES
from lostfound.models import User
from lostfound.services.consent import asked_for, is_consent_missing

# Somebody who does not agree can still read the texts, take their data along and go.
PAGES_WITHOUT_CONSENT: Final = (
    *(
        "/consent/",
        "/privacy/",
        "/terms/",
        "/preferences/",
        "/accounts/",
        "/offline/",
        "/_allauth/",
    ),
    *("/api/", "/language/", "/i18n/"),
)
API: Final = "/api/v1/"

logger = logging.getLogger(__name__)
NOTED_EVERY: Final = timedelta(minutes=1)


class RequestSizeLimit:
    """413 for a body longer than MAX_REQUEST_BYTES.

    Must come before the CSRF check, which reads the whole body to find its token. Content-Length
    can be relied on: without it, Django sees an empty body.
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


class RequestAddress:
    """Lets services record from where somebody read other people's data."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = current_address.set(sender_address(request))
        try:
            return self.get_response(request)
        finally:
            current_address.reset(token)


class PersonalPages:
    """Keeps browsers from caching the pages of signed-in people.

    After signing out, Back shows nobody's posts, and Back to a list shows its current state.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/") and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class SentWhileSignedOut:
    """Warns on the sign-in page that the form that was just sent has not been saved."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            to_sign_in = response.headers["Location"].startswith(f"{reverse('account_login')}?")
            if to_sign_in and not request.user.is_authenticated:
                text = _(
                    "You were signed out, so what you just sent has not been saved. Please sign in "
                    "and send it again."
                )
                messages.warning(request, text)
        return response


class AskForConsent:
    """Leads signed-in people to the texts that are new to them; apps get 403 `consent_needed`.

    A form that was opened before is still saved. Devices' tokens are checked where they are read,
    in `lostfound.api.authentication`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_api = request.path.startswith(API)
        if asked_for() and (is_api or self._is_page(request)):
            user = request.user
            if isinstance(user, User) and is_consent_missing(user):
                if not is_api:
                    address = f"{reverse('lostfound:consent')}?{urlencode({'next': request.path})}"
                    return HttpResponseRedirect(address)
                if not request.path.startswith(WITHOUT_CONSENT):
                    return problem(problem_types.CONSENT_NEEDED)
        return self.get_response(request)

    def _is_page(self, request: HttpRequest) -> bool:
        """Whether somebody opens a page, other than one that they need in order to decide."""
        if request.method != "GET" or request.headers.get("HX-Request"):
            return False
        is_document = "text/html" in request.headers.get("Accept", "")
        return is_document and not request.path.startswith(PAGES_WITHOUT_CONSENT)


class SignInProblems:
    """Problem details in place of HTML errors of the sign-in API, which apps cannot read.

    allauth's own errors are JSON and stay as they are. Unreadable bodies, unknown addresses and
    wrong methods, however, get HTML or an empty page.
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
            refusal = problem(problem_types.METHOD_NOT_ALLOWED, method=request.method)
            refusal.headers["Allow"] = response.headers["Allow"]
            return refusal
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Handle JSON nested too deeply for Python, and lone surrogates, which have no encoding."""
        is_unreadable = isinstance(error, RecursionError | UnicodeEncodeError)
        if is_unreadable and request.path.startswith(SIGNING_IN):
            return problem(problem_types.BROKEN_OBJECT)
        return None


class NotedSessions:
    """Records when and from where a session was last used, for the person's list of devices.

    Writes at most once a minute. If the database cannot write (a full disk, for example), the
    page still works.
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
            logger.exception("Could not record the use of a session")


def _length_bytes(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
