"""What the API says where rest_framework has words of its own: friendlier, and in both languages.

One table of sentences for whole requests, by their code, and one for single fields.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.fields import Field

from lostfound.infra import limits
from lostfound.infra.rate_limits import MINUTE_S, minutes_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# How rest_framework's own words begin.
CSRF_FAILED: Final = "CSRF Failed"
BAD_CHARSET: Final = "Unsupported charset"
BAD_JSON: Final = "JSON parse error"
POSITION: Final = re.compile(r"line \d+ column \d+")

NOTHING_HERE: Final = gettext_lazy("There is nothing at this address.")
NOT_ALLOWED: Final = gettext_lazy("You may not do this.")
UNSAVEABLE: Final = gettext_lazy(
    "This text holds characters that cannot be saved. Please type it again."
)

# By the class of what was raised, where it was raised without words of its own.
SENTENCES: Final[dict[type[exceptions.APIException], "StrOrPromise"]] = {
    exceptions.NotAuthenticated: gettext_lazy("Please sign in first."),
    exceptions.AuthenticationFailed: gettext_lazy("Please sign in again."),
    exceptions.PermissionDenied: NOT_ALLOWED,
    exceptions.NotFound: NOTHING_HERE,
    exceptions.NotAcceptable: gettext_lazy(
        "Answers come as JSON alone. Please send Accept: application/json."
    ),
}

# By the field that says so, and its code; what stands in braces is the field's own.
FIELD_WORDS: Final[dict[type[Field[Any, Any, Any, Any]], dict[str, "StrOrPromise"]]] = {
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
VALIDATOR_WORDS: Final[dict[str, "StrOrPromise"]] = {
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
    for kind, words in _SPOKEN.items():
        if isinstance(error, kind):
            return words(error, said, request)
    if type(error) in SENTENCES and said == str(error.default_detail):
        return str(SENTENCES[type(error)])
    return said


def _parse_error(error: exceptions.APIException, said: str, request: Any) -> str:
    """Where it ends to be readable goes along, in the few words that programs use for it."""
    if said.startswith(BAD_CHARSET):
        return _("This text cannot be read. Please send it as UTF-8.")
    if said.startswith(BAD_JSON):
        where = POSITION.search(said)
        words = _("This is not JSON that can be read. Please check how it is written.")
        return f"{words} ({where.group()})" if where else words
    return _("This form cannot be read. Please send it as multipart/form-data with its boundary.")


def _permission_denied(error: exceptions.APIException, said: str, request: Any) -> str:
    if said.startswith(CSRF_FAILED):
        return _(
            "This request came without the browser's token against forgery. Please reload the "
            "page and try again; an app sends X-Session-Token and no cookies."
        )
    return str(NOT_ALLOWED) if said == str(error.default_detail) else said


def _method_not_allowed(error: exceptions.APIException, said: str, request: Any) -> str:
    return _("%(method)s is not possible at this address.") % {"method": request.method}


def _unsupported_media_type(error: exceptions.APIException, said: str, request: Any) -> str:
    return _(
        "This kind of content is not read here. Please send JSON, or multipart/form-data where "
        "photographs go along."
    )


def _throttled(error: exceptions.APIException, said: str, request: Any) -> str:
    wait_s = int(getattr(error, "wait", None) or MINUTE_S)
    return limits.REACHED % {"minutes": minutes_of(wait_s)}


Words = Callable[[exceptions.APIException, str, Any], str]
_SPOKEN: Final[Mapping[type[exceptions.APIException], Words]] = {
    exceptions.ParseError: _parse_error,
    exceptions.PermissionDenied: _permission_denied,
    exceptions.MethodNotAllowed: _method_not_allowed,
    exceptions.UnsupportedMediaType: _unsupported_media_type,
    exceptions.Throttled: _throttled,
}

# Every serializer of the API makes its fields anew for each request, later than this.
use_own_field_words()
