"""The guard between decisions and the profile: decides whether learnt weights may be used."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np

from matching.core.arrays import Floats, Ints
from matching.core.weights import EvidenceWeights
from matching.evaluation.metrics import bootstrap_interval, debiased_calibration
from matching.evaluation.ranking import PATTERNS
from matching.learning.judgements import TOP, Judgements

MOST_RECALL_LOST: Final = 0.02
CLEAR: Final = 1.645  # standard deviations; chance alone exceeds them in one of twenty cases
MOST_CALIBRATION_ERROR: Final = 0.03  # above what chance gives on as many judgements
# If more decisions than these contradict clear evidence, either the decisions or the evidence
# cannot be trusted, and the decisions alone cannot tell which. With simulated annotators, 10% wrong
# labels are estimated as .05 to .10, and 30% as .10 to .26 with a scale of .2 to .6.
MOST_WRONG: Final = 0.1
MOST_WRONG_OF_ONE: Final = 0.2
LEAST_OF_ONE: Final = 20  # judgements before a single person's error rate is checked
LEAST_SCALE: Final = 0.3
MOST_SCALE: Final = 4.0


class Refusal(StrEnum):
    """Why learnt weights are not used."""

    NOT_BETTER = "not_better"
    FINDS_LESS = "finds_less"
    NOT_CALIBRATED = "not_calibrated"
    CONTRADICTORY = "contradictory"
    PERSON_CONTRADICTS = "person_contradicts"
    SCALE = "scale"


@dataclass(frozen=True, eq=False)
class Verdict:
    """The guard's decision.

    Attributes:
        refusals: empty if the new weights may be used.
        people: whose decisions contradict the evidence.
        figures: what was measured, as JSON for the stored profile's report.
    """

    refusals: tuple[Refusal, ...]
    people: tuple[int, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def is_promoted(self) -> bool:
        """Whether the new weights may be used."""
        return not self.refusals


@dataclass(frozen=True, eq=False)
class Trial:
    """Weights to be tested on judgements that are later than all those they were learnt from.

    Shape: error_rates (n,), the error rate of whoever made each judgement
    """

    evidence_weights: EvidenceWeights
    judgements: Judgements
    error_rates: Floats


def judge(
    before: EvidenceWeights,
    trials: Sequence[Trial],
    *,
    usual_error_rate: float,
    by_person: dict[int, tuple[int, float]],
) -> Verdict:
    """Compare the weights in use with those learnt, on judgements that neither has seen.

    Args:
        trials: at least one; the weights of the last one are those that would be used.
        usual_error_rate: share of wrong decisions over everybody.
        by_person: number of judgements and error rate of each person.
    """
    old = [_measured(before, trial) for trial in trials]
    new = [_measured(trial.evidence_weights, trial) for trial in trials]
    queries = np.concatenate([trial.judgements.queries for trial in trials])
    gain = _joined(old, "loss") - _joined(new, "loss")
    lower, upper = bootstrap_interval(gain, queries)
    shown = np.concatenate([trial.judgements.sampling_probability >= 1.0 for trial in trials])
    label = np.concatenate([trial.judgements.is_match for trial in trials]).astype(np.float64)
    calibrations, recalls = {}, {}
    for name, measured in (("before", old), ("after", new)):
        predicted = _joined(measured, "predicted")[shown]
        calibrations[name] = debiased_calibration(predicted, label[shown])
        recalls[name] = _recalls(trials, measured, old)
    after = calibrations["after"]
    people = tuple(
        who
        for who, (count, rate) in by_person.items()
        if count >= LEAST_OF_ONE and rate > MOST_WRONG_OF_ONE
    )
    failed = {
        Refusal.NOT_BETTER: not lower > 0.0,
        Refusal.FINDS_LESS: _finds_less(trials, old, new),
        Refusal.NOT_CALIBRATED: after.excess > MOST_CALIBRATION_ERROR and not after.is_chance,
        Refusal.CONTRADICTORY: usual_error_rate > MOST_WRONG,
        Refusal.PERSON_CONTRADICTS: bool(people),
        Refusal.SCALE: not LEAST_SCALE <= trials[-1].evidence_weights.scale <= MOST_SCALE,
    }
    return Verdict(
        refusals=tuple(refusal for refusal, has in failed.items() if has),
        people=people,
        figures={
            "tested_on": len(queries),
            "tested_on_matches": int(label.sum()),
            "log_loss_gain": [float(gain.mean()) if len(gain) else 0.0, lower, upper],
            "calibration_error": {name: one.excess for name, one in calibrations.items()},
            f"recall@{TOP}": recalls,
            "wrong": usual_error_rate,  # a key of stored reports
        },
    )


@dataclass(frozen=True, eq=False)
class _Measured:
    """What evidence weights predict for a trial's judgements.

    Shape: (n,) for p, the probability of a match, predicted, that of being judged a match, and
        loss; (k,) for rows and ranks of the pairs that were judged a match
    """

    p: Floats
    predicted: Floats
    loss: Floats
    rows: Ints
    ranks: Floats


def _measured(evidence_weights: EvidenceWeights, trial: Trial) -> _Measured:
    judgements = trial.judgements
    p = evidence_weights.probability(judgements.log_odds(evidence_weights))
    predicted = trial.error_rates + (1.0 - 2.0 * trial.error_rates) * p
    loss = -np.log(np.where(judgements.is_match, predicted, 1.0 - predicted))
    return _Measured(p, predicted, loss, *judgements.ranks(evidence_weights))


def _joined(measured: Sequence[_Measured], name: str) -> Floats:
    return np.concatenate([getattr(one, name) for one in measured])


def _recalls(
    trials: Sequence[Trial], measured: Sequence[_Measured], old: Sequence[_Measured]
) -> dict[str, float | None]:
    """Recall by pattern; a match counts by its probability of being right under the old weights."""
    pattern = np.concatenate(
        [trial.judgements.patterns[one.rows] for trial, one in zip(trials, old, strict=True)]
    )
    right = np.concatenate(
        [
            _right(trial.error_rates[one.rows], one.p[one.rows])
            for trial, one in zip(trials, old, strict=True)
        ]
    )
    within = (_joined(measured, "ranks") <= TOP).astype(np.float64)
    return {
        name: float(right[here] @ within[here] / right[here].sum()) if here.any() else None
        for row, name in enumerate(PATTERNS)
        for here in [pattern == row]
    }


def _finds_less(
    trials: Sequence[Trial], old: Sequence[_Measured], new: Sequence[_Measured]
) -> bool:
    """Whether clearly more matches of one pattern leave the first TOP than enter them."""
    pattern = np.concatenate(
        [trial.judgements.patterns[one.rows] for trial, one in zip(trials, old, strict=True)]
    )
    within = [(_joined(measured, "ranks") <= TOP).astype(np.int64) for measured in (old, new)]
    left = within[0] - within[1]
    for row in range(len(PATTERNS)):
        here = left[pattern == row]
        lost, moved = int(here.sum()), int(np.abs(here).sum())
        if lost > MOST_RECALL_LOST * len(here) and lost > CLEAR * moved**0.5:
            return True
    return False


def _right(error_rates: Floats, p: Floats) -> Floats:
    """The probability that a pair judged a match is one. Shape: each (k,)"""
    return np.asarray((1.0 - error_rates) * p / ((1.0 - error_rates) * p + error_rates * (1.0 - p)))
