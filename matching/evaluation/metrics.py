"""Metrics of a ranking: recall, average precision, alerts, calibration, and their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from matching.core.arrays import Bools, Floats, Ints
from matching.core.intervals import wilson
from matching.evaluation.ranking import PATTERNS, Ranking

TOP: Final = 10  # candidates of each lost post in the calibration metrics
N_BINS: Final = 10
RESAMPLES: Final = 2000
BANDS: Final = (0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.01)  # of probabilities
LIKELY_FROM: Final = 0.5
DRAWS: Final = 500
CHANCE: Final = 0.01  # how often perfectly calibrated probabilities are called uncalibrated
BLOCK: Final = 50  # resamples at a time, to bound memory


def measure(ranking: Ranking, *, calibrated: bool) -> dict[str, Any]:
    """The metrics of one ranking, and the same for each photograph pattern under "patterns".

    Keys: pairs, recall@1, recall@5, recall@10, mrr, ap; alerts per hit, precision and recall at
    the strategy's threshold; precision_likely (from P = .5), brier and ece_top10 if `calibrated`;
    most_expected, the largest sum of one post's probabilities. None where undefined.
    """
    everywhere = np.ones(ranking.scores.shape, dtype=np.bool_)
    figures: dict[str, Any] = dict(_figures(ranking, everywhere, calibrated=calibrated))
    if calibrated:
        p = np.maximum(ranking.scores, 0.0)
        sums = p.sum(axis=1).max(initial=0.0), p.sum(axis=0).max(initial=0.0)
        figures["most_expected"] = float(max(sums))
    figures["patterns"] = {
        name: _figures(ranking, ranking.pattern == row, calibrated=calibrated)
        for row, name in enumerate(PATTERNS)
    }
    return figures


def _figures(ranking: Ranking, cells: Bools, *, calibrated: bool) -> dict[str, float | None]:
    of_pairs = cells[ranking.pair_lost, ranking.pair_found]
    ranks = ranking.ranks[of_pairs]
    scores, truth = ranking.scores[cells], ranking.is_pair[cells]
    alerted = scores >= ranking.threshold
    hits, alerts, pairs = int((alerted & truth).sum()), int(alerted.sum()), int(truth.sum())
    figures: dict[str, float | None] = {
        "pairs": pairs,
        **{f"recall@{k}": recall_at(ranks, k) for k in (1, 5, 10)},
        "mrr": float(np.mean(1.0 / ranks)) if len(ranks) else None,
        "ap": average_precision(scores, truth),
        "alerts": alerts / hits if hits else None,
        "precision": hits / alerts if alerts else None,
        "recall": hits / pairs if pairs else None,
    }
    if calibrated:
        likely = scores >= LIKELY_FROM
        figures["precision_likely"] = float(truth[likely].mean()) if likely.any() else None
        probability, right = _top(ranking, cells)
        figures["brier"] = float(np.mean((probability - right) ** 2)) if len(right) else None
        figures["ece_top10"] = calibration_error(probability, right)
    return figures


@dataclass(frozen=True)
class Reliability:
    """Pairs within a band of probabilities, and the share of them that is true.

    Attributes:
        interval: of that share, 95%.
    """

    low: float
    high: float
    pairs: int
    mean: float
    share: float
    interval: tuple[float, float]


def reliability(rankings: Sequence[Ranking], pattern: int | None = None) -> list[Reliability]:
    """The bands that have pairs, over all rankings; of one row of PATTERNS, or of all."""
    probability = np.concatenate([_cells(one, one.scores, pattern) for one in rankings])
    right = np.concatenate([_cells(one, one.is_pair, pattern) for one in rankings])
    bands = []
    for low, high in pairwise(BANDS):
        here = (probability >= low) & (probability < high)
        if n := int(here.sum()):
            hits = int(right[here].sum())
            mean = float(probability[here].mean())
            bands.append(Reliability(low, high, n, mean, hits / n, wilson(hits, n)))
    return bands


def _cells(ranking: Ranking, values: np.ndarray, pattern: int | None) -> np.ndarray:
    return values[ranking.pattern == pattern] if pattern is not None else values.ravel()


def recall_at(ranks: Floats, k: int) -> float | None:
    """Share of the true pairs that rank within the first k; None without pairs."""
    return float(np.mean(ranks <= k)) if len(ranks) else None


def average_precision(scores: Floats, truth: Bools) -> float | None:
    """Average precision over all pairs pooled; None without a true pair.

    Equal scores share the precision at the end of their group.

    Shape: (n,), (n,)
    """
    pairs = int(truth.sum())
    if not pairs:
        return None
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order], np.cumsum(truth[order])
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    hits_at_end = hits[ends]
    gained = np.diff(hits_at_end, prepend=0)
    return float(np.sum(gained * hits_at_end / (ends + 1)) / pairs)


def calibration_error(probability: Floats, right: Floats) -> float | None:
    """Expected calibration error in N_BINS bins of equal width. Shape: (n,), (n,)"""
    if not len(probability):
        return None
    bins = np.minimum((probability * N_BINS).astype(np.int64), N_BINS - 1)
    predicted = np.bincount(bins, probability, N_BINS)
    observed = np.bincount(bins, right, N_BINS)
    return float(np.abs(predicted - observed).sum() / len(probability))


@dataclass(frozen=True)
class Calibration:
    """A calibration error, compared with what chance alone gives on as many pairs.

    Attributes:
        excess: error above the mean of perfectly calibrated probabilities of the same pairs.
        is_chance: whether these are as far off in at least CHANCE of all cases.
    """

    excess: float
    is_chance: bool


def debiased_calibration(probability: Floats, right: Floats, *, seed: int = 0) -> Calibration:
    """The calibration error without the part that few pairs have anyhow. Shape: (n,), (n,)"""
    observed = calibration_error(probability, right)
    if observed is None:
        return Calibration(0.0, is_chance=True)
    rng = np.random.default_rng(seed)
    draws = [rng.random(len(probability)) < probability for _ in range(DRAWS)]
    by_chance = [calibration_error(probability, drawn.astype(np.float64)) for drawn in draws]
    expected = np.array(by_chance, dtype=np.float64)
    return Calibration(
        float(observed - expected.mean()), bool((expected >= observed).mean() >= CHANCE)
    )


def _top(ranking: Ranking, cells: Bools) -> tuple[Floats, Floats]:
    """Probability and truth of each lost post's first TOP candidates, as far as in `cells`."""
    scores = np.maximum(ranking.scores, 0.0)  # an excluded pair has no probability, only -inf
    k = min(TOP, scores.shape[1])
    if not k:
        return np.zeros(0), np.zeros(0)
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    rows = np.arange(len(scores))[:, None]
    kept = cells[rows, best]
    return scores[rows, best][kept], ranking.is_pair[rows, best][kept].astype(np.float64)


