"""Every problem that the API answers with: status, stable code, and what it says.

The exceptions, the handler, the sentences and the schema read them here; docs/api.md lists the
codes, and a test compares. What a service refuses says why in the service's own words, under a
code of CONFLICT or of the refusal itself.
"""

from http import HTTPStatus
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from rest_framework import exceptions

from lostfound.infra import limits


class ProblemType(NamedTuple):
    """One problem.

    Attributes:
        code: what programs tell it by; it never changes.
        detail: what people read, in their language; `%(name)s` is filled in.
    """

    status: HTTPStatus
    code: str
    detail: StrOrPromise

    def says(self, **values: Any) -> str:
        """The detail with its values."""
        return str(self.detail % values if values else self.detail)

    def body(self, detail: str = "", code: str = "") -> dict[str, Any]:
        """Problem details (RFC 9457), also under another detail or code."""
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
    _("Some fields are not right. Each is named under errors."),
)
BAD_REQUEST: Final = ProblemType(
    HTTPStatus.BAD_REQUEST, "bad_request", _("This request cannot be understood.")
)
BROKEN_JSON: Final = ProblemType(
    HTTPStatus.BAD_REQUEST,
    "parse_error",
    _("This is not JSON that can be read. Please check how it is written."),
)
BROKEN_OBJECT: Final = ProblemType(
    HTTPStatus.BAD_REQUEST,
    "parse_error",
    _("This is not a JSON object that can be read. Please check how it is written."),
)
BROKEN_FORM: Final = ProblemType(
    HTTPStatus.BAD_REQUEST,
    "parse_error",
    _("This form cannot be read. Please send it as multipart/form-data with its boundary."),
)
UNKNOWN_CHARSET: Final = ProblemType(
    HTTPStatus.BAD_REQUEST,
    "parse_error",
    _("This text cannot be read. Please send it as UTF-8."),
)
TOO_MANY_FILES: Final = ProblemType(
    HTTPStatus.BAD_REQUEST, "too_many_files", _("There are too many files in this request.")
)
TOO_MANY_FIELDS: Final = ProblemType(
    HTTPStatus.BAD_REQUEST, "too_many_fields", _("There are too many fields in this request.")
)
UNKNOWN_HOST: Final = ProblemType(
    HTTPStatus.BAD_REQUEST, "unknown_host", _("This site is not reached under this name.")
)
NOT_AUTHENTICATED: Final = ProblemType(
    HTTPStatus.UNAUTHORIZED, "not_authenticated", _("Please sign in first.")
)
AUTHENTICATION_FAILED: Final = ProblemType(
    HTTPStatus.UNAUTHORIZED, "authentication_failed", _("Please sign in again.")
)
NOT_ALLOWED: Final = ProblemType(
    HTTPStatus.FORBIDDEN, "permission_denied", _("You may not do this.")
)
NO_CSRF_TOKEN: Final = ProblemType(
    HTTPStatus.FORBIDDEN,
    "permission_denied",
    _(
        "This request came without the browser's token against forgery. Please reload the "
        "page and try again; an app sends X-Session-Token and no cookies."
    ),
)
NOT_FOUND: Final = ProblemType(
    HTTPStatus.NOT_FOUND, "not_found", _("There is nothing at this address.")
)
METHOD_NOT_ALLOWED: Final = ProblemType(
    HTTPStatus.METHOD_NOT_ALLOWED,
    "method_not_allowed",
    _("%(method)s is not possible at this address."),
)
NOT_ACCEPTABLE: Final = ProblemType(
    HTTPStatus.NOT_ACCEPTABLE,
    "not_acceptable",
    _("Answers come as JSON alone. Please send Accept: application/json."),
)
CONFLICT: Final = ProblemType(  # each service says more
    HTTPStatus.CONFLICT, "conflict", _("This is not possible in the current state.")
)
DELETED_SINCE: Final = ProblemType(
    HTTPStatus.CONFLICT, "deleted_since", _("This was posted and deleted since.")
)
TOO_OLD: Final = ProblemType(
    HTTPStatus.GONE,
    "too_old",
    _("That is too long ago. Leave updated_since out, and keep what you get."),
)
CHANGED_MEANWHILE: Final = ProblemType(
    HTTPStatus.PRECONDITION_FAILED,
    "changed_meanwhile",
    _("This has changed since you read it. Read it again, then change it."),
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
        "This kind of content is not read here. Please send JSON, or multipart/form-data where "
        "photographs go along."
    ),
)
KEY_REUSED: Final = ProblemType(
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "key_reused",
    _("Another post was sent under this Idempotency-Key."),
)
THROTTLED: Final = ProblemType(HTTPStatus.TOO_MANY_REQUESTS, "throttled", limits.REACHED)
SERVER_ERROR: Final = ProblemType(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "server_error",
    _("Something went wrong here. It has been noted; please try again later."),
)
UNAVAILABLE: Final = ProblemType(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "unavailable",
    _("This does not work just now. Please try again in a few minutes."),
)

ALL: Final = tuple(one for one in list(vars().values()) if isinstance(one, ProblemType))

# What rest_framework raises and would say in words of its own.
OF_REST_FRAMEWORK: Final[dict[type[exceptions.APIException], ProblemType]] = {
    exceptions.NotAuthenticated: NOT_AUTHENTICATED,
    exceptions.AuthenticationFailed: AUTHENTICATION_FAILED,
    exceptions.PermissionDenied: NOT_ALLOWED,
    exceptions.NotFound: NOT_FOUND,
    exceptions.NotAcceptable: NOT_ACCEPTABLE,
}
