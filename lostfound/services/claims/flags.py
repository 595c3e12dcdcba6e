"""Circumstances of a claim that speak for or against it, computed once when it is sent."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.utils import timezone

from lostfound.models import ControlFact, OwnershipClaim, Post
from lostfound.services.claims.facts import facts_of, holds_fact, plain, words_in

DESCRIBED_BEFORE: Final = "described_before"
NO_REPORT: Final = "no_report"
RIGHT_AFTER: Final = "right_after"
COPIED: Final = "copied"
MANY_ALIKE: Final = "many_alike"

SOON: Final = timedelta(minutes=10)
WINDOW: Final = timedelta(days=30)
FEW: Final = 2


def flags_of(claim: OwnershipClaim, texts: Sequence[str]) -> list[str]:
    """The flags of a new claim, the one for it first.

    Args:
        texts: everything that the claimant wrote.
    """
    post = claim.item.post
    assert post is not None
    flags = []
    if claim.lost_post is not None and _described_before(
        claim.lost_post, post, facts_of(claim.item)
    ):
        flags.append(DESCRIBED_BEFORE)
    if claim.lost_post is None:
        flags.append(NO_REPORT)
        if timezone.now() - post.created_at < SOON:
            flags.append(RIGHT_AFTER)
    answered = set().union(*map(words_in, texts))
    public = plain(post.public_title)
    if answered and all(plain(word) in public for word in answered):
        flags.append(COPIED)
    alike = OwnershipClaim.objects.filter(
        claimant=claim.claimant,
        item__post__category=post.category_id,
        created_at__gt=timezone.now() - WINDOW,
    ).exclude(item=claim.item)
    if post.category_id is not None and alike.values("item").distinct().count() >= FEW:
        flags.append(MANY_ALIKE)
    return flags


def _described_before(lost: Post, found: Post, facts: Sequence[ControlFact]) -> bool:
    """Whether the report was written before the found post was public, and knew a fact then.

    Words that were changed afterwards do not count, because they may come from the public page.
    """
    if lost.created_at >= found.created_at or not holds_fact(lost, facts):
        return False
    edits = lost.events.filter(action="edited", at__gte=found.created_at)
    return not any({"title", "description"} & set(edit.detail.get("fields", ())) for edit in edits)
