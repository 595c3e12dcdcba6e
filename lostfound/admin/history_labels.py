"""What Django's admin writes about changes and deletions, in words that an office reads."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest
from django.utils.translation import override


class PlainHistory:
    """Mixin for an admin: the history names fields as the catalogue has them.

    Django stores the label of the form, which begins with a capital and is then in no catalogue.
    """

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[Any]:
        """See `ModelAdmin`. The names are stored in English and translated where they are read."""
        said: list[Any] = super().construct_change_message(request, form, formsets, add)  # type: ignore[misc]
        with override(None):
            names = [_named(form, name) for name in form.changed_data]
        for part in said:
            if "changed" in part and "name" not in part["changed"]:  # the row itself, no inline
                part["changed"]["fields"] = names
        return said


def without_parts(to_delete: Iterable[Any]) -> list[Any]:
    """What is deleted by name; what hangs on it is counted beside, and says nothing by name."""
    return [row for row in to_delete if not isinstance(row, list)]


def _named(form: Any, name: str) -> str:
    try:
        return str(form.instance._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return str(form.fields[name].label or name)
