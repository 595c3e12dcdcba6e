"""Field types and widgets of the forms."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lostfound.services.post_fields import OLDEST_DAYS

SELECTED: Final = SafeString(" selected")
WORDS_APART: Final = "|"  # choose.js splits at it; names may contain spaces


class PhotosInput(forms.FileInput):
    """A file input for several photographs."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, Any], name: str) -> Any:
        """All files submitted under the name."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class PhotosField(forms.FileField):
    """Any number of uploads; lostfound.media.processing validates each when it is saved."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The uploads in the order in which they were submitted."""
        return [upload for upload in data or [] if isinstance(upload, UploadedFile)]


class DayField(forms.DateField):
    """A day of the past, at most two years ago, as browsers let people choose it."""

    default_error_messages: ClassVar = {
        "required": _("Please choose a day."),
        "invalid": _("This is not a valid date. Please enter it like 2026-03-31."),
    }

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """With the bounds of the day on which the page is shown."""
        today = timezone.localdate()
        earliest = today - timedelta(days=OLDEST_DAYS)
        self.widget.attrs |= {"max": today.isoformat(), "min": earliest.isoformat()}
        return super().get_bound_field(form, field_name)


class RowSelect(forms.Select):
    """A select for hundreds of options; Django's would render a template for each of them.

    `words`: synonyms by option value, for a script's search.
    """

    words: dict[str, str]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The select with its option groups as HTML."""
        chosen = set(self.format_value(value))

        words = getattr(self, "words", {})

        def also(key: Any) -> SafeString | str:
            return format_html(' data-words="{}"', words[str(key)]) if str(key) in words else ""

        def options(rows: Iterable[tuple[Any, Any]]) -> SafeString:
            return format_html_join(
                "",
                '<option value="{}"{}{}>{}</option>',
                (
                    (key, SELECTED if str(key) in chosen else "", also(key), label)
                    for key, label in rows
                ),
            )

        parts = [
            format_html('<optgroup label="{}">{}</optgroup>', heading, options(rows))
            if isinstance(rows, list)
            else options([(heading, rows)])
            for heading, rows in self.choices
        ]
        final = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(final), SafeString("".join(parts)))


class RowField(forms.ChoiceField):
    """A grouped select over rows that are already in memory; its value is the row.

    Args:
        key: the attribute that identifies a row; a code keeps shared URLs readable.
    """

    widget = RowSelect
    rows: dict[str, Any]

    def __init__(self, *args: Any, key: str = "pk", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key

    def offer(self, groups: Iterable[tuple[Any, Iterable[Any]]], empty: Any) -> None:
        """Set the choices: rows in groups with headings."""
        listed = [(heading, list(rows)) for heading, rows in groups]
        self.rows = {str(getattr(row, self.key)): row for _, rows in listed for row in rows}
        select: Any = self.widget  # declared as a class, but an instance in each form
        select.words = {
            key: words for key, row in self.rows.items() if (words := _other_words(row))
        }
        self.choices = [
            ("", empty),
            *(
                (heading, [(getattr(row, self.key), row.name) for row in rows])
                for heading, rows in listed
            ),
        ]

    def clean(self, value: Any) -> Any:
        """The chosen row, or None."""
        return self.rows.get(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        """The key of a row, which identifies it in the form."""
        return getattr(value, self.key, value)


def _other_words(row: Any) -> str:
    """Both names of a row and its synonyms."""
    words = [getattr(row, name, "") for name in ("name_ko", "name_en")]
    for name in ("synonyms_ko", "synonyms_en"):
        words += getattr(row, name, [])
    return WORDS_APART.join(word for word in words if word)
