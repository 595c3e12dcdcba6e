"""Chooses how far `tilting` may go from the cold start, by lost posts that it was not fitted on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.core.arrays import Bools, Floats
from matching.core.tilting import Evidence, Weighed

PENALTIES: Final = (320.0, 80.0, 20.0)
FOLDS: Final = 2
CLEAR: Final = 1.0  # standard errors by which held-out likelihood must rise


@dataclass(frozen=True, eq=False)
class Choice:
    """The penalty that held-out lost posts confirm; None for the cold start's weights.

    Attributes:
        likelihoods: by penalty, the held-out log likelihood of each lost post. Shape: each (l,)
    """

    penalty: float | None
    weighed: Weighed
    likelihoods: dict[float | None, Floats]

    @property
    def likelihood(self) -> Floats:
        """Held-out log likelihood of each lost post under what was chosen."""
        return self.likelihoods[self.penalty]


def is_clearly_better(one: Floats, other: Floats) -> bool:
    """Whether lost posts are likelier by more than chance explains. Shape: (l,), (l,)"""
    gain = one - other
    return bool(gain.sum() > CLEAR * np.sqrt(len(gain) * gain.var()))


def choose(evidence_without: Callable[[Bools], Evidence], evidence: Evidence) -> Choice:
    """Fit under each penalty, and choose by the likelihood of lost posts held out.

    Args:
        evidence_without: the evidence, where nothing was learnt from these lost posts.
    """
    posts = len(evidence.rest)
    fold = np.random.default_rng(0).integers(FOLDS, size=posts)
    likelihoods: dict[float | None, Floats] = {
        penalty: np.zeros(posts) for penalty in (None, *PENALTIES)
    }
    for number in range(FOLDS):
        held_out = fold == number
        known = evidence_without(held_out)
        likelihoods[None][held_out] = known.likelihoods(known.cold_weights, held_out)
        start = known.cold
        for penalty in PENALTIES:
            start = known.fit(penalty, ~held_out, start)
            likelihoods[penalty][held_out] = known.likelihoods(start.weights, held_out)
    best = max(PENALTIES, key=lambda penalty: likelihoods[penalty].sum())
    if not is_clearly_better(likelihoods[best], likelihoods[None]):
        weights = evidence.cold_weights
        return Choice(None, Weighed(weights, evidence.share(weights)), likelihoods)
    weighed = evidence.cold
    for penalty in PENALTIES:
        weighed = evidence.fit(penalty, np.ones(posts, dtype=np.bool_), weighed)
        if penalty == best:
            break
    return Choice(best, weighed, likelihoods)
