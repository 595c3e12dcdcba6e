"""Benchmark figures as tables for the terminal."""

from collections.abc import Iterable
from typing import Any, Final

from matching.demo.cases import CaseResult
from matching.evaluation.benchmark import FIRST, Outcome
from matching.evaluation.metrics import reliability
from matching.evaluation.ranking import PATTERNS
from matching.learning.fit import LearningResult

COLUMNS: Final = (
    ("recall@1", "r@1"),
    ("recall@5", "r@5"),
    ("recall@10", "r@10"),
    ("mrr", "MRR"),
    ("ap", "AP"),
    ("alerts", "alerts"),
    ("precision", "prec."),
    ("recall", "recall"),
    ("precision_likely", "p.>=.5"),
    ("ece_top10", "ECE"),
)


def table(outcomes: dict[str, Outcome]) -> list[str]:
    """One line per strategy, with the interval of recall."""
    heads = "".join(f"{head:>9}" for _, head in COLUMNS)
    lines = [f"{'':18}{heads}   95% interval of r@{FIRST}"]
    for name, outcome in outcomes.items():
        cells = "".join(f"{_number(outcome.figures.get(key)):>9}" for key, _ in COLUMNS)
        lower, upper = outcome.interval
        lines.append(f"{name:18}{cells}   {lower:.3f} to {upper:.3f}")
    lines.append("alerts: per true pair among them, at the strategy's threshold")
    return lines


def cases(results: Iterable[CaseResult]) -> list[str]:
    """What was stored about each case, beside its goal."""
    lines = []
    for one in results:
        rank = f"rank {one.rank}" if one.rank else ""
        state = "" if one.is_reached else "   NOT REACHED"
        lines.append(f"{one.name:44}{one.probability:7.3f}  {rank:8}{one.goal}{state}")
    return lines


def patterns(outcomes: dict[str, Outcome]) -> list[str]:
    """Recall for each photograph pattern."""
    lines = [f"{'r@5 by photographs':18}" + "".join(f"{name:>12}" for name in PATTERNS)]
    for name, outcome in outcomes.items():
        of_pattern = outcome.figures["patterns"]
        cells = (f"{_number(of_pattern[pattern]['recall@5']):>12}" for pattern in PATTERNS)
        lines.append(f"{name:18}" + "".join(cells))
    return lines


def reliability_lines(outcomes: dict[str, Outcome]) -> list[str]:
    """For probabilities: how many pairs of each band are true, of all and by photographs."""
    lines: list[str] = []
    for name, outcome in outcomes.items():
        if not outcome.is_probability:
            continue
        lines += [
            "",
            f"{name}: true pairs among those of a probability, with 95% interval",
        ]
        for row, pattern in enumerate(("all", *PATTERNS), -1):
            for band in reliability(outcome.rankings, None if row < 0 else row):
                lower, upper = band.interval
                lines.append(
                    f"{pattern:12}{band.low:.2f} to {min(band.high, 1.0):.2f}{band.pairs:>8}"
                    f"   mean {band.mean:.3f}   true {band.share:.3f} ({lower:.3f} to {upper:.3f})"
                )
        most = outcome.figures["most_expected"]
        lines.append(f"most that the probabilities of one post sum to: {most:.3f}")
    return lines


def gains(outcomes: dict[str, Outcome]) -> list[str]:
    """How much more the last strategy finds than each of the others."""
    *others, (name, last) = outcomes.items()
    lines = []
    for other_name, other in others:
        gain, lower, upper = last.gain_over(other)
        lines.append(
            f"{name} over {other_name}: r@{FIRST} {gain:+.3f}, "
            f"95% interval {lower:+.3f} to {upper:+.3f}"
        )
    return lines


def learning_line(result: LearningResult) -> str:
    """The result of learning in one line."""
    verdict = result.verdict
    why = ", ".join(verdict.refusals) if verdict else "too few judgements"
    outcome = "put in use" if result.is_promoted else f"refused ({why})"
    wrong = f", {verdict.figures['wrong']:.1%} estimated wrong" if verdict else ""
    return (
        f"{result.confirmed} confirmed, {result.rejected} rejected{wrong}; {result.stage} {outcome}"
    )


def _number(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}"
