"""What signing up asks beside allauth's fields."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lostfound.models import User
from lostfound.services.consent import agree, asked_for


class ConsentAtSignUp(forms.Form):
    """Asks for consent once an office has published its texts; on the page and in the API."""

    agrees = forms.BooleanField(
        label=_("I have read the privacy notice and the terms of use, and agree"),
        error_messages={"required": _("Without your consent there can be no account.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked_for()
        if not self.asked:
            del self.fields["agrees"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """See allauth: called with the new person."""
        agree(user, self.asked)
