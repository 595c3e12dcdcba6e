"""The form for an account, which keeps people from locking themselves out."""

from typing import Any, ClassVar, Final

from django.contrib.auth.forms import UserChangeForm
from django.utils.translation import gettext as _

from lostfound.models import User

# Losing one of these locks a person out of the admin at once, so they could not undo it.
ACCESS_FLAGS: Final = ("is_active", "is_staff", "is_superuser")


class PersonForm(UserChangeForm[User]):
    """Django's form; refuses changes with which editors would lock themselves out."""

    editor: ClassVar[User | None] = (
        None  # the admin sets it on the class that it creates per request
    )

    def clean(self) -> dict[str, Any]:
        """Add an error to each field that would lock its editor out."""
        cleaned = dict(super().clean() or self.cleaned_data)
        if self.editor is not None and self.instance.pk == self.editor.pk:
            taken: list[str] = [
                name
                for name in ACCESS_FLAGS
                if name in cleaned and getattr(self.editor, name) and not cleaned[name]
            ]
            if "groups" in cleaned and not self.editor.is_superuser:
                taken += ["groups"] * bool(set(self.editor.groups.all()) - set(cleaned["groups"]))
            for name in taken:
                text = _(
                    "You cannot remove this from your own account: you would be locked out at "
                    "once. Please ask another administrator."
                )
                self.add_error(name, text)
        return cleaned
