"""The admin's forms for one post, and for bulk actions."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from lostfound.forms.edit_version import EDIT_VERSION, EditVersionField, left_behind, offered
from lostfound.models import Post
from lostfound.models.access_log import MAX_REASON_CHARS
from lostfound.models.item import MAX_SHELF_CHARS
from lostfound.models.post import MAX_HIDDEN_CHARS
from lostfound.services.edit_conflicts import edit_version_of, is_as_seen
from lostfound.services.post_fields import (
    EDITABLE_FIELDS,
    MANY_LINES,
    TEXT_FIELDS,
    clean_text,
    validate_days,
)


class PostForm(forms.ModelForm[Post]):
    """Cleans texts as the services do, so that nothing unmasked reaches the admin's history.

    Attributes:
        refused: the error of a service, if the page is shown again because of one.
    """

    refused: ClassVar[ValidationError | None] = None

    version = EditVersionField()
    shelf = forms.CharField(
        label=_("Shelf or box"),
        required=False,
        max_length=MAX_SHELF_CHARS,
        help_text=_("For example A-12."),
    )
    hidden_facts = forms.CharField(
        label=_("Hidden facts"),
        required=False,
        max_length=MAX_HIDDEN_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One per line. The public never sees these words, so whoever claims the thing must "
            "know them."
        ),
    )

    class Meta:
        model = Post
        fields = ("kind", "author", *EDITABLE_FIELDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["shelf"] = self.instance.shelf
            self.initial["hidden_facts"] = self.instance.hidden_facts
            self.initial[EDIT_VERSION] = edit_version_of(self.instance, offered(self))
        elif "happened_on" in self.fields:
            self.initial["happened_on"] = None  # nothing is assumed about a loss
            self.fields["happened_on"].help_text = _(
                "If empty, a thing was found today, and the day of a loss is not known."
            )

    @cached_property
    def changed_data(self) -> list[str]:
        """The fields that this editor changed, not those that somebody else changed since."""
        version = self.data.get(EDIT_VERSION, "")
        return [
            name
            for name in super().changed_data
            if not is_as_seen(version, name, self.cleaned_data.get(name))
        ]

    def clean(self) -> dict[str, Any]:
        """Clean texts, refuse future dates, and report the error of a service."""
        cleaned = super().clean() or self.cleaned_data
        for name in TEXT_FIELDS:
            if name in cleaned:
                try:
                    cleaned[name] = clean_text(cleaned[name], is_one_line=name not in MANY_LINES)
                except ValidationError as error:
                    self.add_error(name, error)
        if "happened_on" in self.fields:
            self._check_days(cleaned)
        if self.instance.pk and (lost := left_behind(self, self.instance)):
            self.add_error(None, lost)
        if self.refused is not None:
            self.add_error(None, self._by_shown_field(self.refused))
        return cleaned

    def _check_days(self, cleaned: dict[str, Any]) -> None:
        """Found things without a day were found today; the day of a loss may be unknown."""
        kind = cleaned.get("kind") or self.instance.kind
        if kind == Post.Kind.FOUND:
            cleaned["happened_on"] = cleaned.get("happened_on") or timezone.localdate()
            cleaned["happened_until"] = None
        if {"happened_on", "happened_until"} & self.errors.keys():
            return
        try:
            validate_days(kind, cleaned.get("happened_on"), cleaned.get("happened_until"))
        except ValidationError as error:
            self.add_error(None, self._by_shown_field(error))

    def _by_shown_field(self, refused: ValidationError) -> ValidationError | dict[str, Any]:
        """The errors by field; those of fields that are not on the page are non-field errors."""
        if not hasattr(refused, "error_dict"):
            return refused
        return {
            name if name in self.fields else NON_FIELD_ERRORS: errors
            for name, errors in refused.error_dict.items()
        }


class ShelfActionForm(ActionForm):
    """The action form of the list, with a shelf, and why a file is needed."""

    shelf = forms.CharField(label=_("Shelf:"), required=False, max_length=MAX_SHELF_CHARS)
    reason = forms.CharField(
        label=_("Reason for a file:"), required=False, max_length=MAX_REASON_CHARS
    )
