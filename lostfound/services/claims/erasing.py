"""Erasing what a person wrote in claims, when their account goes."""

from django.db import models, transaction

from lostfound.models import ClaimAnswer, OwnershipClaim, User
from lostfound.services.claims.photo import erase_claim_photos
from lostfound.services.claims.submitting import withdraw_claim


@transaction.atomic
def erase_claims(claimant: User) -> int:
    """Withdraw a person's live claims, and erase the words and photographs of all of them.

    The claims stay without a name, because hand-overs and events refer to their numbers.

    Returns: how many claims there were.
    """
    claims = OwnershipClaim.objects.filter(claimant=claimant)
    for claim in claims.live():
        withdraw_claim(claim, claimant=claimant)
    erase_claim_photos(claims)
    # The model refuses deletions, since answers are sealed; this is the one exception.
    models.QuerySet(ClaimAnswer).filter(claim__claimant=claimant).delete()
    return claims.update(story="", flags=[], question="")
