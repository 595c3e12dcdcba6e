"""Handing a thing over, with a receipt; and taking that back."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.hooks import partner_of
from lostfound.models import (
    ClaimVerdict,
    CustodyEvent,
    Handover,
    Item,
    Notification,
    OwnershipClaim,
    Post,
    User,
)
from lostfound.services.claims.errors import ClaimRefused, ConflictOfInterest
from lostfound.services.claims.judging import refuse_matched_to_other, supersede_rivals
from lostfound.services.claims.states import advance, tell
from lostfound.services.items.custody import append, lock_item
from lostfound.services.items.transitions import NotHere
from lostfound.services.locking import refuse_another_office
from lostfound.services.notifications import notify
from lostfound.services.post_fields import clean_text
from lostfound.services.receipts import TEXT_VERSION, Receipt, checked, receipt_text
from lostfound.services.status import AlreadySo, TransitionRefused, change_status

REVERSIBLE_FOR: Final = timedelta(days=30)


@transaction.atomic
def hand_over(
    item: Item,
    *,
    by: User,
    receipt: Receipt,
    claim: OwnershipClaim | None = None,
    second: User | None = None,
    together_with: Handover | None = None,
) -> Handover:
    """Hand a thing over to its owner: for an approved claim, or to somebody at the counter.

    Args:
        claim: the approved claim; None for a walk-in, who has described the thing.
        second: who confirms it, where two people are needed.
        together_with: the first hand-over that the same signature is for.

    Raises:
        AlreadySo: somebody else has just handed it over.
        TransitionRefused: it is reserved for somebody else, held back, or not here.
        ClaimRefused: `separate_duties`, `second_person`, `matched_to_other`.
        ConflictOfInterest: the claim is the own one of whoever hands over or confirms.
        ValidationError: by field.
        PermissionDenied: another office keeps it.
    """
    posts = _lock_posts(item, claim)
    item = lock_item(item)
    refuse_another_office(item, by)
    if item.state == Item.State.HANDED_OVER:
        raise AlreadySo(_("This thing has been handed over already."))
    if not item.is_in_custody:
        raise NotHere
    if item.is_on_hold:
        raise ClaimRefused("on_hold", _("This thing must not leave at the moment."))
    approved = item.claims.filter(state=OwnershipClaim.State.APPROVED).first()
    if approved != claim:
        raise ClaimRefused("changed", _("This thing is reserved for somebody, or not here."))
    claim = approved
    if claim is not None:
        claim.item = item
        if claim.claimant_id in (by.pk, second and second.pk):
            raise ConflictOfInterest
        refuse_matched_to_other(claim)
    values = checked(item, receipt, claim)
    _refuse_alone(item, claim, by, second)
    handover = Handover.objects.create(
        item=item,
        claim=claim,
        by=by,
        second_by=second,
        text_version=TEXT_VERSION,
        text=receipt.text or receipt_text(),
        together_with=together_with,
        **values,
    )
    append(
        item,
        actor=by,
        kind=CustodyEvent.Kind.HANDED_OVER,
        to_state=Item.State.HANDED_OVER,
        office=item.office,
        place=None,
        ref=handover.receipt_no,
        detail={"receiver": values["receiver_name"]},
    )
    if claim is not None:
        advance(claim, OwnershipClaim.State.COLLECTED)
        supersede_rivals(claim)
    else:
        _close_claims(item)
    _return_posts(posts, by, handover, claim)
    return handover


@transaction.atomic
def reverse_handover(handover: Handover, *, by: User, reason: str) -> Handover:
    """Record that a thing is back: the receipt stays, and its posts are open again.

    The claim that it was handed over for is closed; who is right after all comes to the counter.

    Raises: AlreadySo, TransitionRefused, ValidationError, PermissionDenied
    """
    claim = OwnershipClaim.objects.filter(handovers=handover).first()
    posts = _lock_posts(handover.item, claim)
    item = lock_item(handover.item)
    refuse_another_office(item, by)
    reason = clean_text(reason, is_one_line=True)[:200]
    if not reason:
        raise ValidationError({"reason": ValidationError(_("Please say why."), code="required")})
    if timezone.now() - handover.at > REVERSIBLE_FOR:
        raise TransitionRefused(_("A hand-over can only be taken back within 30 days."))
    rows = Handover.objects.filter(pk=handover.pk, reversed_at=None)
    now = timezone.now()
    if not rows.update(reversed_by=by, reversed_at=now, reversed_why=reason):
        raise AlreadySo(_("This hand-over has been taken back already."))
    append(
        item,
        actor=by,
        kind=CustodyEvent.Kind.REVERSED,
        to_state=Item.State.HELD,
        office=item.office,
        place=None,
        ref=handover.receipt_no,
        detail={"reason": reason},
    )
    if claim is not None and claim.state == OwnershipClaim.State.COLLECTED:
        claim.item = item
        advance(claim, OwnershipClaim.State.REVOKED, decided_at=now)
        tell(claim, Notification.Kind.CLAIM_CLOSED)
    for post in posts:
        if post.status == Post.Status.RETURNED:
            to = Post.Status.MATCHED if partner_of(post) else Post.Status.OPEN
            change_status(post, to, actor=by, action="handover_reversed")
    handover.refresh_from_db()
    return handover


def _lock_posts(item: Item, claim: OwnershipClaim | None) -> list[Post]:
    """The found post, its confirmed lost post and the claimant's, locked in the order of keys."""
    found = Post.objects.filter(item=item.pk).first()
    partner = partner_of(found) if found is not None else None
    keys = {post.pk for post in (found, partner) if post is not None}
    if claim is not None and claim.lost_post_id is not None:
        keys.add(claim.lost_post_id)
    return list(Post.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


def _return_posts(
    posts: list[Post], by: User, handover: Handover, claim: OwnershipClaim | None
) -> None:
    for post in posts:
        if post.status in (Post.Status.OPEN, Post.Status.MATCHED):
            detail = {"receipt": handover.receipt_no}
            change_status(post, Post.Status.RETURNED, actor=by, action="returned", detail=detail)
        if post.kind == Post.Kind.LOST or not post.author.is_staff:
            is_claimants = claim is not None and claim.lost_post_id == post.pk
            about = claim if is_claimants else None  # with it comes the receipt
            notify(post.author, post, Notification.Kind.ITEM_RETURNED, claim=about)
    notified = {post.author_id for post in posts}
    if claim is not None and claim.claimant is not None and claim.claimant_id not in notified:
        found = handover.item.post
        if found is not None:
            notify(claim.claimant, found, Notification.Kind.ITEM_RETURNED, claim=claim)


def _close_claims(item: Item) -> None:
    """A walk-in was the owner: all claims are closed in the usual words."""
    claims = item.claims.live().select_for_update(of=("self",))
    for claim in claims.order_by("pk"):
        claim.item = item
        advance(claim, OwnershipClaim.State.SUPERSEDED, decided_at=timezone.now())
        tell(claim, Notification.Kind.CLAIM_CLOSED)


def _refuse_alone(item: Item, claim: OwnershipClaim | None, by: User, second: User | None) -> None:
    if not item.needs_two_people and not (claim is None and not _has_facts(item)):
        return
    if claim is None:
        if second is None or second.pk == by.pk:
            message = _("This takes two people. Who is with you?")
            raise ValidationError({"second_by": ValidationError(message, code="second_person")})
    elif settings.SEPARATE_DUTIES:
        judges = ClaimVerdict.objects.filter(claim=claim, decision=ClaimVerdict.Decision.APPROVE)
        if judges.filter(by=by).exists():
            raise ClaimRefused(
                "separate_duties",
                _("You approved this claim, so somebody else has to hand the thing over."),
            )


def _has_facts(item: Item) -> bool:
    return item.facts.exists()
