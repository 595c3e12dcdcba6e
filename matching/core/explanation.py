"""A score explained as data: what each term adds, in bits, and the strongest reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final

BIAS, SCALE = "bias", "scale"  # beside the weights of the terms, 0 and 1 unless learnt
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


def waterfall(terms: Mapping[str, float | None], weights: Mapping[str, float]) -> list[Step]:
    """From the prior over each weighted term to the total, which is the last step's `after`.

    Args:
        terms: of a stored score, natural logs; "prior" first.
        weights: by term, with "bias" and "scale" where they were learnt.
    """
    scale, reached = weights.get(SCALE, 1.0), 0.0
    steps = []
    for name, value in terms.items():
        bits = None if value is None else scale * weights.get(name, 1.0) * value / log(2.0)
        steps.append(Step(name, bits, reached))
        reached = steps[-1].after
    if bias := weights.get(BIAS, 0.0):
        steps.append(Step(BIAS, bias / log(2.0), reached))
    return steps


def reasons(steps: list[Step], most: int = 3) -> tuple[list[Step], list[Step]]:
    """The strongest steps for and against a match, strongest first; the prior is no reason."""
    spoken = [
        step
        for step in steps
        if step.name not in ("prior", BIAS)
        and step.bits is not None
        and abs(step.bits) >= LEAST_REASON_BITS
    ]
    ranked = sorted(spoken, key=lambda step: -abs(step.bits or 0.0))
    speaking_for = [step for step in ranked if (step.bits or 0.0) > 0]
    return speaking_for[:most], [step for step in ranked if step not in speaking_for][:most]
