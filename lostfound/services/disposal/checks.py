"""What may leave in a batch, and why not."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from lostfound.models import DisposalBatch, Item, OwnershipClaim, User
from lostfound.services.status import TransitionRefused

Kind = DisposalBatch.Kind

PERMISSIONS: Final = {
    Kind.POLICE: "lostfound.police_batch",
    Kind.TO_FINDER: "lostfound.dispose_item",
    Kind.DONATE: "lostfound.dispose_item",
    Kind.DESTROY: "lostfound.dispose_item",
}


class BatchRefused(TransitionRefused):
    """Something in a batch must not leave; nothing was saved.

    Attributes:
        codes: codes of the things, each with why.
    """

    code = "not_all"

    def __init__(self, reasons: dict[str, str]) -> None:
        self.codes = reasons
        super().__init__("; ".join(f"{code}: {why}" for code, why in reasons.items()))


def allowed_kinds() -> list[str]:
    """The kinds of batches that this site makes: donation and destruction only if switched on."""
    kinds: list[str] = [Kind.POLICE, Kind.TO_FINDER]
    if settings.DONATION_ALLOWED:
        kinds.append(Kind.DONATE)
    if settings.DESTRUCTION_ALLOWED:
        kinds.append(Kind.DESTROY)
    return kinds


def refuse_kind(kind: str, actor: User) -> None:
    """Refuse a kind that is switched off, or that the person may not make.

    Raises: TransitionRefused, PermissionDenied
    """
    if kind not in allowed_kinds():
        raise TransitionRefused(_("The office does not do this. An administrator can allow it."))
    if not actor.has_perm(PERMISSIONS[Kind(kind)]):
        raise PermissionDenied


def refuse_items(kind: str, items: Sequence[Item], today: date) -> None:
    """Refuse things that must stay, all of them at once.

    Args:
        items: locked by the caller.

    Raises: BatchRefused
    """
    claimed = set(
        OwnershipClaim.objects.live().filter(item__in=items).values_list("item", flat=True)
    )
    reasons = {
        item.shown_code: why
        for item in items
        if (why := _why_not(kind, item, today, is_claimed=item.pk in claimed))
    }
    if reasons:
        raise BatchRefused(reasons)


def _why_not(kind: str, item: Item, today: date, *, is_claimed: bool) -> str:
    if item.state != Item.State.HELD:
        return _("is “%(now)s”") % {"now": item.get_state_display()}
    if is_claimed:
        return _("somebody claims it")
    if kind == Kind.POLICE:  # may be what the hold is for
        return ""
    if item.is_on_hold:
        return _("must not leave")
    if item.keep_until is None or today <= item.keep_until:
        return _("is still kept for its owner")
    if kind == Kind.TO_FINDER and item.finder_rights != Item.FinderRights.KEPT:
        return _("its finder has not kept the rights")
    if kind == Kind.DESTROY and item.clock.get("on_expiry") != "destroy":
        return _("its rule does not allow destruction")
    return ""
