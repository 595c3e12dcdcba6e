"""Competition: a lost thing is one found thing at most, and a found thing one lost thing at most.

Each pair comes with its odds as if nothing else were known. The probability of a set of pairs in
which no post occurs twice is proportional to the product of their odds; that of one pair is its
share of all such sets. Sum-product finds it, exactly where no posts form a ring (Bayati, Shah,
Sharma 2008 and Huang, Jebara 2009 describe it for matchings), in time that grows with the number
of pairs alone.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from matching.core.arrays import Floats, Ints
from matching.core.types import Scores

MOST_LOG_ODDS: Final = 25.0  # beyond it the sum of all odds of a post loses the small ones
LEAST: Final = 1e-15  # the least probability that counts
MOST_ROUNDS: Final = 200
CONVERGED: Final = 1e-10


def log_odds(p: Floats) -> Floats:
    """Natural log of the odds of each probability."""
    return np.asarray(np.log(np.maximum(p, LEAST)) - np.log(np.maximum(1.0 - p, LEAST)))


def among(scores: Scores) -> Scores:
    """One post's scores as probabilities beside each other, which sum to at most 1.

    Scores that are no probabilities stay as they are, and so do those of excluded pairs.
    """
    if scores.log_odds is None:
        return scores
    odds = np.exp(np.minimum(scores.log_odds, MOST_LOG_ODDS))
    competing = np.where(scores.excluded, 0.0, odds)
    beside = competing / (1.0 + competing.sum())
    return replace(scores, score=np.where(scores.excluded, scores.score, beside))


def settle(
    lost: Ints,
    found: Ints,
    log_odds: Floats,
    *,
    lost_rest: Floats | None = None,
    found_rest: Floats | None = None,
) -> Floats:
    """The probability of each pair beside all others. Those of one post sum to at most 1.

    Shape: lost, found, log_odds (n,): one entry per pair, posts as rows from 0; lost_rest (l,)
        and found_rest (f,): odds of pairs of each post that are not listed, added up
    """
    if not len(log_odds):
        return np.zeros(0)
    odds = np.exp(np.minimum(log_odds, MOST_LOG_ODDS))
    mine = np.zeros(lost.max() + 1) if lost_rest is None else lost_rest
    theirs = np.zeros(found.max() + 1) if found_rest is None else found_rest
    free_found = np.ones(len(odds))  # how free each pair's found post is, without this pair
    before = np.zeros(len(odds))
    for _ in range(MOST_ROUNDS):
        free_lost = _free(lost, odds * free_found, mine)
        free_found = _free(found, odds * free_lost, theirs)
        weighed = odds * free_found
        p = weighed / (1.0 + mine + np.bincount(lost, weighed, len(mine)))[lost]
        if np.abs(p - before).max() < CONVERGED:
            break
        before = p
    # The sums of the found posts are as near to 1 as the rounds came; those of the lost are exact.
    crowded = np.maximum(np.bincount(found, p, len(theirs)), 1.0)
    return np.asarray(p / crowded[found])


def _free(posts: Ints, weighed: Floats, rest: Floats) -> Floats:
    """How probable it is that a pair's post is in none of its other pairs. Shape: (n,)"""
    others = np.bincount(posts, weighed, len(rest))[posts] - weighed
    return np.asarray(1.0 / (1.0 + rest[posts] + np.maximum(others, 0.0)))
