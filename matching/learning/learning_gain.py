"""What learning is worth: a simulated office judges worlds, and the rest of them is measured."""

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
    """Lessons by world, and the lost posts that nobody judged, ranked before and after them."""

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
    """Let an office judge each world, learn from it, and measure the posts that it has not seen.

    What the guard refuses is not used: that world counts as it was.

    Args:
        judged: judgements of shown candidates in each world.
        error_rates: for each person of the office, the share of wrong decisions.
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
