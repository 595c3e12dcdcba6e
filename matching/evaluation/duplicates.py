"""How well things that were reported twice are found, on worlds in which they are known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.core.duplicates import MARK_FROM, score_duplicates
from matching.evaluation.benchmark import cold_start
from matching.evaluation.metrics import average_precision
from matching.evaluation.simulator import SimulationSettings, Simulator


@dataclass(frozen=True)
class DuplicateFigures:
    """Of all pairs of found posts of a simulated world.

    Attributes:
        twins: pairs that are one thing.
        expected: sum of all probabilities, which is `twins` where they are right.
        recall: share of the twins that are marked.
        precision: share of the marks that are twins; NaN without marks.
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
    """Report some found things again, and look at every pair of found posts."""
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
    # Either post's task may mark the pair.
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
