"""Filters of a search, by the facts that posts state."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from matching.core.arrays import Bools
from matching.core.types import Candidates


@dataclass(frozen=True)
class SearchFilters:
    """What a post must state; None means that any value, or none, will do.

    Units: days as ordinals
    """

    categories: frozenset[str] | None = None
    families: frozenset[str] | None = None
    colours: frozenset[str] | None = None
    buildings: frozenset[str] | None = None
    zones: frozenset[str] | None = None
    first_day: float | None = None
    last_day: float | None = None

    def mask(self, posts: Candidates) -> Bools:
        """True for each post that passes. Shape: (n,)"""
        passes = np.ones(len(posts), dtype=np.bool_)
        for column in ("categories", "families", "colours", "buildings", "zones"):
            codes: Iterable[str] | None = getattr(self, column)
            if codes is None:
                continue
            values, rows = posts.coded(column)
            named = np.isin(values, list(codes))
            passes &= named[rows]
        if self.first_day is not None:
            passes &= posts.days >= self.first_day
        if self.last_day is not None:
            passes &= posts.days <= self.last_day
        return passes
