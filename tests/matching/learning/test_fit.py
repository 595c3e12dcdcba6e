"""Fitting to decisions: in stages, robust to mistakes, and never against the evidence."""

import dataclasses
from functools import cache
from typing import Any

import numpy as np
import pytest

from matching.core.profile import ScoringProfile
from matching.core.weights import COLD_WEIGHTS, TERMS, EvidenceWeights
from matching.evaluation.benchmark import cold_start
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.metrics import measure
from matching.evaluation.simulator import BASE, HARD, simulate
from matching.learning.fit import LearningResult, Stage, fit, learn, stage_for
from matching.learning.judgements import Judgements
from matching.learning.learning_gain import measure_learning_gain
from matching.learning.promotion import Refusal
from matching.learning.simulated_annotators import (
    SHOWN,
    SimulatedAnnotators,
    dataset_scores,
    simulate_annotators,
)

SMALL = dataclasses.replace(HARD, lost=260, found=500, pairs=240, dim=128)


def sampled_judgements(
    n: int,
    weights: dict[str, float],
    *,
    error_rates: tuple[float, ...] = (0.0,),
    seed: int = 0,
    scale: float = 1.0,
) -> Judgements:
    """Pairs whose truth follows these weights, judged by people of whom some make mistakes."""
    rng = np.random.default_rng(seed)
    terms = rng.normal(0.0, 1.5, (n, len(TERMS)))
    terms[rng.random((n, len(TERMS))) < 0.3] = np.nan
    log_odds = scale * (np.nan_to_num(terms) @ [weights[name] for name in TERMS])
    people = rng.integers(len(error_rates), size=n)
    is_match = rng.random(n) < 1.0 / (1.0 + np.exp(-log_odds))
    errs = rng.random(n) < np.array(error_rates)[people]
    return Judgements(
        terms, np.zeros(n), is_match ^ errs, np.ones(n), np.arange(n) // 8, people.astype(np.int64)
    )


@pytest.mark.parametrize(
    ("confirmed", "rejected", "stage"),
    [
        (0, 0, Stage.NOTHING),
        (29, 500, Stage.NOTHING),
        (30, 99, Stage.NOTHING),
        (30, 100, Stage.PLATT),
        (99, 900, Stage.PLATT),
        (100, 100, Stage.LOGISTIC),
        (999, 2000, Stage.LOGISTIC),
        (1000, 1000, Stage.ISOTONIC),
    ],
)
def test_how_much_is_fitted_depends_on_how_much_was_decided(
    confirmed: int, rejected: int, stage: Stage
) -> None:
    n = confirmed + rejected
    of = Judgements(
        terms=np.full((n, len(TERMS)), np.nan),
        prior=np.zeros(n),
        is_match=np.arange(n) < confirmed,
        sampling_probability=np.ones(n),
        queries=np.arange(n),
        people=np.zeros(n, dtype=np.int64),
    )
    assert stage_for(of) is stage


@pytest.mark.slow
def test_platt_fits_the_confidence_and_keeps_the_weights() -> None:
    fitted = fit(sampled_judgements(4000, COLD_WEIGHTS, scale=0.5), Stage.PLATT)
    assert fitted.evidence_weights.scale == pytest.approx(0.5, abs=0.06)
    assert fitted.evidence_weights.weights == COLD_WEIGHTS and not fitted.evidence_weights.missing


@pytest.mark.slow
def test_weights_move_towards_what_decisions_say_and_start_from_one() -> None:
    weights = {**COLD_WEIGHTS, "place": 0.2, "text_text": 1.8}
    few, many = (
        fit(sampled_judgements(n, weights), Stage.LOGISTIC).evidence_weights for n in (250, 8000)
    )
    for evidence_weights, near in ((few, 0.75), (many, 0.25)):
        learnt = {
            name: value * evidence_weights.scale for name, value in evidence_weights.weights.items()
        }
        assert learnt["place"] == pytest.approx(0.2, abs=near)
        assert learnt["text_text"] == pytest.approx(1.8, abs=near)
    assert few.weights["place"] > many.weights["place"]


@pytest.mark.slow
def test_no_weight_is_ever_negative() -> None:
    weights = {**COLD_WEIGHTS, "colour": -1.5, "time": -0.5}
    evidence_weights = fit(sampled_judgements(6000, weights), Stage.LOGISTIC).evidence_weights
    assert min(evidence_weights.weights.values()) >= 0.0
    assert evidence_weights.weights["colour"] == 0.0


@pytest.mark.slow
def test_the_curve_is_fitted_where_there_is_enough_and_rises() -> None:
    of = sampled_judgements(6000, COLD_WEIGHTS)
    evidence_weights = fit(of, Stage.ISOTONIC).evidence_weights
    assert len(evidence_weights.steps) > 3
    assert np.all(np.diff(np.array(evidence_weights.steps), axis=0)[:, 1] >= 0.0)
    p = evidence_weights.probability(of.log_odds(evidence_weights))
    assert abs(p.mean() - of.is_match.mean()) < 0.02


@pytest.mark.slow
def test_mistakes_are_estimated_person_by_person() -> None:
    of = sampled_judgements(6000, {**COLD_WEIGHTS}, error_rates=(0.01, 0.1, 0.9), scale=1.5)
    fitted = fit(of, Stage.LOGISTIC)
    assert fitted.error_rates[0] < 0.05 < fitted.error_rates[1] < 0.16
    assert fitted.error_rates[2] > 0.7
    assert fitted.evidence_weights.scale == pytest.approx(1.5, abs=0.4)
    unknown = fitted.error_rates_of(np.array([0, 12345]))
    assert unknown.tolist() == [fitted.error_rates[0], fitted.usual_error_rate]


