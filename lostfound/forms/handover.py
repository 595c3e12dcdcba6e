"""The checklist of a hand-over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lostfound.forms.intake import colleagues_of
from lostfound.models import Handover, Item, User
from lostfound.services.claims.facts import facts_of
from lostfound.services.receipts import Receipt, as_receipt


class HandoverForm(forms.Form):
    """What is checked and signed; never a number of an identity document."""

    claim = forms.IntegerField(required=False, widget=forms.HiddenInput)  # that the page shows
    described = forms.CharField(
        label=_("How do they describe it, in their own words?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    receiver_name = forms.CharField(label=_("Received by"), max_length=80)
    id_kind = forms.ChoiceField(
        label=_("Identity document that you saw"),
        choices=Handover.IdKind.choices,
        widget=forms.RadioSelect,
    )
    name_agrees = forms.BooleanField(label=_("The name on it agrees."), required=False)
    contents_counted = forms.BooleanField(
        label=_("We have looked at the contents together."), required=False
    )
    is_proxy = forms.BooleanField(label=_("They collect it for somebody else."), required=False)
    proxy_of = forms.CharField(label=_("For whom?"), required=False, max_length=80)
    second_by = forms.ModelChoiceField(
        label=_("Together with"), queryset=User.objects.none(), required=False
    )
    signature = forms.CharField(required=False, max_length=200_000, widget=forms.HiddenInput)
    typed_ack = forms.CharField(label=_("Or type the name"), required=False, max_length=80)

    def __init__(self, *args: Any, item: Item, by: User, is_walk_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_walk_in:
            del self.fields["described"]
        second = self.fields["second_by"]
        assert isinstance(second, forms.ModelChoiceField)
        second.queryset = colleagues_of(by)
        if not (is_walk_in and (item.needs_two_people or not facts_of(item))):
            del self.fields["second_by"]

    @property
    def receipt(self) -> Receipt:
        """For `services.handovers.hand_over`."""
        return as_receipt(self.cleaned_data)
