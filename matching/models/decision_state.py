"""From which statuses a pair can be decided, and the version that a decision is checked against."""

import hashlib
from typing import Final

from matching.models.duplicate import PossibleDuplicate
from matching.models.match import Match, MatchDecision

REJECTABLE: Final = frozenset(
    {Match.Status.SUGGESTED, Match.Status.SAMPLED, Match.Status.CANDIDATE}
)
CONFIRMABLE: Final = REJECTABLE | {Match.Status.REJECTED}
STATUS_AFTER: Final[dict[str, str]] = {
    MatchDecision.Action.CONFIRM: Match.Status.CONFIRMED,
    MatchDecision.Action.REJECT: Match.Status.REJECTED,
}


def decision_version(pair: Match | PossibleDuplicate) -> str:
    """Identifies the state of a pair that a person saw; changes with its status and either post."""
    seen = (pair.status, pair.evidence_hash, *(post.updated_at.isoformat() for post in pair.posts))
    return hashlib.sha256("|".join(seen).encode()).hexdigest()[:16]
