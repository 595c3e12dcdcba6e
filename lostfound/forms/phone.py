"""The form for a loss that somebody reports by telephone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lostfound.forms.posts import PostForm


class PhoneReportForm(PostForm):
    """A lost post in the caller's words, and how to reach them."""

    caller_name = forms.CharField(
        label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    caller_phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    caller_email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].label = _("Where did they lose it?")
        self.fields["day_is"].label = _("When did they lose it?")
