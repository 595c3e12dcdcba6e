"""A score explained as data: what each term adds, in bits, and the strongest reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final

from matching.core.weights import TERMS, EvidenceWeights

# PostgreSQL does not keep the order in which a score was stored.
ORDER: Final = ("prior", *TERMS)
LEARNT: Final = "learnt"  # the step that decisions of staff added
LEAST_REASON_BITS: Final = 0.3  # what changes the odds by less than a quarter is no reason


@dataclass(frozen=True)
class Step:
    """One bar of the waterfall.

    Units: bits, log2 of the odds; `bits` is None for a channel that is absent, which adds 0

    Attributes:
        before: the odds before this step, so that the bar goes from `before` to `after`.
    """

    name: str
    bits: float | None
    before: float

    @property
    def after(self) -> float:
        """The odds after this step."""
        return self.before + (self.bits or 0.0)


def in_order(terms: Mapping[str, float | None]) -> list[tuple[str, float | None]]:
    """The terms as they are read, the prior first; what is not weighed comes last."""
    place = {name: number for number, name in enumerate(ORDER)}
    return sorted(terms.items(), key=lambda item: place.get(item[0], len(place)))


def waterfall(
    terms: Mapping[str, float | None], evidence_weights: EvidenceWeights, score: float | None = None
) -> list[Step]:
    """From the prior over each weighed term to the total, which is the last step's `after`.

    Args:
        terms: of a stored score, natural logs, in whatever order.
        score: the probability that was stored; what its curve added belongs to the last step.
    """
    reached = 0.0
    steps = []
    for name, value in in_order(terms):
        bits = None
        if value is not None:
            bits = (
                evidence_weights.scale * evidence_weights.weights.get(name, 1.0) * value / log(2.0)
            )
        elif said := evidence_weights.missing.get(name, 0.0):
            bits = said / log(2.0)
        steps.append(Step(name, bits, reached))
        reached = steps[-1].after
    learnt = evidence_weights.bias / log(2.0)
    if evidence_weights.steps and score is not None and 0.0 < score < 1.0:
        learnt = log(score / (1.0 - score)) / log(2.0) - reached
    if learnt:
        steps.append(Step(LEARNT, learnt, reached))
    return steps


def spoken_bits(terms: Mapping[str, float | None], evidence_weights: EvidenceWeights) -> float:
    """What the known terms add to the odds beside the prior: the waterfall's sum, without steps."""
    said = sum(
        evidence_weights.weights.get(name, 1.0) * value
        for name, value in terms.items()
        if value is not None and name != "prior"
    )
    return evidence_weights.scale * said / log(2.0)


def reasons(steps: list[Step], most: int = 3) -> tuple[list[Step], list[Step]]:
    """The strongest steps for and against a match, strongest first; the prior is no reason."""
    spoken = [
        step
        for step in steps
        if step.name not in ("prior", LEARNT)
        and step.bits is not None
        and abs(step.bits) >= LEAST_REASON_BITS
    ]
    ranked = sorted(spoken, key=lambda step: -abs(step.bits or 0.0))
    speaking_for = [step for step in ranked if (step.bits or 0.0) > 0]
    return speaking_for[:most], [step for step in ranked if step not in speaking_for][:most]
