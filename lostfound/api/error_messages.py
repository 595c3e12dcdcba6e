"""Messages that replace those of rest_framework: friendlier, and in both languages.

These are about single fields; `problem_types` has the messages about whole requests.
"""

import re
from typing import Any, Final

from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from rest_framework import exceptions, serializers
from rest_framework.fields import Field

from lostfound.api import problem_types
from lostfound.infra.rate_limits import MINUTE_S, clock_time_in

# How rest_framework's own messages begin.
CSRF_FAILED: Final = "CSRF Failed"
BAD_CHARSET: Final = "Unsupported charset"
BAD_JSON: Final = "JSON parse error"
POSITION: Final = re.compile(r"line \d+ column \d+")

UNSAVEABLE: Final = gettext_lazy(
    "This text contains characters that cannot be saved. Please type it again."
)

# By field class and error code; rest_framework fills in the braces.
FIELD_WORDS: Final[dict[type[Field[Any, Any, Any, Any]], dict[str, StrOrPromise]]] = {
    serializers.Field: {
        "required": gettext_lazy("This field is required."),
        "null": gettext_lazy("This field must not be null. Send a value, or leave it out."),
    },
    serializers.CharField: {
        "invalid": gettext_lazy("Not a valid string."),
        "blank": gettext_lazy("This field must not be empty."),
        "max_length": gettext_lazy("Use at most {max_length} characters."),
    },
    serializers.BooleanField: {"invalid": gettext_lazy("Must be true or false.")},
    serializers.IntegerField: {"invalid": gettext_lazy("Not a whole number.")},
    serializers.UUIDField: {
        "invalid": gettext_lazy("Not a valid ID. Send it exactly as the API returned it."),
    },
    serializers.ChoiceField: {
        "invalid_choice": gettext_lazy("Not one of the allowed values."),
    },
    serializers.DateField: {
        "invalid": gettext_lazy("Not a valid date. Use ISO 8601, for example 2026-03-31."),
        "datetime": gettext_lazy("Not a valid date. Use ISO 8601, for example 2026-03-31."),
    },
    serializers.ListField: {
        "not_a_list": gettext_lazy("Must be a list."),
        "empty": gettext_lazy("This list must not be empty."),
        "min_length": gettext_lazy("Send at least {min_length}."),
        "max_length": gettext_lazy("Send at most {max_length}."),
    },
    serializers.FileField: {
        "required": gettext_lazy("This file is required."),
        "invalid": gettext_lazy("Not a file. Send photographs as multipart/form-data."),
        "no_name": gettext_lazy("This file has no name. Send it with any name."),
        "empty": gettext_lazy("The file is empty. Please choose another photograph."),
    },
    serializers.SlugRelatedField: {
        "does_not_exist": gettext_lazy("Unknown code. Fetch the list again."),
        "invalid": gettext_lazy("Not a valid code."),
    },
    serializers.Serializer: {
        "invalid": gettext_lazy("Must be a JSON object with named fields."),
    },
}
# Messages of validators, which belong to no field class.
VALIDATOR_WORDS: Final[dict[str, StrOrPromise]] = {
    "null_characters_not_allowed": UNSAVEABLE,
    "surrogate_characters_not_allowed": UNSAVEABLE,
}


def use_own_field_words() -> None:
    """Replace rest_framework's default messages; those of a single field still take precedence."""
    for field, words in FIELD_WORDS.items():
        field.default_error_messages = {**field.default_error_messages, **words}


def sentence(error: exceptions.APIException, request: Any) -> str:
    """The message of an error: its own, or ours in place of rest_framework's default."""
    message = str(error.detail)
    is_default = message == str(error.default_detail)
    if isinstance(error, exceptions.ParseError):
        return _parse_error(message)
    if isinstance(error, exceptions.PermissionDenied) and message.startswith(CSRF_FAILED):
        return problem_types.NO_CSRF_TOKEN.says()
    if isinstance(error, exceptions.MethodNotAllowed):
        return problem_types.METHOD_NOT_ALLOWED.says(method=request.method)
    if isinstance(error, exceptions.UnsupportedMediaType):
        return problem_types.UNSUPPORTED_MEDIA_TYPE.says()
    if isinstance(error, exceptions.Throttled):
        wait_s = int(getattr(error, "wait", None) or MINUTE_S)
        return problem_types.THROTTLED.says(time=clock_time_in(wait_s))
    known = problem_types.OF_REST_FRAMEWORK.get(type(error))
    return known.says() if known and is_default else message


def _parse_error(message: str) -> str:
    """Our message, with the parser's "line 1 column 7" appended, untranslated."""
    if message.startswith(BAD_CHARSET):
        return problem_types.UNKNOWN_CHARSET.says()
    if message.startswith(BAD_JSON):
        where = POSITION.search(message)
        words = problem_types.BROKEN_JSON.says()
        return f"{words} ({where.group()})" if where else words
    return problem_types.BROKEN_FORM.says()


# Serializers create their fields for each request, after this has run.
use_own_field_words()
