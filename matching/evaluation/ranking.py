"""Scores every lost post of a dataset against every found post, as production scores a query."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import Final

import numpy as np

from matching.core.arrays import Bools, Floats, Ints
from matching.core.calibrated import CalibratedV3
from matching.core.competition import MOST_LOG_ODDS, log_odds, settle
from matching.core.profile import ScoringProfile
from matching.core.strategies import Strategy
from matching.core.types import ScoringContext
from matching.evaluation.dataset import BenchmarkDataset

RULED_OUT: Final = -inf  # ranks below every possible score
PATTERNS: Final = ("both", "found_only", "lost_only", "none")
MAX_FOUND_BEFORE_LOST_DAYS: Final = 7.0  # the default of the setting
LEAST_ODDS: Final = 0.002  # of a pair that competes with others


@dataclass(frozen=True, eq=False)
class Ranking:
    """The scores of one strategy on a dataset.

    Shape: scores (n_lost, n_found), RULED_OUT for an excluded pair; pair_lost and pair_found
        (n_pairs,) the true pairs; pattern (n_lost, n_found) row of PATTERNS
    """

    strategy: str
    threshold: float
    scores: Floats
    pair_lost: Ints
    pair_found: Ints
    pattern: Ints

    def of_lost(self, rows: Ints) -> "Ranking":
        """Only these lost posts, in this order. Shape: (k,), each row at most once"""
        place = np.full(len(self.scores), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        kept = place[self.pair_lost] >= 0
        return replace(
            self,
            scores=self.scores[rows],
            pattern=self.pattern[rows],
            pair_lost=place[self.pair_lost[kept]],
            pair_found=self.pair_found[kept],
        )

    @property
    def is_pair(self) -> Bools:
        """True for the true pairs. Shape: (n_lost, n_found)"""
        truth = np.zeros(self.scores.shape, dtype=np.bool_)
        truth[self.pair_lost, self.pair_found] = True
        return truth

    @property
    def ranks(self) -> Floats:
        """Rank of each pair among all found posts, from 1; ties count half. Shape: (n_pairs,)"""
        rows = self.scores[self.pair_lost]
        own = self.scores[self.pair_lost, self.pair_found][:, None]
        ties = (rows == own).sum(axis=1) - 1
        return np.asarray(1.0 + (rows > own).sum(axis=1) + ties / 2.0)


def rank_dataset(
    dataset: BenchmarkDataset,
    strategy: Strategy,
    profile: ScoringProfile | None = None,
    progress: Callable[[int], object] = lambda scored: None,
) -> Ranking:
    """Score all pairs, one lost post after the other; probabilities then compete.

    The zero-shot baselines are measured as they were written, without our exclusion rules.

    Args:
        progress: called after each lost post with the number scored so far.
    """
    applies_rules = isinstance(strategy, CalibratedV3)
    context = ScoringContext(
        profile=profile,
        max_found_before_lost_days=MAX_FOUND_BEFORE_LOST_DAYS if applies_rules else inf,
    )
    candidates = dataset.candidates("found")
    scores = np.empty((len(dataset.text_lost), len(candidates)))
    for row, query in enumerate(dataset.features("lost")):
        result = strategy.score(query, candidates, context)
        scores[row] = (
            np.where(result.excluded, RULED_OUT, result.score) if applies_rules else result.score
        )
        progress(row + 1)
    return Ranking(
        strategy=strategy.name,
        threshold=strategy.threshold,
        scores=competing(scores) if applies_rules else scores,
        pair_lost=dataset.pair_lost,
        pair_found=dataset.pair_found,
        pattern=photo_pattern(dataset),
    )


def competing(scores: Floats) -> Floats:
    """The probabilities of all pairs beside each other, from those of each pair alone.

    Shape: (n_lost, n_found) -> (n_lost, n_found), RULED_OUT for an excluded pair
    """
    alone = np.maximum(scores, 0.0)
    strength = np.minimum(log_odds(alone), MOST_LOG_ODDS)
    odds = np.exp(strength)
    of_lost, of_found = odds.sum(axis=1, keepdims=True), odds.sum(axis=0, keepdims=True)
    settled = odds / (1.0 + np.maximum(of_lost, of_found))
    weak = np.where(odds < LEAST_ODDS, odds, 0.0)
    lost, found = np.nonzero(odds >= LEAST_ODDS)
    settled[lost, found] = settle(
        lost,
        found,
        strength[lost, found],
        lost_rest=weak.sum(axis=1),
        found_rest=weak.sum(axis=0),
    )
    return np.where(scores == RULED_OUT, RULED_OUT, settled)


def photo_pattern(dataset: BenchmarkDataset) -> Ints:
    """Row of PATTERNS for each pair. Shape: (n_lost, n_found)"""
    lost = ~np.isnan(dataset.image_lost[:, :1])
    found = ~np.isnan(dataset.image_found[:, 0])[None, :]
    return np.where(lost, np.where(found, 0, 2), np.where(found, 1, 3))
