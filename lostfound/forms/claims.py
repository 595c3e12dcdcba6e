"""The form on which somebody claims a found thing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lostfound.models import CategoryPrompt, Post, User
from lostfound.models.claim import MAX_ANSWER_CHARS
from lostfound.services import photo_staging
from lostfound.services.claims import prompts_for
from lostfound.services.claims.submitting import REPORTED


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
        self.fields["photo"] = forms.FileField(
            label=_("A photograph that shows that it is yours"),
            required=False,
            allow_empty_file=True,  # the service says what is wrong with it
            widget=forms.FileInput(attrs={"accept": "image/*,.heic,.heif"}),
        )
        self.claimant = claimant
        data: Any = self.data  # its declared type has no getlist()
        tokens = [token for token in (data.get("staged"),) if token and not data.get("drop_staged")]
        self.staged = photo_staging.staged_photos(claimant, tokens)
        reports = Post.objects.lost().filter(author=claimant, status__in=REPORTED)
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
    def upload(self) -> Any:
        """The photograph to send: a new one, or else the one of an earlier try."""
        chosen = self.files.get("photo") if self.files else None
        if chosen is not None:
            return chosen
        return self.staged[0].as_upload() if self.staged else None

    def stage_photo(self) -> None:
        """Keep a valid new photograph for the next try, or say what is wrong with it."""
        chosen = self.files.get("photo") if self.files else None
        if chosen is None:
            return
        kept, errors = photo_staging.stage_photos(self.claimant, [chosen])
        if kept:
            self.discard_staged()
            self.staged = kept
        if errors and "photo" not in self.errors:
            self.add_error("photo", errors[0])

    def discard_staged(self) -> None:
        """Discard a photograph of an earlier try."""
        photo_staging.discard_staged(self.staged)

    @property
    def answers(self) -> dict[CategoryPrompt, str]:
        """The answers for `submit_claim`."""
        return {prompt: self.cleaned_data[self.name_of(prompt)] for prompt in self.prompts}
