"""How well things that were reported twice are found, on worlds in which they are known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.core.duplicates import MARK_FROM, score_duplicates
from matching.evaluation.benchmark import cold_start
from matching.evaluation.metrics import average_precision
from matching.evaluation.simulator import Simulator, WorldSettings


@dataclass(frozen=True)
class TwinFigures:
    """Of all pairs of found posts of a simulated world.

    Attributes:
        twins: pairs that are one thing.
        expected: sum of all probabilities, which is `twins` where they are right.
        recall: share of the twins that are marked.
        precision: share of the marks that are twins; NaN without marks.
    """

    posts: int
    twins: int
    marked: int
    expected: float
    recall: float
    precision: float
    ap: float | None


def measure_twins(
    settings: WorldSettings,
    seed: int,
    twins: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> TwinFigures:
    """Report some found things again, and look at every pair of found posts."""
    world = Simulator(settings, seed).world(twins)
    profile = cold_start(world)
    candidates, posts = world.candidates("found"), world.features("found")
    n = len(posts)
    scores = np.zeros((n, n))
    for row, post in enumerate(posts):
        scored = score_duplicates(post, candidates, profile)
        scores[row, np.searchsorted(candidates.post_ids, scored.post_ids)] = scored.score
        progress(row + 1, n)
    truth = np.zeros((n, n), dtype=np.bool_)
    first = np.arange(twins)
    truth[first, n - twins + first] = True
    upper = np.triu_indices(n, 1)
    # Either post's task may mark the pair.
    score, true = np.maximum(scores, scores.T)[upper], truth[upper]
    marked = score >= MARK_FROM
    hits = int((marked & true).sum())
    return TwinFigures(
        posts=n,
        twins=twins,
        marked=int(marked.sum()),
        expected=float(score.sum()),
        recall=hits / max(twins, 1),
        precision=hits / marked.sum() if marked.any() else float("nan"),
        ap=average_precision(score, true),
    )
