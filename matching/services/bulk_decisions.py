"""Many pairs decided at once: each on its own, with a report of what could not be decided."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lostfound.models import User
from matching.models import Match, MatchDecision
from matching.services.decision_checks import DecisionRefused
from matching.services.decisions import confirm_match, reject_match


@dataclass(frozen=True)
class BulkReport:
    """What became of every pair that was asked for."""

    decided: list[MatchDecision] = field(default_factory=list)
    refused: list[tuple[Match, str]] = field(default_factory=list)  # with the reason, for a reader


def confirm_matches(
    matches: Iterable[Match], *, actor: User, versions: Mapping[int, str] | None = None
) -> BulkReport:
    """Confirm each pair, the strongest first: of two that share a post the stronger one wins.

    Args:
        versions: per key of a match, what `decision_version` gave when it was shown.
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
