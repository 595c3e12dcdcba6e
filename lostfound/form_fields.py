"""The kinds of fields that the forms are made of."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict


class PhotosInput(forms.FileInput):
    """A file input that takes several photographs."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, Any], name: str) -> Any:
        """All files that were sent under the name."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class PhotosField(forms.FileField):
    """Any number of uploads; lostfound.photos decides about each when it is saved."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The uploads in the order in which they were sent."""
        return [upload for upload in data or [] if isinstance(upload, UploadedFile)]


class RowField(forms.ChoiceField):
    """A select over rows that are in memory already, in groups; its value is the row."""

    rows: dict[str, Any]

    def offer(self, groups: Iterable[tuple[Any, Iterable[Any]]], empty: Any) -> None:
        """Set what may be chosen: rows under the heading of each group."""
        listed = [(heading, list(rows)) for heading, rows in groups]
        self.rows = {str(row.pk): row for _heading, rows in listed for row in rows}
        self.choices = [
            ("", empty),
            *((heading, [(row.pk, row.name) for row in rows]) for heading, rows in listed),
        ]

    def clean(self, value: Any) -> Any:
        """The chosen row, or None."""
        return self.rows.get(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        """Rows are named by their key."""
        return getattr(value, "pk", value)
