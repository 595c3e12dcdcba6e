"""Draws a few candidates that are not likely enough to be suggested, for staff to judge.

Staff judge only what they are shown, so nobody would ever learn of pairs that the suggestions
miss. How probable it was that a candidate was drawn is kept with it.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np

from matching.conf import matching_settings
from matching.core.registry import needs_profile
from matching.models import Match
from matching.scoring.score_post import SearchResult

DRAWN_AMONG: Final = 50  # best candidates of those that are not suggested


def sample_candidates(result: SearchResult, existing: Sequence[Match]) -> dict[int, float]:
    """Candidates to ask about, with the probability with which each was drawn.

    The same posts draw the same candidates, so that a task may run twice.

    Args:
        existing: pairs that the post has; one that was drawn before counts.
    """
    before = sum(match.sampling_probability is not None for match in existing)
    wanted = matching_settings().explored - before
    if wanted < 1 or not needs_profile(result.strategy.name):
        return {}
    paired = {pk for match in existing for pk in (match.lost_id, match.found_id)}
    scores = result.scores
    possible = (
        ~scores.excluded
        & (scores.score < result.threshold)
        & ~np.isin(scores.post_ids, list(paired))
    )
    rows = np.flatnonzero(possible)
    pool = rows[np.lexsort((scores.post_ids[rows], -scores.score[rows]))][:DRAWN_AMONG]
    ids = sorted(
        (int(pk) for pk in scores.post_ids[pool]), key=lambda pk: _lot(result.pair_evidence(pk))
    )
    sampled = ids[:wanted]
    return dict.fromkeys(sampled, len(sampled) / max(len(ids), 1))


def _lot(evidence: str) -> bytes:
    """A number for each pair, as good as random, that both tasks of a pair agree on."""
    return hashlib.sha256(f"lot {evidence}".encode()).digest()
