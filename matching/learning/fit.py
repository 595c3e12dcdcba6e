"""Fits the evidence weights to staff decisions; the only file that imports scikit-learn.

People make mistakes, and a wrong label against clear evidence would pull all probabilities towards
the middle. So each person's error rate is estimated along with the weights (expectation
maximisation), and the weights are fitted to what is then probably true.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from matching.core.arrays import Bools, Floats, Ints
from matching.core.weights import COLD_WEIGHTS, TERMS, EvidenceWeights
from matching.learning.judgements import Judgements
from matching.learning.promotion import Trial, Verdict, judge

# The least number of judgements for each stage.
PLATT_FROM: Final = (30, 100)  # confirmed, rejected
LOGISTIC_FROM: Final = (100, 100)
ISOTONIC_FROM: Final = (1000, 1000)

# Measured by `evaluate_matching --judgements 1500`, four seeds of both datasets.
SHRINKAGE: Final = 0.03  # variance of a weight's change, relative to one judgement
# A sampled pair counts 1 / probability, but at most this much: with 50, as first designed, a few
# wrong labels dominate (hard dataset: AP .72 instead of .79, ECE .037 instead of .015).
MOST_WEIGHT: Final = 5.0
# Prior of each person's error rate, as pseudo-decisions: 1 wrong in 50.
ERRORS_OF: Final = (1.0, 50.0)
EM_STEPS: Final = 60
SETTLED: Final = 5e-5  # change of every error rate below which EM stops
PENALTY_FREE: Final = 100.0  # scales the log odds so that the penalty on their weight is negligible
LEAST_STEP_WEIGHT: Final = 0.5  # pseudo-judgements at the smooth curve's value in each step


class Stage(StrEnum):
    """How much is fitted, from least to most."""

    NOTHING = "nothing"
    PLATT = "platt"
    LOGISTIC = "logistic"
    ISOTONIC = "isotonic"


FALLBACKS: Final = {Stage.ISOTONIC: Stage.LOGISTIC, Stage.LOGISTIC: Stage.PLATT}


@dataclass(frozen=True, eq=False)
class Fitted:
    """The result of a fit.

    Attributes:
        error_rates: estimated share of wrong decisions, by person.
        usual_error_rate: the same over all judgements.
    """

    stage: Stage
    evidence_weights: EvidenceWeights
    error_rates: dict[int, float]
    usual_error_rate: float

    def error_rates_of(self, people: Ints) -> Floats:
        """The error rate of whoever made each judgement. Shape: (n,) -> (n,)"""
        return np.array([self.error_rates.get(int(one), self.usual_error_rate) for one in people])


def stage_for(judgements: Judgements) -> Stage:
    """The highest stage for which there are enough judgements."""
    confirmed = int(judgements.is_match.sum())
    counts = (confirmed, len(judgements) - confirmed)
    for stage, least in (
        (Stage.ISOTONIC, ISOTONIC_FROM),
        (Stage.LOGISTIC, LOGISTIC_FROM),
        (Stage.PLATT, PLATT_FROM),
    ):
        if counts[0] >= least[0] and counts[1] >= least[1]:
            return stage
    return Stage.NOTHING


def fit(judgements: Judgements, stage: Stage) -> Fitted:
    """The evidence weights that the judgements support, starting from the cold start.

    Args:
        stage: not NOTHING.
    """
    fit_once = _platt if stage is Stage.PLATT else _logistic
    _, person = np.unique(judgements.people, return_inverse=True)
    error_rates = np.full(person.max(initial=0) + 1, ERRORS_OF[0] / ERRORS_OF[1])
    evidence_weights, truth = EvidenceWeights(), judgements.is_match.astype(np.float64)
    for _ in range(EM_STEPS):
        p = evidence_weights.probability(judgements.log_odds(evidence_weights))
        is_wrong = _posterior_error(judgements.is_match, p, error_rates[person])
        before = error_rates
        error_rates = (np.bincount(person, is_wrong) + ERRORS_OF[0]) / (
            np.bincount(person) + ERRORS_OF[1]
        )
        truth = np.where(judgements.is_match, 1.0 - is_wrong, is_wrong)
        evidence_weights = fit_once(judgements, truth)
        if np.abs(error_rates - before).max() < SETTLED:
            break
    if stage is Stage.ISOTONIC:
        evidence_weights = _isotonic(judgements, truth, evidence_weights)
    return Fitted(
        stage=stage,
        evidence_weights=evidence_weights,
        error_rates={
            int(who): float(rate)
            for who, rate in zip(np.unique(judgements.people), error_rates, strict=True)
        },
        usual_error_rate=float(error_rates[person].mean()),
    )


def _posterior_error(is_match: Bools, p: Floats, error_rates: Floats) -> Floats:
    """The probability that each judgement is wrong. Shape: each (n,)"""
    agrees = np.where(is_match, p, 1.0 - p)
    return np.asarray(
        error_rates * (1.0 - agrees) / (error_rates * (1.0 - agrees) + (1.0 - error_rates) * agrees)
    )


def _weights(judgements: Judgements) -> Floats:
    return np.minimum(1.0 / judgements.sampling_probability, MOST_WEIGHT)


def _regress(columns: Floats, truth: Floats, weight: Floats, c: float) -> tuple[Floats, float]:
    """Logistic regression on soft labels: each row occurs once per class, weighted by the label."""
    model = LogisticRegression(C=c, max_iter=2000)
    labels = np.repeat([1, 0], len(truth))
    weights = np.concatenate([truth * weight, (1.0 - truth) * weight])
    model.fit(np.concatenate([columns, columns]), labels, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


def _platt(judgements: Judgements, truth: Floats) -> EvidenceWeights:
    """Platt scaling: fits only scale and bias."""
    log_odds = judgements.log_odds(EvidenceWeights())[:, None] * PENALTY_FREE
    (scale,), bias = _regress(log_odds, truth, _weights(judgements), 1.0)
    return EvidenceWeights(scale=max(float(scale) * PENALTY_FREE, 0.0), bias=bias)


def _logistic(judgements: Judgements, truth: Floats) -> EvidenceWeights:
    """Fits a weight per term, shrunk towards its cold one, and a weight per absence, towards 0.

    The log odds are a column without a penalty, and each term is a column with one: so shrinkage
    acts on how far a weight departs from the common scale. A weight that would become negative
    is set to 0, and the others are fitted again.
    """
    kept = list(TERMS)
    flags = [
        name
        for name, term in judgements.columns.items()
        if name not in ("category", "text_text", "identity")
        and np.isnan(term).any()
        and not np.isnan(term).all()
    ]
    terms = {name: np.nan_to_num(term) for name, term in judgements.columns.items()}
    while True:
        start = {name: COLD_WEIGHTS[name] * (name in kept) for name in TERMS}
        log_odds = judgements.log_odds(EvidenceWeights(weights=start)) * PENALTY_FREE
        columns = [log_odds, *(terms[name] for name in kept)]
        columns += [np.isnan(judgements.columns[name]).astype(np.float64) for name in flags]
        found, bias = _regress(np.stack(columns, axis=1), truth, _weights(judgements), SHRINKAGE)
        scale = float(found[0]) * PENALTY_FREE
        if scale <= 0.0:  # the labels contradict the evidence as a whole: nothing can be learnt
            return EvidenceWeights(weights=start, scale=0.0, bias=bias)
        weights = {
            name: start[name] + float(change) / scale
            for name, change in zip(kept, found[1:], strict=False)
        }
        if all(weight >= 0.0 for weight in weights.values()):
            missing = dict(zip(flags, map(float, found[1 + len(kept) :]), strict=True))
            every = {name: weights.get(name, 0.0) for name in TERMS}
            return EvidenceWeights(weights=every, missing=missing, scale=scale, bias=bias)
        kept = [name for name in kept if weights[name] >= 0.0]


def _isotonic(
    judgements: Judgements, truth: Floats, evidence_weights: EvidenceWeights
) -> EvidenceWeights:
    """Fits the curve: a probability for each step, shrunk slightly towards the smooth one."""
    log_odds = judgements.log_odds(evidence_weights)
    order = np.argsort(log_odds, kind="stable")
    weight = _weights(judgements)[order]
    stepped = IsotonicRegression(y_min=0.0, y_max=1.0, increasing=True).fit_transform(
        log_odds[order], truth[order], sample_weight=weight
    )
    steps = []
    for value in np.unique(stepped):
        on = stepped == value
        at = float(np.average(log_odds[order][on], weights=weight[on]))
        before = float(evidence_weights.probability(np.array([at]))[0])
        count = float(weight[on].sum())
        p = (value * count + LEAST_STEP_WEIGHT * before) / (count + LEAST_STEP_WEIGHT)
        steps.append((at, float(p)))
    rising = np.maximum.accumulate([p for _, p in steps])
    return EvidenceWeights(
        weights=evidence_weights.weights,
        missing=evidence_weights.missing,
        scale=evidence_weights.scale,
        bias=evidence_weights.bias,
        steps=tuple((at, float(p)) for (at, _), p in zip(steps, rising, strict=True)),
    )


@dataclass(frozen=True, eq=False)
class LearningResult:
    """One run of learning: how many judgements, what was fitted, and the guard's verdict."""

    stage: Stage
    confirmed: int
    rejected: int
    fitted: Fitted | None = None
    verdict: Verdict | None = None

    @property
    def is_promoted(self) -> bool:
        """Whether the guard allows the new weights to be used."""
        return self.verdict is not None and self.verdict.is_promoted


