"""The forms for found things, and the choice of form for editing a post."""

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lostfound import selectors
from lostfound.forms.fields import RowField
from lostfound.forms.posts import PostForm
from lostfound.models import Office, Post
from lostfound.services.post_fields import CUSTODY_FIELDS, EDITABLE_FIELDS, LOST_FIELDS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class FoundPostForm(PostForm):
    """A post about a found thing, with the place where it is kept."""

    kind = Post.Kind.FOUND
    no_office: "StrOrPromise" = _("I have not handed it in")  # the empty choice

    office = RowField(label=_("Which office has it?"), required=False)
    kept_note = forms.CharField(
        label=_("Or where is it kept?"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].label = _("Where did you find it?")
        for name in ("day_is", *LOST_FIELDS):
            del self.fields[name]
        self.fields["happened_on"].label = _("When did you find it?")
        self.fields["happened_on"].required = True
        if self.post is None:
            self.initial.setdefault("happened_on", timezone.localdate())
        offices: list[Office] = list(selectors.active_offices())
        kept = self.post.office if self.post else None
        if kept and kept not in offices:
            offices.append(kept)
        self.row_field("office").offer(
            [(_("Lost-and-found offices"), offices)], empty=self.no_office
        )

    def clean(self) -> dict[str, Any]:
        """Requires an office or a place, because the owner has to know where to go."""
        cleaned = super().clean()
        if not {"office", "kept_note"} & self.errors.keys() and not (
            cleaned.get("office") or cleaned.get("kept_note")
        ):
            message = _("Please choose an office, or describe where the thing is kept.")
            self.add_error("office", ValidationError(message, code="required"))
        return cleaned


class KeepingForm(FoundPostForm):
    """Where a found thing is kept, which may change even after its post has been matched."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in EDITABLE_FIELDS:
            if name in self.fields and name not in CUSTODY_FIELDS:
                del self.fields[name]


class WordsForm(FoundPostForm):
    """The words of a post whose thing the office keeps: where it is and its photographs stay."""

    is_words_only = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CUSTODY_FIELDS:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Without the demand for a place."""
        return super(FoundPostForm, self).clean()


FORMS: Final[dict[str, type[PostForm]]] = {"lost": PostForm, "found": FoundPostForm}


def form_for(post: Post) -> type[PostForm] | None:
    """The form for editing a post in its current status; None if it cannot be edited."""
    if post.is_in_custody:
        return WordsForm if post.is_open else None
    if post.is_open:
        return FORMS[post.kind]
    if post.status == Post.Status.MATCHED and post.kind == Post.Kind.FOUND:
        return KeepingForm
    return None
