"""What a form that changes a post knows of the page that it came with."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lostfound.models import Post
from lostfound.services import EditConflict
from lostfound.services.edit_conflicts import edit_version_of, is_as_seen, names_in
from lostfound.services.post_fields import EDITABLE_FIELDS, OFFICE_FIELDS, TEXT_FIELDS

MARK: Final = "version"  # as drafts.js calls it, too


class EditVersionField(forms.CharField):
    """Carries the mark of a page; it is never what somebody changed."""

    def __init__(self) -> None:
        widget = forms.HiddenInput(attrs={"autocomplete": "off"})  # no browser puts an old one back
        super().__init__(required=False, widget=widget)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """A newer mark is nothing to be saved."""
        return False


def brought_up_to_date(form: forms.BaseForm, changed: EditConflict) -> Any:
    """What was sent, made ready to be sent again: it knows now what the other person changed.

    What the reader typed stays; a field that they left alone shows what stands there now.
    """
    sent: Any = form.data  # typed as what has no copy
    data = sent.copy()
    for name in names_in(data.get(MARK, "")):
        if name in form.fields and name not in changed.own:
            data[name] = form.fields[name].prepare_value(getattr(changed.now, name))
    data[MARK] = edit_version_of(changed.now, offered(form))
    return data


def offered(form: forms.BaseForm) -> list[str]:
    """The fields of a post that a form offers."""
    return [name for name in (*EDITABLE_FIELDS, *OFFICE_FIELDS) if name in form.fields]


def left_behind(form: forms.BaseForm, post: Post) -> ValidationError | None:
    """Says what was typed on the page and can no longer be saved, as the post moved on since."""
    edit_version = form.data.get(MARK, "")
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
        "Meanwhile this post was put to “%(status)s”, so this can no longer be changed. You had "
        "written: %(what)s"
    )
    values = {"status": post.get_status_display(), "what": " / ".join(lost)}
    return ValidationError(text % values, code="left_behind")
