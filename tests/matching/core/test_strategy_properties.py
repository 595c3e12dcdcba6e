"""Properties of every strategy: agreement with a naive loop, symmetry, bounds, order."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core.registry import STRATEGIES
from matching.core.types import Candidates, PostFeatures, Scores, ScoringContext

DIM = 6
TEXT_WEIGHT = {"clip_zeroshot_v1": 0.7, "clip_zeroshot_v2": 0.3}
EVERY_STRATEGY = pytest.mark.parametrize("name", list(TEXT_WEIGHT))  # v3: test_calibrated


def random_post(rng: np.random.Generator, post_id: int, kind: Any) -> PostFeatures:
    def unit(*shape: int) -> Any:
        vecs = rng.normal(size=shape) + 0.8  # a common direction: cosines on both sides of 0.2
        return (vecs / np.linalg.norm(vecs, axis=-1, keepdims=True)).astype(np.float32)

    return PostFeatures(
        post_id,
        kind,
        unit(DIM) if rng.random() > 0.1 else None,
        unit(int(rng.integers(0, 4)), DIM),
        category=(None, "wallet", "umbrella")[rng.integers(3)],
        day=float(rng.integers(0, 9)) if rng.random() > 0.2 else None,
        author_id=int(rng.integers(0, 3)) if rng.random() > 0.2 else None,
    )


def scored(name: str, query: PostFeatures, others: list[PostFeatures]) -> Scores:
    columns = Candidates.from_features(others)
    return STRATEGIES[name].score(query, columns, ScoringContext())


def naive_score(name: str, query: PostFeatures, other: PostFeatures) -> float:
    """The notes' algorithm, one pair at a time with mixed vectors."""
    weight = TEXT_WEIGHT[name]
    mixes = []
    for post in (query, other):
        text = np.zeros(DIM) if post.text_vec is None else post.text_vec.astype(float)
        if len(post.image_vecs):
            text = weight * text + (1 - weight) * post.image_vecs[0].astype(float)
        mixes.append(text)
    if name == "clip_zeroshot_v2":
        images = [post.image_vecs[0] for post in (query, other) if len(post.image_vecs)]
        if len(images) == 2 and float(images[0] @ images[1]) < 0.2:
            return 0.0
        if query.category and other.category and query.category != other.category:
            return 0.1
    lengths = float(np.linalg.norm(mixes[0]) * np.linalg.norm(mixes[1]))
    return float(mixes[0] @ mixes[1]) / lengths if lengths else 0.0


@EVERY_STRATEGY
@pytest.mark.parametrize("n", [0, 1, 5])
@given(seed=st.integers(0, 2**32 - 1), kind=st.sampled_from(["lost", "found"]))
def test_agrees_with_a_naive_loop(name: str, n: int, seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    query = random_post(rng, 0, kind)
    others = [random_post(rng, 1 + i, "found" if kind == "lost" else "lost") for i in range(n)]
    scores = scored(name, query, others)
    assert scores.score.shape == (n,)
    assert np.isfinite(scores.score).all()
    assert (np.abs(scores.score) <= 1.0).all()
    assert np.allclose(scores.score, [naive_score(name, query, o) for o in others], atol=1e-5)
    assert len(scores.top(3, excluded=True)) == min(n, 3)
    for row in range(n):
        terms = scores.at(row).terms
        assert all(term is None or math.isfinite(term) for term in terms.values())


@EVERY_STRATEGY
@given(seed=st.integers(0, 2**32 - 1))
def test_swapping_lost_and_found_changes_nothing(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lost, found = random_post(rng, 1, "lost"), random_post(rng, 2, "found")
    one_way = scored(name, lost, [found]).at(0)
    other_way = scored(name, found, [lost]).at(0)
    assert one_way.score == pytest.approx(other_way.score, abs=1e-6)
    assert one_way.exclusions == other_way.exclusions
    for channel, term in one_way.terms.items():
        assert other_way.terms[channel] == (None if term is None else pytest.approx(term, abs=1e-6))


@EVERY_STRATEGY
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 40))
def test_order_and_other_candidates_change_nothing(name: str, seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    query = random_post(rng, 0, "lost")
    others = [random_post(rng, 1 + i, "found") for i in range(n)]
    together = scored(name, query, others)
    order = rng.permutation(n)
    shuffled = scored(name, query, [others[i] for i in order])
    assert together.top(n, excluded=True) == shuffled.top(n, excluded=True)
    alone = scored(name, query, [others[0]])
    assert alone.at(0) == together.at(0)


@EVERY_STRATEGY
@given(seed=st.integers(0, 2**32 - 1))
def test_the_same_post_again_scores_one(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lost = random_post(rng, 1, "lost")
    if lost.text_vec is None and not len(lost.image_vecs):
        return
    found = dataclasses.replace(lost, post_id=2, kind="found")
    assert scored(name, lost, [found]).score[0] == pytest.approx(1.0, abs=1e-6)
