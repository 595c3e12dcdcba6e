"""What the API says where rest_framework has words of its own: friendlier, and in both languages.

What whole requests are refused with stands in `problem_types`; here, what single fields say.
"""

import re
from typing import Any, Final

from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from rest_framework import exceptions, serializers
from rest_framework.fields import Field

from lostfound.api import problem_types
from lostfound.infra.rate_limits import MINUTE_S, minutes_of

# How rest_framework's own words begin.
CSRF_FAILED: Final = "CSRF Failed"
BAD_CHARSET: Final = "Unsupported charset"
BAD_JSON: Final = "JSON parse error"
POSITION: Final = re.compile(r"line \d+ column \d+")

UNSAVEABLE: Final = gettext_lazy(
    "This text holds characters that cannot be saved. Please type it again."
)

# By the field that says so, and its code; what stands in braces is the field's own.
FIELD_WORDS: Final[dict[type[Field[Any, Any, Any, Any]], dict[str, StrOrPromise]]] = {
    serializers.Field: {
        "required": gettext_lazy("This is missing."),
        "null": gettext_lazy("This cannot be null. Please give a value, or leave it out."),
    },
    serializers.CharField: {
        "invalid": gettext_lazy("This is not a text."),
        "blank": gettext_lazy("This must not be empty."),
        "max_length": gettext_lazy("At most {max_length} characters, please."),
    },
    serializers.BooleanField: {"invalid": gettext_lazy("Please send true or false.")},
    serializers.IntegerField: {"invalid": gettext_lazy("This is not a whole number.")},
    serializers.UUIDField: {"invalid": gettext_lazy("This is not an id. Please send it as read.")},
    serializers.ChoiceField: {
        "invalid_choice": gettext_lazy("This is none of the values that are known here."),
    },
    serializers.DateField: {
        "invalid": gettext_lazy("This is not a day. Please write it like 2026-03-31."),
        "datetime": gettext_lazy("This is not a day. Please write it like 2026-03-31."),
    },
    serializers.ListField: {
        "not_a_list": gettext_lazy("Please send a list."),
        "empty": gettext_lazy("This list must not be empty."),
        "min_length": gettext_lazy("Please send at least {min_length}."),
        "max_length": gettext_lazy("Please send at most {max_length}."),
    },
    serializers.FileField: {
        "required": gettext_lazy("This file is missing."),
        "invalid": gettext_lazy("This is not a file. Photographs are sent as multipart/form-data."),
        "no_name": gettext_lazy("This file has no name. Please send it with any name."),
        "empty": gettext_lazy("The file is empty. Please choose another photograph."),
    },
    serializers.SlugRelatedField: {
        "does_not_exist": gettext_lazy("This code is not known. Please read the list again."),
        "invalid": gettext_lazy("This is not a code."),
    },
    serializers.Serializer: {
        "invalid": gettext_lazy("Please send an object with named fields."),
    },
}
# Of validators, which no field owns.
VALIDATOR_WORDS: Final[dict[str, StrOrPromise]] = {
    "null_characters_not_allowed": UNSAVEABLE,
    "surrogate_characters_not_allowed": UNSAVEABLE,
}


def use_own_field_words() -> None:
    """Give the fields of rest_framework our words; what a field is given itself still counts."""
    for field, words in FIELD_WORDS.items():
        field.default_error_messages = {**field.default_error_messages, **words}


def sentence(error: exceptions.APIException, request: Any) -> str:
    """What a refusal says: its own words, or ours where rest_framework would speak."""
    said = str(error.detail)
    is_default = said == str(error.default_detail)
    if isinstance(error, exceptions.ParseError):
        return _parse_error(said)
    if isinstance(error, exceptions.PermissionDenied) and said.startswith(CSRF_FAILED):
        return problem_types.NO_CSRF_TOKEN.says()
    if isinstance(error, exceptions.MethodNotAllowed):
        return problem_types.METHOD_NOT_ALLOWED.says(method=request.method)
    if isinstance(error, exceptions.UnsupportedMediaType):
        return problem_types.UNSUPPORTED_MEDIA_TYPE.says()
    if isinstance(error, exceptions.Throttled):
        wait_s = int(getattr(error, "wait", None) or MINUTE_S)
        return problem_types.THROTTLED.says(minutes=minutes_of(wait_s))
    known = problem_types.OF_REST_FRAMEWORK.get(type(error))
    return known.says() if known and is_default else said


def _parse_error(said: str) -> str:
    """Where it ends to be readable goes along, in the few words that programs use for it."""
    if said.startswith(BAD_CHARSET):
        return problem_types.UNKNOWN_CHARSET.says()
    if said.startswith(BAD_JSON):
        where = POSITION.search(said)
        words = problem_types.BROKEN_JSON.says()
        return f"{words} ({where.group()})" if where else words
    return problem_types.BROKEN_FORM.says()


# Every serializer of the API makes its fields anew for each request, later than this.
use_own_field_words()
