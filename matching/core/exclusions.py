"""Exclusion rules for every strategy: pairs that cannot be one thing, each with its reason."""

from typing import Final

import numpy as np

from matching.core.arrays import Bools
from matching.core.types import NOBODY, Candidates, PostFeatures, ScoringContext

SAME_KIND: Final = "same_kind"
SAME_AUTHOR: Final = "same_author"
FOUND_BEFORE_LOST: Final = "found_before_lost"
REJECTED: Final = "rejected"


def apply_exclusion_rules(
    query: PostFeatures, candidates: Candidates, context: ScoringContext
) -> dict[str, Bools]:
    """Which candidates cannot be the query's thing, by reason.

    Shape: each mask (n,)
    Raises: ValueError if `context.rejected` does not have one entry per candidate.
    """
    return {
        SAME_KIND: same_kind(query, candidates),
        SAME_AUTHOR: same_author(query, candidates),
        FOUND_BEFORE_LOST: found_before_lost(query, candidates, context.max_found_before_lost_days),
        REJECTED: rejected(candidates, context.rejected),
    }


def same_kind(query: PostFeatures, candidates: Candidates) -> Bools:
    """True for two lost posts, or two found posts. Shape: (n,)"""
    return np.asarray(candidates.kinds == query.kind, dtype=np.bool_)


def same_author(query: PostFeatures, candidates: Candidates) -> Bools:
    """True for one author: nobody finds what they themselves report as lost. Shape: (n,)"""
    if query.author_id is None or query.author_id == NOBODY:
        return np.zeros(len(candidates), dtype=np.bool_)
    return np.asarray(candidates.author_ids == query.author_id, dtype=np.bool_)


def found_before_lost(
    query: PostFeatures, candidates: Candidates, max_found_before_lost_days: float
) -> Bools:
    """True if found earlier before the loss than a wrong memory explains; False without a day.

    Of several days that the loss may have been on, the first counts.

    Shape: (n,)
    """
    if query.day is None:
        return np.zeros(len(candidates), dtype=np.bool_)
    if query.kind == "lost":
        early_days = query.day - candidates.days
    else:
        early_days = candidates.days - query.day
    return np.asarray(early_days > max_found_before_lost_days, dtype=np.bool_)


def rejected(candidates: Candidates, rejected: Bools | None) -> Bools:
    """True where staff have rejected the pair. Shape: (n,)"""
    if rejected is None:
        return np.zeros(len(candidates), dtype=np.bool_)
    if rejected.shape != (len(candidates),):
        raise ValueError(
            f"rejected has shape {rejected.shape}, expected ({len(candidates)},): "
            "one entry for each candidate"
        )
    return rejected.astype(np.bool_)
