"""Pairs compete for their posts: sums, exact values on small sites, and what comes and goes."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core.arrays import Floats, Ints
from matching.core.competition import settle


def exactly(lost: Ints, found: Ints, log_odds: Floats) -> Floats:
    """By all sets of pairs in which no post occurs twice."""
    n, odds = len(log_odds), np.exp(log_odds)
    total, of_pair = 0.0, np.zeros(n)
    for size in range(n + 1):
        for chosen in combinations(range(n), size):
            rows = list(chosen)
            if len(set(lost[rows])) == len(set(found[rows])) == size:
                weight = float(np.prod(odds[rows]))
                total += weight
                of_pair[rows] += weight
    return of_pair / total


@given(
    log_odds=st.lists(st.floats(-8, 12), min_size=1, max_size=6),
    seed=st.integers(0, 2**32 - 1),
)
def test_pairs_without_a_ring_are_settled_exactly(log_odds: list[float], seed: int) -> None:
    """A chain: each post but the two ends is in two pairs."""
    steps = np.arange(len(log_odds))
    lost, found = (steps + 1) // 2, steps // 2
    order = np.random.default_rng(seed).permutation(len(log_odds))
    given_odds = np.array(log_odds)[order]
    expected = exactly(lost[order], found[order], given_odds)
    assert settle(lost[order], found[order], given_odds) == pytest.approx(expected, abs=1e-7)


def test_a_full_table_is_settled_nearly_exactly() -> None:
    rng = np.random.default_rng(3)
    lost, found = (part.ravel() for part in np.meshgrid(range(3), range(3), indexing="ij"))
    log_odds = rng.normal(-1.0, 2.0, 9)
    expected = exactly(lost, found, log_odds)
    assert settle(lost, found, log_odds) == pytest.approx(expected, abs=0.02)


@given(seed=st.integers(0, 2**32 - 1), spread=st.floats(0.1, 30.0))
def test_no_post_is_likelier_than_one_thing(seed: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    lost, found = rng.integers(8, size=40), rng.integers(8, size=40)
    pairs = np.unique(np.stack([lost, found]), axis=1)
    p = settle(pairs[0], pairs[1], np.asarray(rng.normal(0.0, spread, pairs.shape[1])))
    assert np.isfinite(p).all() and (p >= 0.0).all()
    for posts in pairs:
        assert np.bincount(posts, p).max() <= 1.0 + 1e-9


def test_eight_found_things_share_one_lost_thing() -> None:
    p = settle(np.zeros(8, np.int64), np.arange(8), np.array([5.0] * 5 + [0.0] * 3))
    assert p.sum() <= 1.0
    assert p[:5] == pytest.approx([p[0]] * 5) and p[0] < 0.2


def test_what_is_not_listed_competes_too() -> None:
    alone = settle(np.array([0]), np.array([0]), np.array([2.0]))
    crowded = settle(np.array([0]), np.array([0]), np.array([2.0]), lost_rest=np.array([np.e**2]))
    assert alone == pytest.approx(np.e**2 / (1 + np.e**2))
    assert crowded == pytest.approx(np.e**2 / (1 + 2 * np.e**2))


def test_a_thing_unlike_all_others_changes_nothing() -> None:
    lost, found = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    log_odds = np.array([3.0, 0.5, 1.0, -2.0])
    before = settle(lost, found, log_odds)
    after = settle(
        np.append(lost, [0, 1]), np.append(found, [2, 2]), np.append(log_odds, [-9.0, -9.0])
    )
    assert after[:4] == pytest.approx(before, abs=1e-3)


def test_no_pairs_are_no_probabilities() -> None:
    nobody = np.zeros(0, np.int64)
    assert settle(nobody, nobody, np.zeros(0)).shape == (0,)
