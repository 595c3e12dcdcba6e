"""Handing several things over to one person, with one signature."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from lostfound.hooks import partner_of
from lostfound.models import Handover, Item, OwnershipClaim, Post, User
from lostfound.services.claims.errors import ClaimRefused
from lostfound.services.handovers import hand_over
from lostfound.services.receipts import Receipt, receipt_text
from lostfound.services.status import TransitionRefused

MAX_TOGETHER: Final = 10


@transaction.atomic
def hand_over_together(
    items: Sequence[Item],
    *,
    by: User,
    receipt: Receipt,
    claim: OwnershipClaim | None = None,
    second: User | None = None,
) -> list[Handover]:
    """Hand things over to one person, all or none; each gets a receipt of its own.

    Args:
        items: the first is the one that `claim` is for; none of them twice.
        claim: the approved claim that was checked; the other things have to be reserved for the
            same person. None for a walk-in, for whom none of the things may be reserved.

    Raises:
        ValidationError: as `hand_over`; keyed "more" if there are too many, or if a thing is
            reserved for somebody else.
        TransitionRefused, ConflictOfInterest, PermissionDenied: as `hand_over`, saying of which
            thing.
    """
    if len(items) > MAX_TOGETHER:
        message = _("Hand over at most %(limit)d things at once.") % {"limit": MAX_TOGETHER}
        raise ValidationError({"more": ValidationError(message, code="max_length")})
    _lock(items, claim)
    if len(items) > 1:
        receipt = replace(receipt, text=receipt_text(len(items)))
    first: Handover | None = None
    done: list[Handover] = []
    for item in items:
        own = claim if first is None else _claim_of_same(item, claim)
        try:
            handover = hand_over(
                item, by=by, receipt=receipt, claim=own, second=second, together_with=first
            )
        except TransitionRefused as refused:
            if first is None:
                raise
            raise ClaimRefused(refused.code, f"{item.shown_code}: {refused}") from refused
        first = first or handover
        done.append(handover)
    return done


def _lock(items: Sequence[Item], claim: OwnershipClaim | None) -> None:
    """Lock all posts, then all things, in the order of keys: `hand_over` locks one at a time."""
    claims = OwnershipClaim.objects.filter(item__in=items, state=OwnershipClaim.State.APPROVED)
    keys = {pk for pk in claims.values_list("lost_post", flat=True) if pk is not None}
    for post in Post.objects.filter(item__in=items):
        partner = partner_of(post)
        keys |= {post.pk} if partner is None else {post.pk, partner.pk}
    if claim is not None and claim.lost_post_id is not None:
        keys.add(claim.lost_post_id)
    list(Post.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    pks = [item.pk for item in items]
    list(Item.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"))


def _claim_of_same(item: Item, claim: OwnershipClaim | None) -> OwnershipClaim | None:
    """The approved claim of the same person to another thing; None for a walk-in.

    Raises: ValidationError
    """
    own = item.claims.filter(state=OwnershipClaim.State.APPROVED).first()
    is_same = (
        own is None
        if claim is None
        else own is not None and own.claimant_id == claim.claimant_id is not None
    )
    if is_same:
        return own
    message = _("%(code)s does not wait for the same person. Please hand it over on its own.")
    error = ValidationError(message % {"code": item.shown_code}, code="not_the_same")
    raise ValidationError({"more": error})
