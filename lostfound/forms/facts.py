"""Rows of hidden facts in a form: question, answer, weight and kind of each."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lostfound.models import CategoryPrompt, ControlFact, Post
from lostfound.models.fact import MIN_WEIGHT
from lostfound.models.post import MAX_HIDDEN_CHARS
from lostfound.services.items.facts import Fact

PREFIX: Final = "facts"
BLANK_ROWS: Final = 2
MAX_ROWS: Final = 30
WEIGHTS: Final = ((1, _("1: easy to guess")), (2, "2"), (3, _("3: only the owner can know")))


class FactForm(forms.Form):
    """One fact; a row without an answer is left out."""

    prompt = forms.ModelChoiceField(
        label=_("Question"),
        queryset=CategoryPrompt.objects.none(),
        required=False,
        empty_label=_("Other"),
    )
    answer = forms.CharField(
        label=_("Hidden fact"),
        required=False,
        max_length=MAX_HIDDEN_CHARS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    weight = forms.TypedChoiceField(
        label=_("Weight"), choices=WEIGHTS, coerce=int, required=False, initial=MIN_WEIGHT
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=ControlFact.Kind.choices,
        required=False,
        initial=ControlFact.Kind.WORDS,
    )

    def __init__(self, *args: Any, prompts: list[CategoryPrompt], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["prompt"]
        assert isinstance(field, forms.ModelChoiceField)
        # The choices are read once for all rows.
        field.queryset = CategoryPrompt.objects.filter(pk__in=[one.pk for one in prompts])
        field.choices = [("", field.empty_label), *((one.pk, one.text) for one in prompts)]


class FactFormSet(forms.BaseFormSet[FactForm]):
    """The facts of one thing, and blank rows for more."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts for `services.items.facts`, in their order."""
        rows = (form.cleaned_data for form in self.forms if form.is_bound)
        return tuple(
            Fact(
                row["answer"],
                row.get("prompt"),
                row.get("weight") or MIN_WEIGHT,
                row.get("kind") or ControlFact.Kind.WORDS,
            )
            for row in rows
            if row.get("answer")
        )


_FormSet = forms.formset_factory(
    FactForm,
    formset=FactFormSet,
    extra=BLANK_ROWS,
    max_num=MAX_ROWS,
    absolute_max=MAX_ROWS,
)


def fact_forms(
    data: Mapping[str, Any] | None = None,
    *,
    prompts: QuerySet[CategoryPrompt],
    facts: Iterable[ControlFact] = (),
) -> Any:
    """The rows: bound if `data` has any, otherwise with these facts."""
    initial = [
        {
            "prompt": fact.prompt_id,
            "answer": fact.answer,
            "weight": fact.weight,
            "kind": fact.kind,
        }
        for fact in facts
    ]
    bound = data if data is not None and f"{PREFIX}-TOTAL_FORMS" in data else None
    return _FormSet(bound, prefix=PREFIX, initial=initial, form_kwargs={"prompts": list(prompts)})


def prompts_about(post: Post | None) -> QuerySet[CategoryPrompt]:
    """The questions that facts of a thing may answer; all of them if its sort is not known yet."""
    asked = CategoryPrompt.objects.filter(is_active=True)
    category = post.category if post is not None else None
    if category is None:
        return asked
    general = Q(category=None, family=None)
    return asked.filter(general | Q(category=category) | Q(family=category.family_id))
