"""Whether what was learnt may be put in use: the guard between decisions and the profile."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np

from matching.core.arrays import Floats, Ints
from matching.core.weights import EvidenceWeights
from matching.evaluation.metrics import bootstrap_interval, calibration_error
from matching.evaluation.ranking import PATTERNS
from matching.learning.judgements import TOP, Judgements

MOST_RECALL_LOST: Final = 0.02
MOST_CALIBRATION_ERROR: Final = 0.05
# Where more decisions than these contradict clear evidence, either they or the evidence are not
# to be trusted, and nobody can tell which from the decisions alone. Simulated offices: 10% wrong
# labels are estimated as .05 to .10, 30% as .10 to .26 with a scale of .2 to .6.
MOST_WRONG: Final = 0.1
MOST_WRONG_OF_ONE: Final = 0.2
LEAST_OF_ONE: Final = 20  # judgements, before one person's share is looked at
LEAST_SCALE: Final = 0.3
MOST_SCALE: Final = 4.0


class Refusal(StrEnum):
    """Why what was learnt is not put in use."""

    NOT_BETTER = "not_better"
    FINDS_LESS = "finds_less"
    NOT_CALIBRATED = "not_calibrated"
    CONTRADICTORY = "contradictory"
    PERSON_CONTRADICTS = "person_contradicts"
    SCALE = "scale"


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the guard found.

    Attributes:
        refusals: none where the new weighing may be used.
        people: who contradicts the evidence.
        figures: what was measured, as JSON.
    """

    refusals: tuple[Refusal, ...]
    people: tuple[int, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def is_promoted(self) -> bool:
        """Whether the new weighing may be used."""
        return not self.refusals


@dataclass(frozen=True, eq=False)
class Trial:
    """A weighing on judgements that came after all that it was learnt from.

    Shape: error_rates (n,), the share of wrong decisions of whoever made each judgement
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
    """Compare the weighing in use with what was learnt, where neither has seen the answers.

    Args:
        trials: at least one; the last one's weighing is what would be put in use.
        usual_error_rate: share of wrong decisions over everybody.
        by_person: number of judgements and share of wrong ones.
    """
    old = [_measured(before, trial) for trial in trials]
    new = [_measured(trial.evidence_weights, trial) for trial in trials]
    queries = np.concatenate([trial.judgements.queries for trial in trials])
    gain = _joined(old, "loss") - _joined(new, "loss")
    lower, upper = bootstrap_interval(gain, queries)
    shown = np.concatenate([trial.judgements.sampling_probability >= 1.0 for trial in trials])
    label = np.concatenate([trial.judgements.is_match for trial in trials]).astype(np.float64)
    errors, recalls = {}, {}
    for name, measured in (("before", old), ("after", new)):
        errors[name] = calibration_error(_joined(measured, "said")[shown], label[shown])
        recalls[name] = _recalls(trials, measured, old)
    people = tuple(
        who
        for who, (count, rate) in by_person.items()
        if count >= LEAST_OF_ONE and rate > MOST_WRONG_OF_ONE
    )
    losses = [
        earlier - now
        for earlier, now in zip(recalls["before"].values(), recalls["after"].values(), strict=True)
        if earlier is not None and now is not None
    ]
    failed = {
        Refusal.NOT_BETTER: not lower > 0.0,
        Refusal.FINDS_LESS: any(loss > MOST_RECALL_LOST for loss in losses),
        Refusal.NOT_CALIBRATED: (errors["after"] or 0.0) > MOST_CALIBRATION_ERROR,
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
            "calibration_error": errors,
            f"recall@{TOP}": recalls,
            "wrong": usual_error_rate,
        },
    )


@dataclass(frozen=True, eq=False)
class _Measured:
    """What a weighing makes of a trial's judgements.

    Shape: p probability of a match, said that the person says so, loss (n,); rows and ranks of
        what was called a match (k,)
    """

    p: Floats
    said: Floats
    loss: Floats
    rows: Ints
    ranks: Floats


def _measured(evidence_weights: EvidenceWeights, trial: Trial) -> _Measured:
    judgements = trial.judgements
    p = evidence_weights.probability(judgements.log_odds(evidence_weights))
    said = trial.error_rates + (1.0 - 2.0 * trial.error_rates) * p
    loss = -np.log(np.where(judgements.is_match, said, 1.0 - said))
    return _Measured(p, said, loss, *judgements.ranks(evidence_weights))


def _joined(measured: Sequence[_Measured], name: str) -> Floats:
    return np.concatenate([getattr(one, name) for one in measured])


def _recalls(
    trials: Sequence[Trial], measured: Sequence[_Measured], old: Sequence[_Measured]
) -> dict[str, float | None]:
    """By pattern; each match counts as far as it is no mistake, as the weighing in use sees it."""
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


def _right(error_rates: Floats, p: Floats) -> Floats:
    """How probable it is that a pair called a match is one. Shape: each (k,)"""
    return np.asarray((1.0 - error_rates) * p / ((1.0 - error_rates) * p + error_rates * (1.0 - p)))
