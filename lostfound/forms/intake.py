"""The office's form for things that are handed in at the counter."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lostfound import selectors
from lostfound.forms.found import FoundPostForm
from lostfound.models import Post, User
from lostfound.models.item import MAX_SHELF_CHARS
from lostfound.models.post import MAX_HIDDEN_CHARS
from lostfound.services import Intake
from lostfound.services.post_fields import OFFICE_FIELDS


class IntakeForm(FoundPostForm):
    """A found thing at the counter: photograph, place of the find, and place of storage."""

    no_office = _("Elsewhere, as written below")

    shelf = forms.CharField(
        label=_("Shelf or box"),
        required=False,
        max_length=MAX_SHELF_CHARS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "shelves"}),
    )
    hidden_facts = forms.CharField(
        label=_("Facts that stay hidden"),
        required=False,
        max_length=MAX_HIDDEN_CHARS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["description"].widget.attrs["rows"] = 2
        if not self.is_bound:  # after an error, the first invalid field gets the focus
            self.fields["photos"].widget.attrs["autofocus"] = True
        self.fields["office"].label = _("Kept at")

    def clean(self) -> dict[str, Any]:
        """Uses category and colour as the title if there is none."""
        cleaned = super().clean()
        if not cleaned.get("title"):
            category = cleaned.get("category")
            if category is None:
                message = _("Please choose a category, or say in a few words what it is.")
                self.add_error("title", ValidationError(message, code="required"))
            else:
                colour = Post(colour=cleaned.get("colour") or "").colour_name
                cleaned["title"] = " ".join(part for part in (colour, category.name) if part)
        return cleaned

    @property
    def intake(self) -> Intake:
        """That the chosen office has the thing in its hands."""
        return Intake()

    @property
    def values(self) -> dict[str, Any]:
        """The values for the services' `fields`."""
        return super().values | {name: self.cleaned_data[name] for name in OFFICE_FIELDS}


def office_at_first(person: User, last: int | None) -> int | None:
    """The preselected office: the clerk's own, the last one used, or the only one."""
    offices = [office.pk for office in selectors.active_offices()]
    if last is None and person.office_id is None:  # a new session
        before = Post.objects.found().filter(author=person, office__in=offices).order_by("-pk")
        last = before.values_list("office", flat=True).first()
    only = offices[0] if len(offices) == 1 else None
    return next((office for office in (person.office_id, last) if office in offices), only)
