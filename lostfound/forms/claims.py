"""The form on which somebody claims a found thing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lostfound.models import CategoryPrompt, Post, User
from lostfound.models.claim import MAX_ANSWER_CHARS
from lostfound.services.claims import prompts_for


class ClaimForm(forms.Form):
    """The questions of the thing's category, and the claimant's own report of the loss.

    Free text only: a choice among answers would be guessed.
    """

    def __init__(self, *args: Any, post: Post, claimant: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prompts = prompts_for(post)
        for prompt in self.prompts:
            self.fields[self.name_of(prompt)] = forms.CharField(
                label=prompt.text,
                required=False,
                max_length=MAX_ANSWER_CHARS,
                widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
            )
        self.fields["story"] = forms.CharField(
            label=_("Anything else that shows that it is yours"),
            required=False,
            max_length=MAX_ANSWER_CHARS,
            widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        )
        reports = Post.objects.lost().filter(
            author=claimant, status__in=(Post.Status.OPEN, Post.Status.MATCHED)
        )
        self.fields["lost_post"] = forms.ModelChoiceField(
            label=_("Your report of the loss"),
            queryset=reports,
            to_field_name="public_id",
            required=False,
            empty_label=_("I have not reported it"),
        )
        if not reports.exists():
            del self.fields["lost_post"]

    @staticmethod
    def name_of(prompt: CategoryPrompt) -> str:
        """The name of the field with the answer to a question."""
        return f"answer_{prompt.pk}"

    @property
    def questions(self) -> list[forms.BoundField]:
        """The fields with the answers, in the order of the questions."""
        return [self[self.name_of(prompt)] for prompt in self.prompts]

    @property
    def answers(self) -> dict[CategoryPrompt, str]:
        """The answers for `submit_claim`."""
        return {prompt: self.cleaned_data[self.name_of(prompt)] for prompt in self.prompts}
