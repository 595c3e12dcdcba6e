"""Changing a claim's state: one locked row, one guarded UPDATE, and what follows from it."""

from typing import Final

from lostfound.hooks import report_claim
from lostfound.models import CustodyEvent, Item, OwnershipClaim, User
from lostfound.services.claims.errors import changed_meanwhile
from lostfound.services.items.custody import append, lock_item
from lostfound.services.notifications import notify

State = OwnershipClaim.State

# A claim in one of these states says nothing for the claimant any more.
ENDED: Final = (State.WITHDRAWN, State.REJECTED, State.SUPERSEDED, State.REVOKED)


def lock_claim(claim: OwnershipClaim) -> OwnershipClaim:
    """Lock the claim's thing, then the claim, until the transaction ends.

    Raises: OwnershipClaim.DoesNotExist
    """
    item = lock_item(Item(pk=claim.item_id))
    locked = OwnershipClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    locked.item = item
    return locked


def advance(claim: OwnershipClaim, to: str, **changes: object) -> OwnershipClaim:
    """Move a locked claim to another state, with one guarded UPDATE.

    Raises: ClaimRefused
    """
    values = {**changes, "state": to, "version": claim.version + 1}
    row = OwnershipClaim.objects.filter(pk=claim.pk, state=claim.state, version=claim.version)
    if not row.update(**values):
        raise changed_meanwhile()
    for name, value in values.items():
        setattr(claim, name, value)
    if to in ENDED:
        report_claim(claim)
    return claim


def release(claim: OwnershipClaim, *, actor: User | None) -> None:
    """If the thing is reserved for this claim, it is merely kept again."""
    if claim.state == State.APPROVED and claim.item.state == Item.State.RESERVED:
        append(
            claim.item,
            actor=actor,
            kind=CustodyEvent.Kind.RELEASED,
            to_state=Item.State.HELD,
            office=claim.item.office,
            place=claim.item.place,
            ref=claim.number,
        )


def tell(claim: OwnershipClaim, kind: str) -> None:
    """Notify the claimant, if the account and the thing's post still exist."""
    if claim.claimant is not None and claim.item.post is not None:
        notify(claim.claimant, claim.item.post, kind, claim=claim)
