"""The edit version in a form: detects that a post has changed since its page was rendered."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lostfound.models import Post
from lostfound.services import EditConflict
from lostfound.services.edit_conflicts import edit_version_of, is_as_seen, names_in
from lostfound.services.post_fields import EDITABLE_FIELDS, OFFICE_FIELDS, TEXT_FIELDS

EDIT_VERSION: Final = "version"  # also used by drafts.js


class EditVersionField(forms.CharField):
    """A hidden field with the page's edit version, which never counts as a change."""

    def __init__(self) -> None:
        widget = forms.HiddenInput(
            attrs={"autocomplete": "off"}
        )  # so that no browser restores an old one
        super().__init__(required=False, widget=widget)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """A newer version is not a change to be saved."""
        return False


def brought_up_to_date(form: forms.BaseForm, changed: EditConflict) -> Any:
    """The submitted data, updated with the other person's changes so that it can be resubmitted.

    Keeps what the reader typed; fields that they left alone show the current values.
    """
    sent: Any = form.data  # its declared type has no copy()
    data = sent.copy()
    for name in names_in(data.get(EDIT_VERSION, "")):
        if name in form.fields and name not in changed.own:
            data[name] = form.fields[name].prepare_value(getattr(changed.now, name))
    data[EDIT_VERSION] = edit_version_of(changed.now, offered(form))
    return data


def offered(form: forms.BaseForm) -> list[str]:
    """The post's fields that the form offers."""
    return [name for name in (*EDITABLE_FIELDS, *OFFICE_FIELDS) if name in form.fields]


def left_behind(form: forms.BaseForm, post: Post) -> ValidationError | None:
    """A message with what was typed but can no longer be saved, as the post's status changed."""
    edit_version = form.data.get(EDIT_VERSION, "")
    typed = {
        name: form.data.get(name) for name in names_in(edit_version) if name not in form.fields
    }
    lost = [
        f"{Post._meta.get_field(name).verbose_name}: {text}"  # type: ignore[union-attr]
        for name, text in typed.items()
        if name in TEXT_FIELDS and text is not None and not is_as_seen(edit_version, name, text)
    ]
    if not lost:
        return None
    text = _(
        "The post's status has changed to “%(status)s”, so this can no longer be edited. You had "
        "entered: %(what)s"
    )
    values = {"status": post.get_status_display(), "what": " / ".join(lost)}
    return ValidationError(text % values, code="left_behind")
