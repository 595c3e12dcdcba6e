"""Measures how well duplicates are found, on simulated datasets in which they are known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.core.duplicates import MARK_FROM, score_duplicates
from matching.evaluation.benchmark import cold_start
from matching.evaluation.metrics import average_precision
from matching.evaluation.simulator import SimulationSettings, Simulator


@dataclass(frozen=True)
class DuplicateFigures:
    """Metrics over all pairs of found posts in a simulated dataset.

    Attributes:
        duplicates: number of pairs that are one thing.
        expected: sum of all probabilities; equals `duplicates` if they are calibrated.
        recall: share of the duplicates that are marked.
        precision: share of marked pairs that are duplicates; NaN if none is marked.
    """

    posts: int
    duplicates: int
    marked: int
    expected: float
    recall: float
    precision: float
    ap: float | None


def measure_duplicates(
    settings: SimulationSettings,
    seed: int,
    duplicates: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> DuplicateFigures:
    """Simulate a dataset with this many duplicates, and score every pair of found posts."""
    dataset = Simulator(settings, seed).dataset(duplicates)
    profile = cold_start(dataset)
    candidates, posts = dataset.candidates("found"), dataset.features("found")
    n = len(posts)
    scores = np.zeros((n, n))
    for row, post in enumerate(posts):
        scored = score_duplicates(post, candidates, profile)
        scores[row, np.searchsorted(candidates.post_ids, scored.post_ids)] = scored.score
        progress(row + 1, n)
    truth = np.zeros((n, n), dtype=np.bool_)
    first = np.arange(duplicates)
    truth[first, n - duplicates + first] = True
    upper = np.triu_indices(n, 1)
    # The pair is marked if either post's task marks it.
    score, true = np.maximum(scores, scores.T)[upper], truth[upper]
    marked = score >= MARK_FROM
    hits = int((marked & true).sum())
    return DuplicateFigures(
        posts=n,
        duplicates=duplicates,
        marked=int(marked.sum()),
        expected=float(score.sum()),
        recall=hits / max(duplicates, 1),
        precision=hits / marked.sum() if marked.any() else float("nan"),
        ap=average_precision(score, true),
    )
