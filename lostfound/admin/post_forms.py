"""What staff fill in about a post, and about many that they chose."""

from typing import Any

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lostfound.admin.bases import PostModelForm
from lostfound.models import Post
from lostfound.services.post_fields import (
    EDITABLE_FIELDS,
    MANY_LINES,
    OFFICE_FIELDS,
    TEXT_FIELDS,
    clean_text,
    refuse_future,
)


class PostForm(PostModelForm):
    """Cleans texts as the services do, so that nothing unmasked reaches the admin's own log."""

    class Meta:
        model = Post
        fields = ("kind", "author", *EDITABLE_FIELDS, *OFFICE_FIELDS)

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
        return cleaned


class ShelfActionForm(ActionForm):
    """What the actions over chosen posts may need beside them."""

    shelf = forms.CharField(label=_("Shelf:"), required=False, max_length=40)
