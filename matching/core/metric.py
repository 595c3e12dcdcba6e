"""Which directions of a vector survive a second wording or photograph of the same thing."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from matching.core.arrays import Floats, Ints
from matching.core.vectors import Vec, unit

COLD_COUNTS_AS: Final = 20.0  # pseudo-pairs at the cold start's values
LEAST_VARIANCE: Final = 1e-6  # of a direction, as a share of the largest; below it is noise
MOST_CORRELATION: Final = 0.95
LEAST_WEIGHT: Final = 1e-3
BAND_GROWTH: Final = 1.4  # directions are judged in bands that widen as their variance falls


@dataclass(frozen=True, eq=False)
class Witnessed:
    """Pairs that the other channels consider true, with their probability. Shape: (n,)"""

    lost: Ints
    found: Ints
    probability: Floats


def learnt_metric(lost: Vec, found: Vec, seen: Witnessed) -> Vec:
    """Weights each direction by how well it agrees between the two posts of a true pair.

    The directions are the eigenvectors of the residuals' covariance. For a direction that has
    correlation r over true pairs, a Gaussian model weights its standardised product by
    r / (1 - r^2).

    Args:
        lost: residuals before any metric, NaN where missing; likewise found.

    Shape: (n_lost, dim), (n_found, dim) -> (dim, k)
    """
    present = np.concatenate([lost, found])
    present = present[~np.isnan(present[:, 0])].astype(np.float64)
    if len(present) < 2 or not len(seen.probability):
        return np.eye(lost.shape[1], dtype=np.float32)
    variance, directions = np.linalg.eigh(np.cov(present.T))
    variance, directions = variance[::-1], directions[:, ::-1]
    kept = int(min((variance > LEAST_VARIANCE * variance[0]).sum(), len(present) - 1))
    if not kept:  # all posts have the same vector
        return np.eye(lost.shape[1], dtype=np.float32)
    variance, directions = variance[:kept], directions[:, :kept]
    standardised = directions / np.sqrt(variance)
    left = unit(lost[seen.lost] @ standardised)
    right = unit(found[seen.found] @ standardised)
    here = ~np.isnan(left[:, 0]) & ~np.isnan(right[:, 0])
    products = (left[here] * right[here] * kept).astype(np.float64)
    survives = _correlation(products, seen.probability[here])
    learnt = np.log(survives / (1.0 - survives**2) + LEAST_WEIGHT)
    plain = np.log(variance / variance[0] * np.exp(learnt.max()) + LEAST_WEIGHT)
    pairs = seen.probability[here].sum()
    share = pairs / (pairs + COLD_COUNTS_AS)
    weights = np.exp(share * learnt + (1.0 - share) * plain)
    return np.asarray(standardised * np.sqrt(weights / weights.max()), dtype=np.float32)


def _correlation(products: Floats, probability: Floats) -> Floats:
    """Correlation of each direction over true pairs; a false pair adds nothing on average.

    Shape: (n, k), (n,) -> (k,)
    """
    kept = products.shape[1]
    seen = products.sum(axis=0) / max(float(probability.sum()), 1e-9)
    edges = [0]
    while edges[-1] < kept:
        edges.append(min(kept, max(edges[-1] + 2, int(edges[-1] * BAND_GROWTH))))
    for first, end in pairwise(edges):
        seen[first:end] = seen[first:end].mean()
    return np.asarray(np.clip(seen, 0.0, MOST_CORRELATION), dtype=np.float64)