@pytest.mark.slow
def test_mistakes_do_not_reduce_confidence() -> None:
    clean, erring = (
        fit(
            sampled_judgements(6000, COLD_WEIGHTS, error_rates=(share,), scale=2.0), Stage.PLATT
        ).evidence_weights.scale
        for share in (0.0, 0.05)
    )
    assert erring == pytest.approx(clean, rel=0.15)


@pytest.mark.slow
def test_too_few_or_one_sided_decisions_teach_nothing() -> None:
    assert learn(sampled_judgements(60, COLD_WEIGHTS), EvidenceWeights()).stage is Stage.NOTHING
    of = sampled_judgements(400, COLD_WEIGHTS)
    late = dataclasses.replace(of, is_match=np.arange(400) >= 300)  # only newest are confirmed
    result = learn(late, EvidenceWeights())
    assert not result.is_promoted


@pytest.mark.slow
def test_the_promoted_fit_is_the_tested_one() -> None:
    """The fit that is promoted has not seen the last block of time."""
    of = sampled_judgements(1500, COLD_WEIGHTS, scale=0.4)
    result = learn(of, EvidenceWeights())
    assert result.is_promoted and result.fitted is not None
    again = fit(of.blocks()[-1][0], result.stage)
    assert result.fitted.evidence_weights == again.evidence_weights


@pytest.mark.slow
def test_if_a_higher_stage_is_refused_a_lower_one_is_tried() -> None:
    """All weights are right and only the scale is wrong: with few decisions, weights are noise."""
    stages = set()
    for seed in range(6):
        result = learn(
            sampled_judgements(330, COLD_WEIGHTS, scale=0.35, seed=seed), EvidenceWeights()
        )
        if result.is_promoted:
            stages.add(result.stage)
    assert stages <= {Stage.PLATT, Stage.LOGISTIC} and stages


# --- Simulated annotators ---


@cache
def known_dataset(seed: int) -> tuple[BenchmarkDataset, ScoringProfile]:
    dataset = simulate(SMALL, seed)
    return dataset, cold_start(dataset)


def annotators_of(seed: int, **changes: Any) -> SimulatedAnnotators:
    dataset, profile = known_dataset(seed)
    truth = np.zeros((len(dataset.text_lost), len(dataset.text_found)), dtype=np.bool_)
    truth[dataset.pair_lost, dataset.pair_found] = True
    return simulate_annotators(dataset_scores(dataset, profile), truth, **{"seed": seed, **changes})


def annotators_result(
    error_rates: tuple[float, ...], seed: int = 3, judged: int = 1200
) -> LearningResult:
    annotators = annotators_of(seed, judged=judged, error_rates=error_rates)
    return learn(annotators.judgements, EvidenceWeights())


@pytest.mark.slow
def test_annotators_judge_the_best_and_sample_one_more() -> None:
    dataset, _ = known_dataset(3)
    annotators = annotators_of(3, judged=400, error_rates=(0.0,))
    of = annotators.judgements
    assert (of.sampling_probability == 1.0).sum() == 400
    posts = np.unique(of.queries)
    assert len(posts) == 400 // SHOWN == (of.sampling_probability < 1.0).sum()
    assert not set(posts.tolist()) & set(annotators.unseen.tolist())
    assert len(posts) + len(annotators.unseen) == len(dataset.text_lost)
    assert 0 < of.is_match.sum() <= len(posts)


@pytest.mark.slow
def test_people_who_decide_against_the_evidence_are_named() -> None:
    """And what they have decided is refused; `python -m bench --only learning` poisons more."""
    verdict = annotators_result((0.02, 0.02, 1.0)).verdict
    assert verdict is not None and verdict.people == (2,)
    assert Refusal.PERSON_CONTRADICTS in verdict.refusals


@pytest.mark.slow
def test_unseen_posts_are_ranked_among_all_found_posts() -> None:
    small = dataclasses.replace(BASE, lost=120, found=200, pairs=100, dim=96)
    learning_gain = measure_learning_gain([simulate(small, 0)], judged=400)
    assert learning_gain.before.rankings[0].scores.shape == (120 - 50, 200)
    assert (
        learning_gain.before.figures["patterns"].keys()
        == learning_gain.after.figures["patterns"].keys()
    )
    assert measure(learning_gain.after.rankings[0], calibrated=True)["pairs"] > 0


RIGHT = {name: 1.0 for name in TERMS}


@pytest.mark.slow
def test_faultless_decisions_are_put_to_use_where_the_weights_in_use_are_wrong() -> None:
    """In nine of ten offices with 400 judgements, where scores are half as sure as they should."""
    unsure = EvidenceWeights(scale=0.4)
    used = [
        learn(sampled_judgements(400, RIGHT, seed=seed), unsure).is_promoted for seed in range(20)
    ]
    assert sum(used) >= 18


@pytest.mark.slow
def test_weights_that_are_right_are_never_called_uncalibrated() -> None:
    for seed in range(10):
        result = learn(sampled_judgements(260, RIGHT, seed=seed), EvidenceWeights(scale=0.4))
        assert result.verdict is not None
        assert Refusal.NOT_CALIBRATED not in result.verdict.refusals
