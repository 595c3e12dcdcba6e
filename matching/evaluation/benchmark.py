"""Compares strategies on datasets whose true pairs are known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from matching.core.adaptation import adapt
from matching.core.arrays import Floats, Ints
from matching.core.profile import ScoringProfile
from matching.core.registry import STRATEGIES, needs_profile
from matching.core.statistics import build_profile
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.metrics import bootstrap_interval, measure
from matching.evaluation.ranking import Ranking, rank_dataset

FIRST: Final = 5  # intervals are computed for recall@5


@dataclass(frozen=True)
class Progress:
    """Reported while datasets are scored: the strategy, the dataset's index and posts so far."""

    strategy: str
    dataset: int
    scored: int
    total: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """The rankings of one strategy, one for each dataset."""

    strategy: str
    rankings: list[Ranking]

    @property
    def is_probability(self) -> bool:
        """Whether the scores are probabilities, so that their calibration can be measured."""
        return needs_profile(self.strategy)

    @property
    def figures(self) -> dict[str, Any]:
        """Metrics averaged over the datasets, in the form of the benchmark's JSON."""
        return _mean([measure(one, calibrated=self.is_probability) for one in self.rankings])

    @property
    def interval(self) -> tuple[float, float]:
        """Bootstrap interval of recall@FIRST over all queries."""
        return bootstrap_interval(self._hits, self._queries)

    def gain_over(self, other: "Outcome") -> tuple[float, float, float]:
        """Difference in recall@FIRST to another outcome, with the ends of its interval."""
        gain = self._hits - other._hits
        return float(gain.mean()), *bootstrap_interval(gain, self._queries)

    @property
    def _hits(self) -> Floats:
        return np.concatenate([(one.ranks <= FIRST).astype(np.float64) for one in self.rankings])

    @property
    def _queries(self) -> Ints:
        """Query number of each pair; lost posts of different datasets are different queries."""
        starts = np.cumsum([0, *(len(one.scores) for one in self.rankings[:-1])])
        return np.concatenate(
            [start + one.pair_lost for start, one in zip(starts, self.rankings, strict=True)]
        )


def evaluate(
    datasets: Sequence[BenchmarkDataset],
    strategies: Sequence[str],
    progress: Callable[[Progress], object] = lambda report: None,
) -> dict[str, Outcome]:
    """Score every dataset with every strategy.

    A strategy that needs a scoring profile gets one built from the unlabelled dataset, as on a
    site before any decision (cold start).
    """
    outcomes = {}
    for name in strategies:
        rankings = []
        for number, dataset in enumerate(datasets):
            total = len(dataset.text_lost)

            def report(scored: int, at: int = number, of: int = total, who: str = name) -> None:
                progress(Progress(who, at, scored, of))

            profile = cold_start(dataset) if needs_profile(name) else None
            rankings.append(rank_dataset(dataset, STRATEGIES[name], profile, report))
        outcomes[name] = Outcome(name, rankings)
    return outcomes


def cold_start(dataset: BenchmarkDataset) -> ScoringProfile:
    """The profile that a site with these posts has before any decision."""
    lost, found = dataset.candidates("lost"), dataset.candidates("found")
    return adapt(build_profile(lost, found, dataset.categories), lost, found)


def _mean(figures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Averages nested metrics; a metric that a dataset lacks is left out of the mean."""
    mean: dict[str, Any] = {}
    for name, first in figures[0].items():
        values = [one[name] for one in figures]
        if isinstance(first, dict):
            mean[name] = _mean(values)
        else:
            known = [value for value in values if value is not None]
            mean[name] = float(np.mean(known)) if known else None
    return mean
