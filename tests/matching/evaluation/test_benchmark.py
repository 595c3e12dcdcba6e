"""The benchmark's figures against naive ones, and what the strategies must reach."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from matching.core.registry import STRATEGIES
from matching.core.vectors import unit
from matching.evaluation.benchmark import Outcome, evaluate
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.metrics import (
    average_precision,
    bootstrap_interval,
    calibration_error,
    measure,
)
from matching.evaluation.ranking import PATTERNS, Ranking
from matching.evaluation.simulator import SIMULATIONS, simulate

SEED = 11


@pytest.fixture(scope="module", params=["base", "hard"])
def measured_dataset(request: Any) -> tuple[BenchmarkDataset, dict[str, Outcome]]:
    settings = replace(SIMULATIONS[request.param], lost=80, found=160, pairs=80, dim=64)
    dataset = simulate(settings, SEED)
    return dataset, evaluate([dataset], list(STRATEGIES))


def test_v3_is_better_than_the_baselines(
    measured_dataset: tuple[BenchmarkDataset, dict[str, Outcome]],
) -> None:
    """`make bench` has the actual targets, on datasets of full size."""
    _, outcomes = measured_dataset
    figures = outcomes["calibrated_v3"].figures
    assert set(figures["patterns"]) == set(PATTERNS)
    for other in ("clip_zeroshot_v1", "clip_zeroshot_v2"):
        assert figures["ap"] > outcomes[other].figures["ap"]
        gain, lower, upper = outcomes["calibrated_v3"].gain_over(outcomes[other])
        assert lower <= gain <= upper


def test_the_zeroshot_strategies_are_measured_as_they_were_written(
    measured_dataset: tuple[BenchmarkDataset, dict[str, Outcome]],
) -> None:
    """Computed by hand from the notes: mixed vectors and two rules."""
    dataset, outcomes = measured_dataset

    def mixed(kind: str, weight: float) -> Any:
        text, image = getattr(dataset, f"text_{kind}"), getattr(dataset, f"image_{kind}")
        both = weight * text + (1 - weight) * np.nan_to_num(image)
        return unit(np.where(np.isnan(image), text, both))

    for name, weight in (("clip_zeroshot_v1", 0.7), ("clip_zeroshot_v2", 0.3)):
        scores = (mixed("lost", weight) @ mixed("found", weight).T).astype(float)
        if name == "clip_zeroshot_v2":
            lost, found = dataset.category_lost[:, None], dataset.category_found[None, :]
            scores[(lost != found) & (lost >= 0) & (found >= 0)] = 0.1
            photos = np.nan_to_num(dataset.image_lost @ dataset.image_found.T, nan=1.0)
            scores[photos < 0.2] = 0.0
        own = scores[dataset.pair_lost, dataset.pair_found][:, None]
        rows = scores[dataset.pair_lost]
        rank = 1 + (rows > own).sum(axis=1) + ((rows == own).sum(axis=1) - 1) / 2
        truth = np.zeros(scores.shape, dtype=bool)
        truth[dataset.pair_lost, dataset.pair_found] = True
        figures = outcomes[name].figures
        assert figures["recall@5"] == pytest.approx((rank <= 5).mean(), abs=0.002)
        assert figures["mrr"] == pytest.approx((1 / rank).mean(), abs=0.002)
        expected = average_precision_score(truth.ravel(), scores.ravel())
        assert figures["ap"] == pytest.approx(expected, abs=0.002)
        alerts = (scores >= 0.65).sum() / max((scores >= 0.65)[truth].sum(), 1)
        assert figures["alerts"] == pytest.approx(alerts, rel=0.01)


def test_v3_is_fast_enough_to_be_measured_at_all() -> None:
    """One pass over all candidates: the time of a query hardly grows with their number."""
    dataset = simulate(replace(SIMULATIONS["base"], lost=5, found=800, pairs=5, dim=64), 0)
    outcome = evaluate([dataset], ["calibrated_v3"])["calibrated_v3"]
    assert outcome.rankings[0].scores.shape == (5, 800)


def test_average_precision_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    scores, truth = rng.integers(0, 20, 500) / 20, rng.random(500) < 0.1
    assert average_precision(scores, truth) == pytest.approx(average_precision_score(truth, scores))
    assert average_precision(scores, np.zeros(500, dtype=bool)) is None


def test_a_tie_counts_half() -> None:
    scores = np.array([[0.5, 0.5, 0.5, 0.1]])
    one = np.zeros(1, dtype=np.int64)
    ranking = Ranking("any", 0.5, scores, one, one, np.zeros((1, 4), dtype=np.int64))
    assert ranking.ranks.tolist() == [2.0]


def test_calibration_error_of_calibrated_probabilities() -> None:
    right = np.array([1.0] * 3 + [0.0] * 7)
    assert calibration_error(np.full(10, 0.3), right) == pytest.approx(0.0)
    assert calibration_error(np.full(10, 0.8), right) == pytest.approx(0.5)


def test_an_interval_contains_the_mean_and_resamples_whole_queries() -> None:
    rng = np.random.default_rng(1)
    values = (rng.random(400) < 0.7).astype(float)
    lower, upper = bootstrap_interval(values, np.arange(400))
    assert lower < values.mean() < upper and upper - lower == pytest.approx(0.09, abs=0.02)
    doubled = bootstrap_interval(np.repeat(values, 2), np.repeat(np.arange(400), 2))
    assert doubled == pytest.approx((lower, upper), abs=0.01)


def test_a_dataset_without_pairs_or_posts_can_be_measured() -> None:
    for lost, found in ((3, 4), (0, 4), (3, 0)):
        dataset = simulate(replace(SIMULATIONS["base"], lost=lost, found=found, pairs=0, dim=16), 0)
        for name, outcome in evaluate([dataset], list(STRATEGIES)).items():
            figures = measure(outcome.rankings[0], calibrated=name == "calibrated_v3")
            assert figures["recall@5"] is None and figures["ap"] is None
