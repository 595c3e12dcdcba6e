"""Decides many pairs at once, each independently, and reports those that could not be decided."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lostfound.models import User
from matching.models import Match, MatchDecision
from matching.services.decision_checks import DecisionRefused
from matching.services.decisions import confirm_match, reject_match


@dataclass(frozen=True)
class BulkReport:
    """The outcome for every requested pair."""

    decided: list[MatchDecision] = field(default_factory=list)
    refused: list[tuple[Match, str]] = field(default_factory=list)  # with the translated reason


def confirm_matches(
    matches: Iterable[Match], *, actor: User, versions: Mapping[int, str] | None = None
) -> BulkReport:
    """Confirm each pair, strongest first: if two share a post, the stronger one wins.

    Args:
        versions: `decision_version` when the pair was shown, by primary key of the match.
    """
    seen = versions or {}

    def confirm(match: Match) -> MatchDecision:
        return confirm_match(match, actor=actor, expected_version=seen.get(match.pk))

    return _decide_each(matches, confirm)


def reject_matches(
    matches: Iterable[Match],
    *,
    actor: User,
    reason: str = "",
    note: str = "",
    versions: Mapping[int, str] | None = None,
) -> BulkReport:
    """Reject each pair for the same reason."""
    seen = versions or {}

    def reject(match: Match) -> MatchDecision:
        return reject_match(
            match, actor=actor, reason=reason, note=note, expected_version=seen.get(match.pk)
        )

    return _decide_each(matches, reject)


def _decide_each(matches: Iterable[Match], decide: Callable[[Match], MatchDecision]) -> BulkReport:
    report = BulkReport()
    for match in sorted(matches, key=lambda match: (-match.score, match.pk)):
        try:
            report.decided.append(decide(match))
        except DecisionRefused as refused:
            report.refused.append((match, str(refused)))
    return report
