"""Unknown fields are reported, so that a mistyped name is not silently ignored."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

OF_FORMS: Final = "csrfmiddlewaretoken"  # sent by browsers' forms
MAX_NAMED: Final = 10
MAX_NAME_CHARS: Final = 60


class KnownFieldsOnly(serializers.Serializer[Any]):
    """Refuses unknown fields, except the read-only ones of the response."""

    # An app may send back everything it has read.
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
    """An error for each unknown name, suggesting the one that was probably meant."""
    if not isinstance(data, Mapping):
        return {}
    passed = {*known, *ignored, OF_FORMS}
    names = [str(name) for name in data if name not in passed]
    return {_printable(name): [_refusal(name, known)] for name in names[:MAX_NAMED]}


def _refusal(name: str, known: set[str]) -> ErrorDetail:
    meant = get_close_matches(name[:MAX_NAME_CHARS], sorted(known), n=1)
    message = (
        _("Unknown field. Did you mean “%(meant)s”?") % {"meant": meant[0]}
        if meant
        else _("Unknown field.")
    )
    return ErrorDetail(message, "unknown_field")


def _printable(name: str) -> str:
    """Replace lone surrogates, which could not be encoded in the response."""
    return name[:MAX_NAME_CHARS].encode("utf-8", "replace").decode()
