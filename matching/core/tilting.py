"""Calibrates the sum of dependent evidence on posts without labels, by exponential tilting.

The likelihood ratio of a pair is exp(weights @ evidence - overlap). The overlap makes its mean over
decoys 1: pairs that cannot be one thing, since one was found before the other was lost. The weights
maximise the likelihood of the lost posts, each of which has its thing among the found posts or not,
with a penalty on their distance from those of the cold start.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from matching.core.arrays import Bools, Floats, Ints
from matching.core.calibration import BEYOND, MOST_CONTENT, PATTERNS, bounded, most_likeness

MOST_WEIGHT: Final = 3.0
LONGEST_STEP: Final = 0.5
SETTLED: Final = 2e-3
MOST_STEPS: Final = 25
RIDGE: Final = 1e-3
# With few decoys, evidence is taken as it is: so many decoys of ratio 1 stand beside the others.
DECOYS_COUNT_AS: Final = 200.0
# Share of lost posts whose thing is among the found ones, as pseudo-posts: yes, all.
SHARE_COUNTS_AS: Final = (12.0, 20.0)
SHARES: Final = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])


class Weighed(NamedTuple):
    """Weights of the evidence, and the share of lost posts that have a pair. Shape: (k,)"""

    weights: Floats
    share: float


class _Ratios(NamedTuple):
    """Shape: of_pairs (n,) prior share times likelihood ratio; of_lost (l,)"""

    of_pairs: Floats
    of_lost: Floats
    overlaps: "_Overlaps"


class _Overlaps(NamedTuple):
    """The mean likelihood ratio over decoys, by pattern.

    Shape: log_mean and total (patterns,); ratio (m,) of each decoy, times those it stands for
    """

    log_mean: Floats
    total: Floats
    ratio: Floats


@dataclass(frozen=True, eq=False)
class Evidence:
    """Pairs that can be one thing, and decoys.

    Shape: pairs (n, k), lost, found, pattern, prior and category (n,); rest (l,); decoys (m, k),
        decoy_pattern, decoy_category and decoy_counts (m,); cold_weights, is_likeness,
        is_content and stiffness (k,)

    Attributes:
        names: of the k kinds of evidence.
        prior: share of a lost post's prior that the found post has.
        is_likeness: which kinds of evidence are bounded by the category's evidence.
        is_content: which ones are bounded together: likeness and the category.
        stiffness: how many times the penalty on a change of a weight counts.
        category: the category's evidence before calibration.
        rest: what the posts not among `pairs` add to each lost post's likelihood ratio.
        decoy_counts: how many decoys each one stands for.
    """

    names: tuple[str, ...]
    cold_weights: Floats
    is_likeness: Bools
    is_content: Bools
    stiffness: Floats
    pairs: Floats
    lost: Ints
    found: Ints
    pattern: Ints
    prior: Floats
    category: Floats
    rest: Floats
    decoys: Floats
    decoy_pattern: Ints
    decoy_category: Floats
    decoy_counts: Floats

    @property
    def cold(self) -> Weighed:
        """The weights of the cold start."""
        return Weighed(self.cold_weights, SHARE_COUNTS_AS[0] / SHARE_COUNTS_AS[1])

    @cached_property
    def _of_pairs(self) -> "_Content":
        return _Content(self, self.pairs, self.category, self.pattern)

    @cached_property
    def _of_decoys(self) -> "_Content":
        return _Content(self, self.decoys, self.decoy_category, self.decoy_pattern)

    @cached_property
    def most(self) -> Floats:
        """By pattern, natural log of the most that the evidence together counts for.

        A likelihood ratio of a thousand can only be told from one of a million where a million
        decoys have been looked at.
        """
        return np.minimum(MOST_CONTENT, np.log(self._decoys_of_pattern + DECOYS_COUNT_AS))

    def overlap(self, weights: Floats) -> Floats:
        """Log of the mean likelihood ratio over the decoys, by pattern. Shape: (patterns,)"""
        return self._overlaps(weights).log_mean

    def log_odds(self, weighed: Weighed, without: tuple[str, ...] = ()) -> Floats:
        """Log odds of each pair, optionally without some channels. Shape: (n,)"""
        kept = np.array([not name.startswith(without) for name in self.names])
        weights = weighed.weights * kept
        together = self._of_pairs.together(weights)
        share = np.log(weighed.share / (1.0 - weighed.share))
        return np.asarray(
            share + np.log(self.prior) + together - self.overlap(weights)[self.pattern]
        )

    def fit(self, penalty: float, rows: Bools, start: Weighed) -> Weighed:
        """Weights and share by expectation maximisation on these lost posts. Shape: rows (l,)"""
        weights, share = start
        posts = rows.sum()
        of_row = rows.astype(np.float64)
        for _ in range(MOST_STEPS):
            ratios = self._ratios(weights)
            total = 1.0 - share + share * ratios.of_lost
            has_one = share * ratios.of_lost / total * of_row
            p = share * ratios.of_pairs / total[self.lost] * of_row[self.lost]
            share = float((has_one.sum() + SHARE_COUNTS_AS[0]) / (posts + SHARE_COUNTS_AS[1]))
            step = np.clip(self._newton(weights, penalty, p, ratios), -LONGEST_STEP, LONGEST_STEP)
            weights = np.clip(weights + step, 0.0, MOST_WEIGHT)
            if np.abs(step).max() < SETTLED:
                break
        return Weighed(weights, share)

    def likelihoods(self, weights: Floats, rows: Bools) -> Floats:
        """Log likelihood of each of these lost posts, at the share that suits them best.

        Shape: rows (l,), as many as are True
        """
        of_lost = self._ratios(weights).of_lost[rows][None, :]
        shares = SHARES[:, None]
        under_each = np.log(1.0 - shares + shares * of_lost)
        return np.asarray(under_each[under_each.sum(axis=1).argmax()])

    def share(self, weights: Floats) -> float:
        """The share of lost posts that have a pair, under fixed weights."""
        of_lost, share = self._ratios(weights).of_lost, self.cold.share
        for _ in range(4 * MOST_STEPS):
            has_one = share * of_lost / (1.0 - share + share * of_lost)
            share = (has_one.sum() + SHARE_COUNTS_AS[0]) / (len(of_lost) + SHARE_COUNTS_AS[1])
        return float(share)

    def _newton(self, weights: Floats, penalty: float, p: Floats, ratios: _Ratios) -> Floats:
        """One step towards the weights under which the probable pairs `p` are likeliest."""
        pairs, decoys = self._of_pairs.rising(weights), self._of_decoys.rising(weights)
        of_pattern = np.bincount(self.pattern, p, PATTERNS)
        ratio, total = ratios.overlaps.ratio, ratios.overlaps.total
        sums = np.stack(
            [np.bincount(self.decoy_pattern, ratio * column, PATTERNS) for column in decoys.T],
            axis=1,
        )
        means = (sums + self._pooled * sums.sum(axis=0)) / total[:, None]
        gradient = pairs.T @ p - of_pattern @ means
        stiffness = penalty * self.stiffness
        gradient -= stiffness * (weights - self.cold_weights)
        per_ratio = of_pattern / total
        weight = ratio * (per_ratio[self.decoy_pattern] + self._pooled * per_ratio.sum())
        curvature = (decoys * weight[:, None]).T @ decoys
        curvature -= (means * of_pattern[:, None]).T @ means
        curvature += np.diag(stiffness + RIDGE)
        aim = np.clip(weights + np.linalg.solve(curvature, gradient), 0.0, MOST_WEIGHT)
        return np.asarray(aim - weights)

    def _overlaps(self, weights: Floats) -> _Overlaps:
        """Patterns with few decoys lean on all others, and a site with few decoys on 1."""
        together = self._of_decoys.together(weights)
        ratio = self.decoy_counts * np.exp(together)
        everywhere = self._pooled * (ratio.sum() + DECOYS_COUNT_AS)
        total = np.bincount(self.decoy_pattern, ratio, PATTERNS) + everywhere
        return _Overlaps(np.log(total / (self._decoys_of_pattern + DECOYS_COUNT_AS)), total, ratio)

    @cached_property
    def _pooled(self) -> float:
        """How much a decoy of any pattern counts for each of them."""
        return DECOYS_COUNT_AS / float(self.decoy_counts.sum() + DECOYS_COUNT_AS)

    @cached_property
    def _decoys_of_pattern(self) -> Floats:
        return np.bincount(self.decoy_pattern, self.decoy_counts, PATTERNS).astype(np.float64)

    def _ratios(self, weights: Floats) -> _Ratios:
        overlaps = self._overlaps(weights)
        together = self._of_pairs.together(weights)
        of_pairs = self.prior * np.exp(together - overlaps.log_mean[self.pattern])
        of_lost = np.bincount(self.lost, of_pairs, len(self.rest)) + self.rest
        return _Ratios(of_pairs, of_lost, overlaps)


class _Content:
    """The evidence of pairs or decoys, of which the content is bounded.

    Shape: columns (n, k), category and pattern (n,)
    """

    def __init__(self, of: Evidence, columns: Floats, category: Floats, pattern: Ints) -> None:
        self._columns = columns
        self._is_likeness, self._is_kind = of.is_likeness, of.is_content & ~of.is_likeness
        self._alike, self._most = most_likeness(category), of.most[pattern]

    def together(self, weights: Floats) -> Floats:
        """The sum of the evidence as far as it counts. Shape: (n,)"""
        kind, likeness = self._parts(weights)
        content = bounded(kind, likeness, self._alike, self._most)
        return np.asarray(self._columns @ weights - kind - likeness + content)

    def rising(self, weights: Floats) -> Floats:
        """How fast that sum rises with each weight. Shape: (n, k)"""
        kind, likeness = self._parts(weights)
        is_beyond = kind + np.minimum(likeness, self._alike) > self._most
        of_kind = np.where(is_beyond, BEYOND, 1.0)
        of_likeness = np.where(likeness > self._alike, 0.0, of_kind)
        rise = np.where(self._is_kind, of_kind[:, None], 1.0)
        return self._columns * np.where(self._is_likeness, of_likeness[:, None], rise)

    def _parts(self, weights: Floats) -> tuple[Floats, Floats]:
        is_kind, is_likeness = self._is_kind, self._is_likeness
        return self._columns @ (weights * is_kind), self._columns @ (weights * is_likeness)
