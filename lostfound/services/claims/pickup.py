"""Pick-up codes: eight digits that show at the counter that the claimant's device is there.

They never replace an identity document. Only a keyed hash is stored.
"""

import math
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
def issue_code(claim: OwnershipClaim, *, claimant: User, key: str = "") -> str:
    """A new code for an approved claim, which replaces an earlier one.

    Args:
        key: of a request that may be repeated; `code_of_key` finds its code again.

    Raises: ClaimRefused
    """
    code = code_of_key(claim, key) if key else f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    rows = OwnershipClaim.objects.filter(
        pk=claim.pk, claimant=claimant, state=OwnershipClaim.State.APPROVED
    )
    expires_at = timezone.now() + VALID_FOR
    if not rows.update(code_hash=hashed(code), code_expires_at=expires_at, code_used_at=None):
        raise changed_meanwhile()
    return code


def code_of_key(claim: OwnershipClaim, key: str) -> str:
    """The code that a request with this key gets; nobody can compute it without the secret key."""
    digest = salted_hmac("lostfound.pickup.key", f"{claim.pk}:{key}", algorithm="sha256").digest()
    return f"{int.from_bytes(digest, 'big') % 10**DIGITS:0{DIGITS}d}"


def seconds_left(claim: OwnershipClaim, code: str) -> int:
    """For how many seconds a code of a claim is still valid.

    Raises: CodeGone
    """
    expires_at, now = claim.code_expires_at, timezone.now()
    is_this = claim.code_hash == hashed(code) and claim.code_used_at is None
    if not is_this or expires_at is None or expires_at <= now or claim.state != "approved":
        raise CodeGone
    return math.ceil((expires_at - now).total_seconds())


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
