"""The rules for a pair's next status after it has been scored, or others around it."""

from dataclasses import dataclass
from typing import Final

from matching.core.types import Score
from matching.models import Match

SUGGESTED, EXCLUDED = Match.Status.SUGGESTED, Match.Status.EXCLUDED
SAMPLED, CANDIDATE = Match.Status.SAMPLED, Match.Status.CANDIDATE
WITHDRAWN, SET_ASIDE = Match.Status.WITHDRAWN, Match.Status.SET_ASIDE
REJECTED, CONFIRMED = Match.Status.REJECTED, Match.Status.CONFIRMED
# A suggestion stays until it is clearly below the threshold, so that it does not come and go.
STAYS_ABOVE: Final = 0.5  # of the threshold


@dataclass(frozen=True)
class ScoredPair:
    """A pair of open posts with its current score.

    `is_listed`: it is among the best of its query, so it may become a suggestion.
    `is_sampled`: it is not, but was sampled from the candidates behind them.
    `competes`: its score depends on other pairs, so it is kept below the threshold too.
    """

    score: Score
    evidence_hash: str
    reaches: bool  # the threshold
    is_listed: bool
    is_sampled: bool = False
    competes: bool = False


def reaches(
    before: str | None, score: float, threshold: float, *, is_answered: bool = False
) -> bool:
    """Whether a competing pair is likely enough to be suggested, or to stay so.

    A suggestion that its owner has answered stays, so that they can change their mind.
    """
    if is_answered and before == SUGGESTED:
        return True
    return score >= (STAYS_ABOVE * threshold if before == SUGGESTED else threshold)


def next_status(match: Match | None, pair: ScoredPair) -> str | None:
    """The next status of a pair; None to leave its row as it is.

    A confirmed pair never changes. A rejected one returns only if its evidence has changed. One
    that was set aside is suggested again, because both of its posts are open. A sampled pair waits
    until it is decided, excluded, or likely enough to be suggested.
    """
    before = match.status if match else None
    wanted = EXCLUDED if pair.score.exclusions else SUGGESTED
    below = CANDIDATE if pair.competes and wanted == SUGGESTED else None
    if pair.is_sampled and before in (None, CANDIDATE):
        return SAMPLED
    if match is None:
        return (wanted if pair.reaches else below) if pair.is_listed else None
    if before == CONFIRMED:
        return None
    if before == REJECTED:
        is_new = match.evidence_hash != pair.evidence_hash
        appears = pair.reaches and pair.is_listed and wanted == SUGGESTED
        return SUGGESTED if is_new and appears else None
    if before == WITHDRAWN:
        return (wanted if pair.reaches else below) if pair.is_listed else None
    was_sampled = before == SAMPLED or (
        before == SET_ASIDE and match.sampling_probability is not None
    )
    if was_sampled and wanted == SUGGESTED and not pair.reaches:
        return SAMPLED
    return wanted if pair.reaches else below or WITHDRAWN


def is_news(before: str | None, after: str) -> bool:
    """Whether the pair is a new suggestion for staff; one that was set aside keeps its place."""
    return after == SUGGESTED and before not in (SUGGESTED, SET_ASIDE)
