"""Strategies side by side on worlds whose true pairs are known."""

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

FIRST: Final = 5  # recall within the first five is what intervals are given for


@dataclass(frozen=True)
class Progress:
    """Told while worlds are scored: which strategy on which world, and how far."""

    strategy: str
    dataset: int
    scored: int
    total: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one strategy made of all worlds."""

    strategy: str
    rankings: list[Ranking]

    @property
    def is_probability(self) -> bool:
        """Whether its scores can be held to what came true."""
        return needs_profile(self.strategy)

    @property
    def figures(self) -> dict[str, Any]:
        """The mean over the worlds, in the form of the benchmark's JSON."""
        return _mean([measure(one, calibrated=self.is_probability) for one in self.rankings])

    @property
    def interval(self) -> tuple[float, float]:
        """Bootstrap interval of recall within FIRST over all queries."""
        return bootstrap_interval(self._hits, self._queries)

    def gain_over(self, other: "Outcome") -> tuple[float, float, float]:
        """How much more it finds within FIRST than another one, with its interval."""
        gain = self._hits - other._hits
        return float(gain.mean()), *bootstrap_interval(gain, self._queries)

    @property
    def _hits(self) -> Floats:
        return np.concatenate([(one.ranks <= FIRST).astype(np.float64) for one in self.rankings])

    @property
    def _queries(self) -> Ints:
        """The lost posts of different worlds are different queries."""
        starts = np.cumsum([0, *(len(one.scores) for one in self.rankings[:-1])])
        return np.concatenate(
            [start + one.pair_lost for start, one in zip(starts, self.rankings, strict=True)]
        )


def evaluate(
    datasets: Sequence[BenchmarkDataset],
    strategies: Sequence[str],
    progress: Callable[[Progress], object] = lambda told: None,
) -> dict[str, Outcome]:
    """Score every world with every strategy.

    A strategy that needs statistics of the site has those of the world itself, which nobody has
    labelled (cold start).
    """
    outcomes = {}
    for name in strategies:
        rankings = []
        for number, dataset in enumerate(datasets):
            total = len(dataset.text_lost)

            def tell(scored: int, at: int = number, of: int = total, who: str = name) -> None:
                progress(Progress(who, at, scored, of))

            profile = cold_start(dataset) if needs_profile(name) else None
            rankings.append(rank_dataset(dataset, STRATEGIES[name], profile, tell))
        outcomes[name] = Outcome(name, rankings)
    return outcomes


def cold_start(dataset: BenchmarkDataset) -> ScoringProfile:
    """The profile that a site with these posts has before any decision."""
    lost, found = dataset.candidates("lost"), dataset.candidates("found")
    return adapt(build_profile(lost, found, dataset.categories), lost, found)


def _mean(figures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of nested figures; what is missing in a world is left out of the mean."""
    mean: dict[str, Any] = {}
    for name, first in figures[0].items():
        values = [one[name] for one in figures]
        if isinstance(first, dict):
            mean[name] = _mean(values)
        else:
            known = [value for value in values if value is not None]
            mean[name] = float(np.mean(known)) if known else None
    return mean