def difference_interval(
    one: Ranking, other: Ranking, k: int = 5, *, level: float = 0.95, seed: int = 0
) -> tuple[float, float, float]:
    """Difference in recall@k of `one` to `other`, with a bootstrap interval over queries.

    Returns: difference, lower and upper end
    """
    gain = (one.ranks <= k).astype(np.float64) - (other.ranks <= k)
    lower, upper = bootstrap_interval(gain, one.pair_lost, level=level, seed=seed)
    return float(gain.mean()) if len(gain) else 0.0, lower, upper


def recall_interval(
    ranking: Ranking, k: int = 5, *, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Bootstrap interval of recall@k over queries."""
    hit = (ranking.ranks <= k).astype(np.float64)
    return bootstrap_interval(hit, ranking.pair_lost, level=level, seed=seed)


def bootstrap_interval(
    values: Floats, queries: Ints, *, level: float = 0.95, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Percentile interval of the mean; all values of a query are resampled together.

    Shape: values and queries (n,)
    """
    if not len(values):
        return 0.0, 0.0
    _, rows = np.unique(queries, return_inverse=True)
    sums, counts = np.bincount(rows, values), np.bincount(rows).astype(np.float64)
    rng = np.random.default_rng(seed)
    means = [
        (sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1))
        for start in range(0, resamples, BLOCK)
        for chosen in [rng.integers(len(sums), size=(min(BLOCK, resamples - start), len(sums)))]
    ]
    tail = (1.0 - level) / 2.0
    lower, upper = np.quantile(np.concatenate(means), (tail, 1.0 - tail))
    return float(lower), float(upper)
