"""Errors as problem details (RFC 9457), with stable codes, in the reader's language."""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    DisallowedHost,
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
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import server_error as page_for_people
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from lostfound.api.error_messages import NOT_ALLOWED, NOTHING_HERE, VALIDATOR_WORDS, sentence
from lostfound.media.processing import BYTES_PER_MB
from lostfound.models import Post
from lostfound.services import NotOpen, TransitionRefused

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
SIGNING_IN = "/_allauth/"
FOR_APPS = ("/api/", SIGNING_IN)  # what an app reads, and no person


class Conflict(exceptions.APIException):
    """The thing asked for is not possible in the present state."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class KeyReused(exceptions.APIException):
    """The name of an earlier sending came with another content."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key_reused"
    default_detail = gettext_lazy("Another post was sent under this Idempotency-Key.")


class Unavailable(exceptions.APIException):
    """The database does not answer, or cannot write."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = gettext_lazy("This does not work just now. Please try again in a few minutes.")


class FieldError(serializers.Serializer[Any]):
    """One thing that is wrong with one field."""

    code = serializers.CharField()
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """What every error answers with."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=FieldError(many=True), required=False
    )


def problems(*status_codes: int) -> dict[tuple[int, str], type[Problem]]:
    """What an operation may refuse with, for its schema."""
    return {(code, CONTENT_TYPE): Problem for code in status_codes}


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into problem details; None leaves it to Django (500)."""
    if isinstance(error, NotOpen):
        error = Conflict(" ".join(error.messages), error.code)
    elif isinstance(error, DjangoValidationError):
        error = _as_api_error(error)
    elif isinstance(error, TransitionRefused):
        error = Conflict(str(error))
    elif isinstance(error, Post.DoesNotExist):  # it was there, and was deleted in the meantime
        error = Http404()
    elif isinstance(error, OperationalError):
        logger.exception("The database failed a request", exc_info=error)
        error = Unavailable()
    response = exception_handler(error, context)
    if response is None:
        return None
    fields: dict[str, list[dict[str, str]]] = {}
    if isinstance(error, exceptions.ValidationError):
        code, detail = "invalid", _("Some fields are not right. Each is named under errors.")
        full = error.get_full_details()
        _collect(full if isinstance(full, Mapping) else {"non_field_errors": full}, "", fields)
    else:
        code, detail = _code_and_detail(error, context.get("request"))
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": str(response.status_text).capitalize(),
        "status": response.status_code,
        "code": code,
        "detail": detail,
    }
    if fields:
        body["errors"] = fields
    response.data = body
    response.content_type = CONTENT_TYPE
    return response


def problem(status_code: HTTPStatus, code: str, detail: str) -> JsonResponse:
    """Problem details where no view of the API was reached."""
    body = {
        "type": "about:blank",
        "title": status_code.phrase.capitalize(),
        "status": status_code.value,
        "code": code,
        "detail": detail,
    }
    return JsonResponse(body, status=status_code, content_type=CONTENT_TYPE)


def not_among(name: str, choices: Iterable[str]) -> exceptions.ValidationError:
    """A query asks for what there is not; says what there is."""
    message = _("There is no such value. Possible are: %(choices)s.") % {
        "choices": ", ".join(choices)
    }
    return exceptions.ValidationError({name: [message]}, code="invalid_choice")


@csrf_exempt  # there is nothing that a forged request could do
def not_found(request: HttpRequest, unknown: str = "") -> JsonResponse:
    """An address below /api/ that does not exist."""
    return problem(HTTPStatus.NOT_FOUND, "not_found", str(NOTHING_HERE))


def server_error(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What nobody foresaw; an app reads problem details, a person a page."""
    if not request.path.startswith(FOR_APPS):
        return page_for_people(request, *args, **kwargs)
    text = _("Something went wrong here. It has been noted; please try again later.")
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "server_error", text)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django refuses before or while a view reads it; an app reads problem details."""
    # Whoever comes under a foreign host name has met no middleware that knows their language.
    language = getattr(request, "LANGUAGE_CODE", "") or translation.get_language_from_request(
        request
    )
    with translation.override(language):
        status_code, code, detail = _refused_by_django(exception)
        if request.path.startswith(FOR_APPS):
            return problem(status_code, code, detail)
        context = {"detail": detail, "was_sent": request.method == "POST"}
        return render(request, "400.html", context, status=status_code)


def _refused_by_django(exception: Exception) -> tuple[HTTPStatus, str, str]:
    too_large, bad = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.BAD_REQUEST
    if isinstance(exception, RequestDataTooBig):
        largest_mb = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // BYTES_PER_MB
        text = _("The text in this request is larger than %(size)s MB.") % {"size": largest_mb}
        return too_large, "too_large", text
    if isinstance(exception, TooManyFilesSent):
        return bad, "too_many_files", _("There are too many files in this request.")
    if isinstance(exception, TooManyFieldsSent):
        return bad, "too_many_fields", _("There are too many fields in this request.")
    if isinstance(exception, DisallowedHost):
        return bad, "unknown_host", _("This site is not reached under this name.")
    return bad, "bad_request", _("This request cannot be understood.")


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


def _code_and_detail(error: Exception, request: Any) -> tuple[str, str]:
    if isinstance(error, exceptions.APIException):
        details = error.get_full_details()
        is_one = isinstance(details, dict) and "code" in details
        code = str(details["code"]) if is_one else error.default_code  # type: ignore[call-overload]
        return code, sentence(error, request)
    if exceptions.PermissionDenied.__name__ in type(error).__name__:
        return "permission_denied", str(error) or str(NOT_ALLOWED)
    return "not_found", str(NOTHING_HERE)


def _collect(details: Any, name: str, into: dict[str, list[dict[str, str]]]) -> None:
    """Nested errors under dotted names, each with code and message."""
    if isinstance(details, Mapping) and set(details) >= {"message", "code"}:
        code = str(details["code"])
        entry = {"code": code, "message": str(VALIDATOR_WORDS.get(code, details["message"]))}
        into.setdefault(name or "non_field_errors", []).append(entry)
    elif isinstance(details, Mapping):
        for key, value in details.items():
            # An item of a list belongs to its field: photos.0 is photos.
            inner = name if isinstance(key, int) else f"{name}.{key}" if name else str(key)
            _collect(value, inner, into)
    else:
        for value in details:
            _collect(value, name, into)
