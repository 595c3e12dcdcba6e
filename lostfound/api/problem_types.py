"""Every problem that the API responds with: status, stable code and message.

The exceptions, the handler, the error messages and the schema use this list; docs/api.md lists
the codes, and a test compares them. Errors of services carry the service's own message, under
the code of CONFLICT or of the error itself.
"""

from http import HTTPStatus
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from rest_framework import exceptions

from lostfound.infra import limits


class ProblemType(NamedTuple):
    """One kind of problem.

    Attributes:
        code: for programs; it never changes.
        detail: for people, in their language; may contain `%(name)s` placeholders.
    """

    status: HTTPStatus
    code: str
    detail: StrOrPromise

    def says(self, **values: Any) -> str:
        """The detail with its placeholders filled in."""
        return str(self.detail % values if values else self.detail)

    def body(self, detail: str = "", code: str = "") -> dict[str, Any]:
        """Problem details (RFC 9457), optionally with another detail or code."""
        return {
            "type": "about:blank",
            "title": self.status.phrase.capitalize(),
            "status": self.status.value,
            "code": code or self.code,
            "detail": detail or self.says(),
        }


INVALID: Final = ProblemType(
    HTTPStatus.BAD_REQUEST,
    "invalid",
    _("Some fields are invalid. See errors for each of them."),
)
BAD_REQUEST: Final = ProblemType(
    HTTPStatus.BAD_REQUEST, "bad_request", _("This request could not be understood.")
)
BROKEN_JSON: Final = ProblemType(
    HTTPStatus.BAD_REQUEST,
    "parse_error",
    _("This is not valid JSON. Check its syntax."),
)
BROKEN_OBJECT: Final = ProblemType(
    HTTPStatus.BAD_REQUEST,
    "parse_error",
    _("This is not a valid JSON object. Check its syntax."),
)
BROKEN_FORM: Final = ProblemType(
    HTTPStatus.BAD_REQUEST,
    "parse_error",
    _("This form could not be read. Send it as multipart/form-data with a boundary."),
)
UNKNOWN_CHARSET: Final = ProblemType(
    HTTPStatus.BAD_REQUEST,
    "parse_error",
    _("This text could not be decoded. Send it as UTF-8."),
)
TOO_MANY_FILES: Final = ProblemType(
    HTTPStatus.BAD_REQUEST, "too_many_files", _("This request contains too many files.")
)
TOO_MANY_FIELDS: Final = ProblemType(
    HTTPStatus.BAD_REQUEST, "too_many_fields", _("This request contains too many fields.")
)
UNKNOWN_HOST: Final = ProblemType(
    HTTPStatus.BAD_REQUEST, "unknown_host", _("This site is not available under this host name.")
)
NOT_AUTHENTICATED: Final = ProblemType(
    HTTPStatus.UNAUTHORIZED, "not_authenticated", _("Please sign in first.")
)
AUTHENTICATION_FAILED: Final = ProblemType(
    HTTPStatus.UNAUTHORIZED, "authentication_failed", _("Please sign in again.")
)
NOT_ALLOWED: Final = ProblemType(
    HTTPStatus.FORBIDDEN, "permission_denied", _("You do not have permission to do this.")
)
CONSENT_NEEDED: Final = ProblemType(
    HTTPStatus.FORBIDDEN,
    "consent_needed",
    _("The privacy notice or the terms of use are new. Please read them and agree first."),
)
NO_CSRF_TOKEN: Final = ProblemType(
    HTTPStatus.FORBIDDEN,
    "permission_denied",
    _(
        "The security token of this page is missing or has expired. Please reload the page and "
        "try again. Apps must send X-Session-Token and no cookies."
    ),
)
NOT_FOUND: Final = ProblemType(
    HTTPStatus.NOT_FOUND, "not_found", _("There is nothing at this address.")
)
METHOD_NOT_ALLOWED: Final = ProblemType(
    HTTPStatus.METHOD_NOT_ALLOWED,
    "method_not_allowed",
    _("%(method)s is not allowed at this address."),
)
NOT_ACCEPTABLE: Final = ProblemType(
    HTTPStatus.NOT_ACCEPTABLE,
    "not_acceptable",
    _("Only JSON is available. Send Accept: application/json."),
)
CONFLICT: Final = ProblemType(  # each service has a more precise message
    HTTPStatus.CONFLICT, "conflict", _("This is not possible in the current state.")
)
DELETED_SINCE: Final = ProblemType(
    HTTPStatus.CONFLICT, "deleted_since", _("This was posted earlier and has been deleted since.")
)
TOO_OLD: Final = ProblemType(
    HTTPStatus.GONE,
    "too_old",
    _("updated_since is too far back. Leave it out to fetch everything again."),
)
CHANGED_MEANWHILE: Final = ProblemType(
    HTTPStatus.PRECONDITION_FAILED,
    "changed_meanwhile",
    _("This has changed since you read it. Read it again before changing it."),
)
TOO_LARGE: Final = ProblemType(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_large",
    _("The request is larger than %(size)s MB."),
)
TEXT_TOO_LARGE: Final = ProblemType(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_large",
    _("The text in this request is larger than %(size)s MB."),
)
UNSUPPORTED_MEDIA_TYPE: Final = ProblemType(
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "unsupported_media_type",
    _(
        "This content type is not supported. Send JSON, or multipart/form-data if there are "
        "photographs."
    ),
)
KEY_REUSED: Final = ProblemType(
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "key_reused",
    _("This Idempotency-Key has already been used for another post."),
)
THROTTLED: Final = ProblemType(HTTPStatus.TOO_MANY_REQUESTS, "throttled", limits.REACHED)
SERVER_ERROR: Final = ProblemType(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "server_error",
    _("Something went wrong on our side. The error has been logged. Please try again later."),
)
UNAVAILABLE: Final = ProblemType(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "unavailable",
    _("The service is temporarily unavailable. Please try again in a few minutes."),
)

ALL: Final = tuple(one for one in list(vars().values()) if isinstance(one, ProblemType))

# Exceptions of rest_framework whose default messages are replaced.
OF_REST_FRAMEWORK: Final[dict[type[exceptions.APIException], ProblemType]] = {
    exceptions.NotAuthenticated: NOT_AUTHENTICATED,
    exceptions.AuthenticationFailed: AUTHENTICATION_FAILED,
    exceptions.PermissionDenied: NOT_ALLOWED,
    exceptions.NotFound: NOT_FOUND,
    exceptions.NotAcceptable: NOT_ACCEPTABLE,
}
