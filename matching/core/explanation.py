"""A score explained as data: what each term adds, in bits, and the strongest reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final

from matching.core.weights import ANSWER, COMPETITION, OVERLAP, TERMS, EvidenceWeights

# PostgreSQL does not keep the order of the keys in stored JSON.
ORDER: Final = ("prior", *TERMS, OVERLAP, ANSWER)
LEARNT: Final = "learnt"  # the step that learning from staff decisions adds
LEAST_SHOWN_BITS: Final = 0.05  # of competition: less would be shown as nothing
LEAST_REASON_BITS: Final = 0.3  # a change of the odds by less than a quarter is no reason


@dataclass(frozen=True)
class Step:
    """One bar of the waterfall.

    Units: bits, log2 of the odds; `bits` is None for a channel that is absent, which adds 0

    Attributes:
        before: the odds before this step; the bar goes from `before` to `after`.
    """

    name: str
    bits: float | None
    before: float

    @property
    def after(self) -> float:
        """The odds after this step."""
        return self.before + (self.bits or 0.0)


def in_order(terms: Mapping[str, float | None]) -> list[tuple[str, float | None]]:
    """The terms in reading order: the prior first, terms without a weight last."""
    place = {name: number for number, name in enumerate(ORDER)}
    return sorted(terms.items(), key=lambda item: place.get(item[0], len(place)))


def waterfall(
    terms: Mapping[str, float | None],
    evidence_weights: EvidenceWeights,
    score: float | None = None,
    log_odds: float | None = None,
) -> list[Step]:
    """The steps from the prior over each weighted term to the total, the last step's `after`.

    Args:
        terms: from a stored score, natural logs, in any order.
        score: the stored probability, beside all other pairs of both posts.
        log_odds: the stored log odds of the pair alone. What a learnt curve added to the terms is
            one step, and what competition took from it the last one.
    """
    reached = 0.0
    steps = []
    for name, value in in_order(terms):
        bits = None
        if value is not None:
            bits = (
                evidence_weights.scale * evidence_weights.weights.get(name, 1.0) * value / log(2.0)
            )
        elif missing := evidence_weights.missing.get(name, 0.0):
            bits = missing / log(2.0)
        steps.append(Step(name, bits, reached))
        reached = steps[-1].after
    total = None if score is None or not 0.0 < score < 1.0 else log(score / (1.0 - score))
    alone = total if log_odds is None else log_odds
    learnt = evidence_weights.bias / log(2.0)
    if evidence_weights.steps and alone is not None:
        learnt = alone / log(2.0) - reached
    if learnt:
        steps.append(Step(LEARNT, learnt, reached))
        reached = steps[-1].after
    if total is not None and log_odds is not None:
        taken = (total - log_odds) / log(2.0)
        if abs(taken) >= LEAST_SHOWN_BITS:
            steps.append(Step(COMPETITION, taken, reached))
    return steps


def spoken_bits(terms: Mapping[str, float | None], evidence_weights: EvidenceWeights) -> float:
    """What the known terms add to the prior: the waterfall's sum before any learnt curve."""
    evidence = sum(
        evidence_weights.weights.get(name, 1.0) * value
        for name, value in terms.items()
        if value is not None and name != "prior"
    )
    return evidence_weights.scale * evidence / log(2.0)


def reasons(steps: list[Step], most: int = 3) -> tuple[list[Step], list[Step]]:
    """The strongest steps for and against a match, strongest first.

    The prior, what was learnt, and what terms repeat are no reasons.
    """
    known = [
        step
        for step in steps
        if step.name not in ("prior", LEARNT, OVERLAP)
        and step.bits is not None
        and abs(step.bits) >= LEAST_REASON_BITS
    ]
    ranked = sorted(known, key=lambda step: -abs(step.bits or 0.0))
    supporting = [step for step in ranked if (step.bits or 0.0) > 0]
    return supporting[:most], [step for step in ranked if step not in supporting][:most]
