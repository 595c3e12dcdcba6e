"""The search form."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lostfound import selectors
from lostfound.forms.fields import RowField
from lostfound.models import Building, Category, Colour
from matching.search.tokens import is_readable

MAX_WORDS_CHARS = 200
DAY_INPUT = {"type": "date"}
NOT_LISTED = {"invalid_choice": _("Please choose from the list.")}
NOT_A_DATE = {"invalid": _("This is not a valid date. Please enter it like 2026-03-31.")}


class SearchForm(forms.Form):
    """Words and facts about a found thing; every field is optional."""

    q = forms.CharField(
        label=_("What are you looking for?"),
        required=False,
        max_length=MAX_WORDS_CHARS,
        widget=forms.TextInput(attrs={"type": "search", "enterkeyhint": "search"}),
        error_messages={
            "max_length": _("This is too long. Please use at most %(limit_value)d characters."),
            "null_characters_not_allowed": _("This contains a character that cannot be read."),
        },
    )
    category = RowField(label=_("Category"), required=False, key="code", error_messages=NOT_LISTED)
    colour = forms.ChoiceField(
        label=_("Colour"),
        required=False,
        choices=[("", _("Any")), *Colour.choices],
        error_messages=NOT_LISTED,
    )
    building = RowField(label=_("Place"), required=False, key="code", error_messages=NOT_LISTED)
    since = forms.DateField(
        label=_("Found from"),
        required=False,
        widget=forms.DateInput(DAY_INPUT, "%Y-%m-%d"),
        error_messages=NOT_A_DATE,
    )
    until = forms.DateField(
        label=_("Found until"),
        required=False,
        widget=forms.DateInput(DAY_INPUT, "%Y-%m-%d"),
        error_messages=NOT_A_DATE,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name, groups, words in (
            ("category", selectors.categories_by_family(), _("Any: wallet, 에어팟, umbrella…")),
            ("building", selectors.buildings_by_zone(), _("Any: library, 학생회관, gym…")),
        ):
            field = self.fields[name]
            assert isinstance(field, RowField)
            field.offer(((heading.name, rows) for heading, rows in groups), empty=_("Any"))
            field.widget.attrs |= {
                "data-searchable": words,
                "data-nothing": _("No results."),
            }
        self.fields["q"].widget.attrs["placeholder"] = _("For example: black umbrella, 흰색 에어팟")

    def clean_q(self) -> str:
        """The text in one line; if there is any, it must contain a letter or a digit."""
        text = " ".join(str(self.cleaned_data["q"]).split())
        if text and not is_readable(text):
            message = _("Please enter a word or a number, such as a thing or its colour.")
            raise ValidationError(message, "no_words")
        return text

    def clean(self) -> dict[str, Any]:
        """Checks that the first day does not come after the last one."""
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if isinstance(since, date) and isinstance(until, date) and since > until:
            message = _("This day is before the first one.")
            self.add_error("until", ValidationError(message, "before_since"))
        return cleaned

    @property
    def facts(self) -> dict[str, Category | Building | str | date]:
        """The valid facts that were entered, by name."""
        cleaned = getattr(self, "cleaned_data", {})
        return {name: cleaned[name] for name in cleaned if name != "q" and cleaned[name]}
