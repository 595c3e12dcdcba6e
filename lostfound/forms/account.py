"""The form with which a person deletes their account."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lostfound.infra.rate_limits import allow
from lostfound.models import User

TRIES_PER_HOUR = 10


class DeleteAccountForm(forms.Form):
    """Asks for the password, or for the user name of somebody who signs in without one."""

    confirmation = forms.CharField(label=gettext_lazy("Your password"), max_length=200)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        field = self.fields["confirmation"]
        field.strip = False  # type: ignore[attr-defined]
        if person.has_usable_password():
            field.widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        else:
            field.label = _("Your user name")

    def clean_confirmation(self) -> str:
        """Raises: ValidationError"""
        given: str = self.cleaned_data["confirmation"]
        refuse_unconfirmed(self.person, given)
        return given


def refuse_unconfirmed(person: User, given: str) -> None:
    """Raise unless this is the person's password, or their name if they have none.

    Raises: ValidationError
    """
    if not allow("delete_account", str(person.pk), TRIES_PER_HOUR).allowed:
        raise ValidationError(_("Too many attempts. Please try again later."), code="throttled")
    if person.has_usable_password():
        if not person.check_password(given):
            raise ValidationError(_("This is not your password."), code="wrong_password")
    elif given.strip() != person.username:
        raise ValidationError(_("This is not your user name."), code="wrong_name")
