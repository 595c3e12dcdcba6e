"""Errors as problem details (RFC 9457), with stable codes, in the reader's language."""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import server_error as page_for_people
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from lostfound.api import problem_types
from lostfound.api.error_messages import VALIDATOR_WORDS, sentence
from lostfound.api.problem_types import ProblemType
from lostfound.media.processing import BYTES_PER_MB
from lostfound.models import Post
from lostfound.services import NotOpen, TransitionRefused
from lostfound.services.claims import CodeGone, TooManyClaims

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
SIGNING_IN = "/_allauth/"
FOR_APPS = ("/api/", SIGNING_IN)  # read by apps, not by people

OF_DJANGO: Final[dict[type[Exception], ProblemType]] = {
    RequestDataTooBig: problem_types.TEXT_TOO_LARGE,
    TooManyFilesSent: problem_types.TOO_MANY_FILES,
    TooManyFieldsSent: problem_types.TOO_MANY_FIELDS,
    DisallowedHost: problem_types.UNKNOWN_HOST,
}


STATUSES: Final[dict[type[TransitionRefused], HTTPStatus]] = {
    TooManyClaims: HTTPStatus.TOO_MANY_REQUESTS,
    CodeGone: HTTPStatus.GONE,
}


class Conflict(exceptions.APIException):
    """The request is not possible in the current state."""

    status_code, default_code, default_detail = problem_types.CONFLICT


class DeletedSince(Conflict):
    """The post that was submitted with this idempotency key has been deleted."""

    status_code, default_code, default_detail = problem_types.DELETED_SINCE


class KeyReused(exceptions.APIException):
    """An idempotency key was used again with different content."""

    status_code, default_code, default_detail = problem_types.KEY_REUSED


class Unavailable(exceptions.APIException):
    """The database is unavailable or cannot write."""

    status_code, default_code, default_detail = problem_types.UNAVAILABLE


class FieldError(serializers.Serializer[Any]):
    """One error of one field."""

    code = serializers.CharField()
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """The body of every error response."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=FieldError(many=True), required=False
    )


def problems(*status_codes: int) -> dict[tuple[int, str], type[Problem]]:
    """The error responses of an operation, for its schema."""
    return {(code, CONTENT_TYPE): Problem for code in status_codes}


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into problem details; None leaves it to Django (500)."""
    if isinstance(error, NotOpen):
        error = Conflict(" ".join(error.messages), error.code)
    elif isinstance(error, DjangoValidationError):
        error = _as_api_error(error)
    elif isinstance(error, TransitionRefused):
        error = _refused(error)
    elif isinstance(error, Post.DoesNotExist):  # deleted while the request ran
        error = Http404()
    elif isinstance(error, OperationalError):
        logger.exception("A request failed because of the database", exc_info=error)
        error = Unavailable()
    response = exception_handler(error, context)
    if response is None:
        return None
    fields: dict[str, list[dict[str, str]]] = {}
    if isinstance(error, exceptions.ValidationError):
        code, detail = problem_types.INVALID.code, problem_types.INVALID.says()
        full = error.get_full_details()
        _collect(full if isinstance(full, Mapping) else {"non_field_errors": full}, "", fields)
    else:
        code, detail = _code_and_detail(error, context.get("request"))
    body = ProblemType(HTTPStatus(response.status_code), code, detail).body()
    if fields:
        body["errors"] = fields
    response.data = body
    response.content_type = CONTENT_TYPE
    return response


def problem(kind: ProblemType, **values: Any) -> JsonResponse:
    """Problem details outside the API's views; `values` fill in the detail's placeholders."""
    body = kind.body(kind.says(**values))
    return JsonResponse(body, status=kind.status, content_type=CONTENT_TYPE)


def not_among(name: str, choices: Iterable[str]) -> exceptions.ValidationError:
    """The error for an unknown value of a query parameter; lists the allowed values."""
    message = _("Unknown value. Allowed values: %(choices)s.") % {"choices": ", ".join(choices)}
    return exceptions.ValidationError({name: [message]}, code="invalid_choice")


@csrf_exempt  # a forged request can do nothing here
def not_found(request: HttpRequest, unknown: str = "") -> JsonResponse:
    """An address below /api/ that does not exist."""
    return problem(problem_types.NOT_FOUND)


def server_error(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """An unexpected error: problem details for apps, a page for people."""
    if not request.path.startswith(FOR_APPS):
        return page_for_people(request, *args, **kwargs)
    return problem(problem_types.SERVER_ERROR)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that Django itself refuses: problem details for apps, a page for people."""
    # With an unknown host name, the request has not reached the locale middleware.
    language = getattr(request, "LANGUAGE_CODE", "") or translation.get_language_from_request(
        request
    )
    with translation.override(language):
        kind = _refused_by_django(exception)
        largest_mb = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // BYTES_PER_MB
        if request.path.startswith(FOR_APPS):
            return problem(kind, size=largest_mb)
        context = {"detail": kind.says(size=largest_mb), "was_sent": request.method == "POST"}
        return render(request, "400.html", context, status=kind.status)


def _refused_by_django(exception: Exception) -> ProblemType:
    for refusal, kind in OF_DJANGO.items():
        if isinstance(exception, refusal):
            return kind
    return problem_types.BAD_REQUEST


def _as_api_error(error: DjangoValidationError) -> exceptions.ValidationError:
    by_field = error.error_dict if hasattr(error, "error_dict") else {"non_field_errors": [error]}
    details = {
        name: [
            exceptions.ErrorDetail(" ".join(part.messages), part.code or "invalid")
            for item in items
            for part in item.error_list
        ]
        for name, items in by_field.items()
    }
    return exceptions.ValidationError(details)


def _refused(error: TransitionRefused) -> exceptions.APIException:
    """A refusal of a service: 409 unless it is about a limit or a code that is gone."""
    refused = Conflict(str(error), error.code)
    for kind, status in STATUSES.items():
        if isinstance(error, kind):
            refused.status_code = status
    return refused


def _code_and_detail(error: Exception, request: Any) -> tuple[str, str]:
    if isinstance(error, exceptions.APIException):
        details = error.get_full_details()
        is_one = isinstance(details, dict) and "code" in details
        code = str(details["code"]) if is_one else error.default_code  # type: ignore[call-overload]
        return code, sentence(error, request)
    if isinstance(error, PermissionDenied):
        code = getattr(error, "code", problem_types.NOT_ALLOWED.code)
        return code, str(error) or problem_types.NOT_ALLOWED.says()
    return problem_types.NOT_FOUND.code, problem_types.NOT_FOUND.says()


def _collect(details: Any, name: str, into: dict[str, list[dict[str, str]]]) -> None:
    """Collect nested errors under dotted names, each with code and message."""
    if isinstance(details, Mapping) and set(details) >= {"message", "code"}:
        code = str(details["code"])
        entry = {"code": code, "message": str(VALIDATOR_WORDS.get(code, details["message"]))}
        into.setdefault(name or "non_field_errors", []).append(entry)
    elif isinstance(details, Mapping):
        for key, value in details.items():
            # An item of a list is reported under its field: photos, not photos.0.
            inner = name if isinstance(key, int) else f"{name}.{key}" if name else str(key)
            _collect(value, inner, into)
    else:
        for value in details:
            _collect(value, name, into)
