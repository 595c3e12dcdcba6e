"""Functions that write claims of ownership."""

from lostfound.services.claims.collecting import delegate, extend_claim, sweep_claims
from lostfound.services.claims.erasing import erase_claims
from lostfound.services.claims.errors import ClaimRefused, ConflictOfInterest, TooManyClaims
from lostfound.services.claims.judging import give_verdict, mark_read, revoke_approval
from lostfound.services.claims.pickup import CodeGone, issue_code, redeem_code
from lostfound.services.claims.submitting import (
    answer_question,
    prompts_for,
    refuse_claim,
    submit_claim,
    withdraw_claim,
)

__all__ = [
    "ClaimRefused",
    "CodeGone",
    "ConflictOfInterest",
    "TooManyClaims",
    "answer_question",
    "delegate",
    "erase_claims",
    "extend_claim",
    "give_verdict",
    "issue_code",
    "mark_read",
    "prompts_for",
    "redeem_code",
    "refuse_claim",
    "revoke_approval",
    "submit_claim",
    "sweep_claims",
    "withdraw_claim",
]
