"""What is filled in about an account, and what nobody takes away from their own."""

from typing import Any, ClassVar, Final

from django.contrib.auth.forms import UserChangeForm
from django.utils.translation import gettext as _

from lostfound.models import User

# Without one of these a person is locked out of the admin at once, and cannot take it back.
ACCESS_FLAGS: Final = ("is_active", "is_staff", "is_superuser")


class PersonForm(UserChangeForm[User]):
    """Django's own, but nobody locks themselves out."""

    editor: ClassVar[User | None] = None  # who fills it in; the admin makes a class for each

    def clean(self) -> dict[str, Any]:
        """Refuse at each field what would lock its editor out."""
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
                    "You cannot take this away from your own account: you would be locked out "
                    "at once. Somebody else has to do it."
                )
                self.add_error(name, text)
        return cleaned
