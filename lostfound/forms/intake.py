"""The office's form for things that are handed in at the counter."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lostfound import selectors
from lostfound.forms.facts import fact_forms
from lostfound.forms.found import FoundPostForm
from lostfound.models import CategoryPrompt, Item, Post, User
from lostfound.models.item import MAX_SHELF_CHARS
from lostfound.models.post import MAX_HIDDEN_CHARS
from lostfound.services import Intake
from lostfound.services.items.receiving import FINDER_FIELDS, VALUE_FIELDS
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

    code = forms.CharField(
        label=_("Code of a label printed before"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    brought_note = forms.CharField(
        label=_("Name of the finder"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    brought_contact = forms.CharField(
        label=_("Contact of the finder"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    finder_rights = forms.ChoiceField(
        label=_("Rights of the finder"), required=False, choices=Item.FinderRights.choices
    )
    value_band = forms.ChoiceField(label=_("Value"), required=False, choices=Item.ValueBand.choices)
    cash_amount = forms.IntegerField(
        label=_("Amount of cash"), required=False, min_value=0, max_value=2**31 - 1
    )
    seal_no = forms.CharField(
        label=_("Number of the sealed bag"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    has_name_inside = forms.BooleanField(
        label=_("A name or a number to reach somebody is inside"), required=False
    )
    second_by = forms.ModelChoiceField(
        label=_("Counted together with"), required=False, queryset=User.objects.none()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        second = self.fields["second_by"]
        assert isinstance(second, forms.ModelChoiceField)
        second.queryset = colleagues_of(self.user)
        self.fields["title"].required = False
        self.fields["description"].widget.attrs["rows"] = 2
        if not self.is_bound:  # after an error, the first invalid field gets the focus
            self.fields["photos"].widget.attrs["autofocus"] = True
        self.fields["office"].label = _("Kept at")
        asked = CategoryPrompt.objects.filter(is_active=True)
        self.fact_rows = fact_forms(self.data if self.is_bound else None, prompts=asked)

    def clean(self) -> dict[str, Any]:
        """Uses category and colour as the title if there is none."""
        cleaned = super().clean()
        if self.fact_rows.is_bound and not self.fact_rows.is_valid():
            self.add_error(None, _("Please check the hidden facts."))
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
        """That the chosen office has the thing in its hands, and what was noted about it."""
        data = self.cleaned_data
        return Intake(
            finder={name: data.get(name) for name in FINDER_FIELDS if data.get(name)},
            value={name: data.get(name) for name in VALUE_FIELDS if data.get(name)},
            code=data.get("code") or "",
            second=data.get("second_by"),
            facts=self.fact_rows.facts,
        )

    def add_service_error(self, error: ValidationError) -> None:
        """Show an error of a service at its field, if the form has that."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, found in error.error_dict.items():
            self.add_error(name if name in self.fields else None, found)

    @property
    def has_facts(self) -> bool:
        """Whether a row of hidden facts was filled in, or is wrong."""
        rows = self.fact_rows
        return bool(rows.is_bound and (rows.has_changed() or rows.total_error_count()))

    @property
    def has_details(self) -> bool:
        """Whether anything about the finder or the value was filled in, or is wrong."""
        names = ("code", *FINDER_FIELDS, *VALUE_FIELDS, "second_by")
        plain = ("unknown", "none")
        filled = any(
            self[name].value() not in (None, "", False, *plain)
            for name in names
            if name in self.fields
        )
        return self.is_bound and (filled or any(name in self.errors for name in names))

    @property
    def values(self) -> dict[str, Any]:
        """The values for the services' `fields`."""
        return super().values | {name: self.cleaned_data[name] for name in OFFICE_FIELDS}


def colleagues_of(person: User) -> QuerySet[User]:
    """Other staff of the person's office, and those who work for all offices."""
    staff = User.objects.filter(is_staff=True, is_active=True).exclude(pk=person.pk)
    if person.office_id is not None:
        staff = staff.filter(Q(office=person.office_id) | Q(office=None))
    return staff.order_by("username")


def office_at_first(person: User, last: int | None) -> int | None:
    """The preselected office: the clerk's own, the last one used, or the only one."""
    offices = [office.pk for office in selectors.active_offices()]
    if last is None and person.office_id is None:  # a new session
        before = Post.objects.found().filter(author=person, office__in=offices).order_by("-pk")
        last = before.values_list("office", flat=True).first()
    only = offices[0] if len(offices) == 1 else None
    return next((office for office in (person.office_id, last) if office in offices), only)
