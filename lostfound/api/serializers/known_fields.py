"""Fields that an operation does not know are named, so that a mistyped one is not lost silently."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

OF_FORMS: Final = "csrfmiddlewaretoken"  # a browser's form sends it along
MAX_NAMED: Final = 10
MAX_NAME_CHARS: Final = 60


class KnownFieldsOnly(serializers.Serializer[Any]):
    """Refuses names that are neither its own nor those that an answer shows and nobody sets."""

    # An app may send back what it has read.
    shown: ClassVar[Collection[str]] = ()

    def to_internal_value(self, data: Any) -> Any:
        """See rest_framework.

        Raises: ValidationError
        """
        unknown = _unknown(data, set(self.fields), self.shown)
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            assert isinstance(error.detail, dict)
            raise serializers.ValidationError({**unknown, **error.detail}) from error
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


def _unknown(data: Any, known: set[str], ignored: Collection[str]) -> dict[str, list[ErrorDetail]]:
    """Each name that is not known, and the one that was probably meant."""
    if not isinstance(data, Mapping):
        return {}
    passed = {*known, *ignored, OF_FORMS}
    names = [str(name) for name in data if name not in passed]
    return {_printable(name): [_refusal(name, known)] for name in names[:MAX_NAMED]}


def _refusal(name: str, known: set[str]) -> ErrorDetail:
    meant = get_close_matches(name[:MAX_NAME_CHARS], sorted(known), n=1)
    message = (
        _("There is no such field. Did you mean “%(meant)s”?") % {"meant": meant[0]}
        if meant
        else _("There is no such field here.")
    )
    return ErrorDetail(message, "unknown_field")


def _printable(name: str) -> str:
    """Half a character would keep the answer from being written."""
    return name[:MAX_NAME_CHARS].encode("utf-8", "replace").decode()
