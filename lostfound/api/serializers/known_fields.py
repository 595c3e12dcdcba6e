"""Fields that an operation does not know are named, so that a mistyped one is not lost silently."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from lostfound.models import Post, User

# What nobody sets by sending it is ignored as ever: an app may send back what it has read.
OF_ROWS: Final = {
    name
    for model in (Post, User)
    for field in model._meta.concrete_fields
    for name in (field.name, field.attname)
}
IGNORED: Final = OF_ROWS | {"photos", "public_title", "csrfmiddlewaretoken"}
MAX_NAMED: Final = 10
MAX_NAME_CHARS: Final = 60


class KnownFieldsOnly(serializers.Serializer[Any]):
    """Refuses names that are neither its own nor those of what it writes."""

    def to_internal_value(self, data: Any) -> Any:
        """See rest_framework.

        Raises: ValidationError
        """
        unknown = _unknown(data, set(self.fields))
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            assert isinstance(error.detail, dict)
            raise serializers.ValidationError({**unknown, **error.detail}) from error
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


def _unknown(data: Any, known: set[str]) -> dict[str, list[ErrorDetail]]:
    """Each name that is not known, and the one that was probably meant."""
    if not isinstance(data, Mapping):
        return {}
    names = [str(name) for name in data if name not in known and name not in IGNORED]
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
