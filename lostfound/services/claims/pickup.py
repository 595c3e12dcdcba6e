"""Pick-up codes: eight digits that show at the counter that the claimant's device is there.

They never replace an identity document. Only a keyed hash is stored.
"""

import secrets
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from lostfound.models import OwnershipClaim, User
from lostfound.services.claims.errors import ClaimRefused, changed_meanwhile

DIGITS: Final = 8
VALID_FOR: Final = timedelta(minutes=15)


class CodeGone(ClaimRefused):
    """The code was used, has expired, or never existed; the words do not say which."""

    def __init__(self) -> None:
        super().__init__("code_gone", _("This code is no longer valid. Please show a new one."))


@transaction.atomic
def issue_code(claim: OwnershipClaim, *, claimant: User) -> str:
    """A new code for an approved claim, which replaces an earlier one.

    Raises: ClaimRefused
    """
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    rows = OwnershipClaim.objects.filter(
        pk=claim.pk, claimant=claimant, state=OwnershipClaim.State.APPROVED
    )
    expires_at = timezone.now() + VALID_FOR
    if not rows.update(code_hash=hashed(code), code_expires_at=expires_at, code_used_at=None):
        raise changed_meanwhile()
    return code


def redeem_code(code: str) -> OwnershipClaim:
    """The claim of a code, which cannot be used again.

    Raises: CodeGone
    """
    now = timezone.now()
    rows = OwnershipClaim.objects.filter(
        code_hash=hashed(code.strip()),
        code_used_at=None,
        code_expires_at__gt=now,
        state=OwnershipClaim.State.APPROVED,
    )
    claim = rows.select_related("item").first()
    if claim is None or not rows.filter(pk=claim.pk).update(code_used_at=now):
        raise CodeGone
    return claim


def hashed(code: str) -> str:
    """The keyed hash of a code."""
    return salted_hmac("lostfound.pickup", code, algorithm="sha256").hexdigest()
