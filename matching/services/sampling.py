"""Samples a few candidates that are not likely enough to be suggested, for staff to judge.

Staff only judge what they are shown, so otherwise learning would never see the pairs that
suggestions miss. Each sampled pair stores its sampling probability.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np

from matching.conf import matching_settings
from matching.core.registry import needs_profile
from matching.models import Match
from matching.scoring.score_post import SearchResult

SAMPLED_FROM: Final = 50  # best candidates of those that are not suggested


def sample_candidates(result: SearchResult, existing: Sequence[Match]) -> dict[int, float]:
    """Sampled candidates with their sampling probabilities.

    The same posts always sample the same candidates, so that a task may run twice.

    Args:
        existing: pairs of the post; those sampled before count.
    """
    before = sum(match.sampling_probability is not None for match in existing)
    wanted = matching_settings().explored - before
    if wanted < 1 or not needs_profile(result.strategy.name):
        return {}
    shown = [match for match in existing if match.status != Match.Status.CANDIDATE]
    paired = {pk for match in shown for pk in match.post_ids}
    scores = result.scores
    possible = (
        ~scores.excluded
        & (scores.score < result.threshold)
        & ~np.isin(scores.post_ids, list(paired))
    )
    rows = np.flatnonzero(possible)
    pool = rows[np.lexsort((scores.post_ids[rows], -scores.score[rows]))][:SAMPLED_FROM]
    evidence = result.pair_evidence_of(scores.post_ids[pool].tolist())
    ids = sorted(evidence, key=lambda pk: _lot(evidence[pk]))
    sampled = ids[:wanted]
    return dict.fromkeys(sampled, len(sampled) / max(len(ids), 1))


def _lot(evidence: str) -> bytes:
    """A pseudo-random number for each pair, identical in the tasks of both posts."""
    return hashlib.sha256(f"lot {evidence}".encode()).digest()
