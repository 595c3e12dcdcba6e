"""What staff fill in about a post, and about many that they chose."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from lostfound.forms.edit_version import MARK, EditVersionField, left_behind, offered
from lostfound.models import Post
from lostfound.services.edit_conflicts import edit_version_of, is_as_seen
from lostfound.services.post_fields import (
    EDITABLE_FIELDS,
    MANY_LINES,
    OFFICE_FIELDS,
    TEXT_FIELDS,
    clean_text,
    refuse_future,
)


class PostForm(forms.ModelForm[Post]):
    """Cleans texts as the services do, so that nothing unmasked reaches the admin's own log.

    Attributes:
        refused: why a service has refused what is sent, where the page is shown for that.
    """

    refused: ClassVar[ValidationError | None] = None

    version = EditVersionField()

    class Meta:
        model = Post
        fields = ("kind", "author", *EDITABLE_FIELDS, *OFFICE_FIELDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial[MARK] = edit_version_of(self.instance, offered(self))

    @cached_property
    def changed_data(self) -> list[str]:
        """Without what only differs because somebody else has changed it since."""
        mark = self.data.get(MARK, "")
        return [
            name
            for name in super().changed_data
            if not is_as_seen(mark, name, self.cleaned_data.get(name))
        ]

    def clean(self) -> dict[str, Any]:
        """Mask numbers, refuse days to come."""
        cleaned = super().clean() or self.cleaned_data
        for name in TEXT_FIELDS:
            if name in cleaned:
                try:
                    cleaned[name] = clean_text(cleaned[name], is_one_line=name not in MANY_LINES)
                except ValidationError as error:
                    self.add_error(name, error)
        if cleaned.get("happened_on"):
            try:
                refuse_future(cleaned["happened_on"])
            except ValidationError as error:
                self.add_error(None, error)
        if self.instance.pk and (lost := left_behind(self, self.instance)):
            self.add_error(None, lost)
        if self.refused is not None:
            self.add_error(None, self._sayable(self.refused))
        return cleaned

    def _sayable(self, refused: ValidationError) -> ValidationError | dict[str, Any]:
        """At their fields, where those are on the page."""
        if not hasattr(refused, "error_dict"):
            return refused
        return {
            name if name in self.fields else NON_FIELD_ERRORS: errors
            for name, errors in refused.error_dict.items()
        }


class ShelfActionForm(ActionForm):
    """What the actions over chosen posts may need beside them."""

    shelf = forms.CharField(label=_("Shelf:"), required=False, max_length=40)
