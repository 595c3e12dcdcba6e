"""The checklist of a hand-over."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from lostfound.forms.intake import colleagues_of
from lostfound.models import Handover, Item, OwnershipClaim, User
from lostfound.selectors import items_called
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
    also = forms.MultipleChoiceField(
        label=_("What else waits for them"), required=False, widget=forms.CheckboxSelectMultiple
    )
    more = forms.CharField(
        label=_("More things that they receive"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    signature = forms.CharField(required=False, max_length=200_000, widget=forms.HiddenInput)
    typed_ack = forms.CharField(label=_("Or type the name"), required=False, max_length=80)

    def __init__(
        self, *args: Any, item: Item, by: User, claim: OwnershipClaim | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.item, is_walk_in = item, claim is None
        field = self.fields["also"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(other.code, str(other)) for other in _waiting_with(claim, by)]
        waiting = {code for code, _shown in field.choices}
        chosen = [other.code for other in self.others]
        self.initial["also"] = [code for code in chosen if code in waiting]
        self.initial["more"] = " ".join(code for code in chosen if code not in waiting)
        if not waiting:
            del self.fields["also"]
        things = [item, *self.others]
        if not is_walk_in:
            del self.fields["described"]
        second = self.fields["second_by"]
        assert isinstance(second, forms.ModelChoiceField)
        second.queryset = colleagues_of(by)
        if not (is_walk_in and any(one.needs_two_people or not facts_of(one) for one in things)):
            del self.fields["second_by"]

    @cached_property
    def _called(self) -> tuple[list[Item], list[str]]:
        data: Any = self.data  # its declared type has no getlist()
        if not self.is_bound:
            return items_called([self.initial.get("more", "")])
        return items_called([*data.getlist("also"), data.get("more", "")])

    @property
    def others(self) -> list[Item]:
        """The other things, chosen or typed."""
        return [other for other in self._called[0] if other.pk != self.item.pk]

    def clean_more(self) -> str:
        """Refuses what is neither a code nor a number of a thing."""
        if unknown := self._called[1]:
            words = _("There is no thing called: %(names)s. Please read it again.")
            message = str(words) % {"names": ", ".join(unknown)}
            raise forms.ValidationError(message, code="unknown")
        return str(self.cleaned_data["more"])

    @property
    def receipt(self) -> Receipt:
        """For `services.handovers.hand_over`."""
        return as_receipt(self.cleaned_data)


def _waiting_with(claim: OwnershipClaim | None, by: User) -> list[Item]:
    """What else is reserved for the same person at the office of whoever hands over."""
    if claim is None or claim.claimant_id is None:
        return []
    things = Item.objects.filter(
        claims__claimant=claim.claimant_id, claims__state=OwnershipClaim.State.APPROVED
    ).exclude(pk=claim.item_id)
    return [item for item in things.order_by("pk") if not item.is_kept_elsewhere_for(by)]
