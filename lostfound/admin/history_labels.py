"""Readable field names in the admin's history and deletion pages."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest
from django.utils.translation import override


class PlainHistory:
    """Mixin for an admin that stores field names in the history as they can be translated.

    Django stores the form's label, whose capital letter keeps it from being translated.
    """

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[Any]:
        """See `ModelAdmin`. Names are stored in English and translated when shown."""
        parts: list[Any] = super().construct_change_message(request, form, formsets, add)  # type: ignore[misc]
        with override(None):
            names = [_named(form, name) for name in form.changed_data]
        for part in parts:
            if "changed" in part and "name" not in part["changed"]:  # the row itself, not an inline
                part["changed"]["fields"] = names
        return parts


def without_parts(to_delete: Iterable[Any]) -> list[Any]:
    """Only the objects to be deleted; related objects are just counted, not listed."""
    return [row for row in to_delete if not isinstance(row, list)]


def _named(form: Any, name: str) -> str:
    try:
        return str(form.instance._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return str(form.fields[name].label or name)
