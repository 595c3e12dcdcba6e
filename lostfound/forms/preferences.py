"""The form for a person's preferences: language, and which notifications by which channel."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.conf import settings
from django.conf.locale import LANG_INFO

from lostfound.models import Notification, NotificationChoice, User
from lostfound.services import choose_notifications

if TYPE_CHECKING:
    UserModelForm = forms.ModelForm[User]
else:
    UserModelForm = forms.ModelForm

IN_APP: Final = "in_app"
BY_EMAIL: Final = "by_email"


class PreferencesForm(UserModelForm):
    """Language, e-mail in general, and app and e-mail for each kind of notification."""

    language = forms.ChoiceField(
        # Each language in its own name, so that people who read only one can find it.
        choices=[(code, LANG_INFO[code]["name_local"]) for code, _name in settings.LANGUAGES],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = User
        fields = ("language", "wants_email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = {row.kind: row for row in NotificationChoice.objects.filter(user=self.instance)}
        for kind, label in Notification.Kind.choices:
            for way in (IN_APP, BY_EMAIL):
                self.fields[f"{kind}_{way}"] = forms.BooleanField(
                    label=label,
                    required=False,
                    initial=getattr(chosen[kind], way) if kind in chosen else True,
                )

    @property
    def kinds(self) -> Iterator[tuple[str, forms.BoundField, forms.BoundField]]:
        """Each kind of notification in words, with its switches for app and e-mail."""
        for kind, label in Notification.Kind.choices:
            yield str(label), self[f"{kind}_{IN_APP}"], self[f"{kind}_{BY_EMAIL}"]

    def save(self, commit: bool = True) -> User:
        """Save the person and the settings for each kind of notification."""
        saved = super().save(commit)
        for kind in Notification.Kind.values:
            choose_notifications(
                saved,
                kind,
                in_app=self.cleaned_data[f"{kind}_{IN_APP}"],
                by_email=self.cleaned_data[f"{kind}_{BY_EMAIL}"],
            )
        return saved
