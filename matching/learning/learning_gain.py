"""Measures what learning gains: simulated annotators judge a part, the rest is measured."""

from collections.abc import Sequence
from dataclasses import dataclass

from matching.core.calibrated import CalibratedV3
from matching.core.weights import EvidenceWeights
from matching.evaluation.benchmark import Outcome, cold_start
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.ranking import rank_dataset
from matching.learning.fit import LearningResult, learn
from matching.learning.simulated_annotators import (
    USUAL_ERROR_RATES,
    dataset_scores,
    simulate_annotators,
)

BEFORE, AFTER = "v3, cold start", "v3, learnt"


@dataclass(frozen=True, eq=False)
class LearningGain:
    """Results by dataset, and rankings of the unjudged lost posts before and after learning."""

    results: list[LearningResult]
    before: Outcome
    after: Outcome


def measure_learning_gain(
    datasets: Sequence[BenchmarkDataset],
    *,
    judged: int,
    error_rates: Sequence[float] = USUAL_ERROR_RATES,
    seed: int = 0,
) -> LearningGain:
    """Let annotators judge each dataset, learn from them, and measure the posts they have not seen.

    If the guard refuses the result, the dataset counts without any gain.

    Args:
        judged: judgements of shown candidates per dataset.
        error_rates: share of wrong decisions, for each annotator.
    """
    results, before, after = [], [], []
    for number, dataset in enumerate(datasets):
        profile = cold_start(dataset)
        ranking = rank_dataset(dataset, CalibratedV3(), profile)
        annotators = simulate_annotators(
            dataset_scores(dataset, profile),
            ranking.is_pair,
            judged=judged,
            error_rates=error_rates,
            seed=seed + number,
        )
        result = learn(annotators.judgements, EvidenceWeights())
        before.append(ranking.of_lost(annotators.unseen))
        if result.is_promoted and result.fitted is not None:
            learnt = profile.with_(evidence_weights=result.fitted.evidence_weights)
            ranking = rank_dataset(dataset, CalibratedV3(), learnt)
        after.append(ranking.of_lost(annotators.unseen))
        results.append(result)
    name = CalibratedV3.name
    return LearningGain(results, Outcome(name, before), Outcome(name, after))