def learn(judgements: Judgements, before: EvidenceWeights) -> LearningResult:
    """Fit to the past, and compare with the weights in use on the judgements that followed.

    Fits the highest stage that the judgements allow; if the guard refuses it, a lower one. Uses
    one thread: with so few terms a second one gains nothing, and on busy cores the two spend
    thirty times as long waiting for each other as computing.
    """
    with threadpool_limits(1):
        most = _try(judgements, before, stage_for(judgements))
        result = most
        while not result.is_promoted and (less := FALLBACKS.get(result.stage)) is not None:
            result = _try(judgements, before, less)
        return result if result.is_promoted else most


def _try(judgements: Judgements, before: EvidenceWeights, stage: Stage) -> LearningResult:
    """Predict each block of time with a fit to the blocks before it.

    The last of these fits is the one that would be used.
    """
    confirmed = int(judgements.is_match.sum())
    rejected = len(judgements) - confirmed
    if stage is Stage.NOTHING:
        return LearningResult(stage, confirmed, rejected)
    trials = []
    for past, following in judgements.blocks():
        if len(following) and len(set(past.is_match.tolist())) == 2:
            fitted = fit(past, stage)
            trials.append(
                Trial(fitted.evidence_weights, following, fitted.error_rates_of(following.people))
            )
    if not trials:
        return LearningResult(Stage.NOTHING, confirmed, rejected)
    who, counts = np.unique(past.people, return_counts=True)
    verdict = judge(
        before,
        trials,
        usual_error_rate=fitted.usual_error_rate,
        by_person={
            int(one): (int(count), fitted.error_rates[int(one)])
            for one, count in zip(who, counts, strict=True)
        },
    )
    return LearningResult(stage, confirmed, rejected, fitted, verdict)
