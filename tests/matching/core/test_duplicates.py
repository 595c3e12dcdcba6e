"""Duplicates: what is found, and what the score must not depend on."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from matching.core.duplicates import MARK_FROM, score_duplicates
from matching.core.profile import ScoringProfile
from matching.core.types import Candidates, PostFeatures
from matching.evaluation.benchmark import cold_start
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.duplicates import measure_duplicates
from matching.evaluation.simulator import BASE, HARD, Simulator

SMALL = {"lost": 150, "found": 300, "pairs": 80}


@pytest.fixture(scope="module")
def dataset() -> BenchmarkDataset:
    return Simulator(dataclasses.replace(BASE, **SMALL), 3).dataset(20)


@pytest.fixture(scope="module")
def profile(dataset: BenchmarkDataset) -> ScoringProfile:
    return cold_start(dataset)


@pytest.mark.slow
def test_most_duplicates_are_flagged_and_little_else() -> None:
    figures = measure_duplicates(dataclasses.replace(BASE, **SMALL), 3, 20)
    assert figures.recall >= 0.75
    assert figures.precision >= 0.85
    assert figures.expected == pytest.approx(20, rel=0.35)
    hard = measure_duplicates(dataclasses.replace(HARD, **SMALL), 3, 20)
    assert hard.recall >= 0.5
    assert hard.precision >= 0.5


def test_both_posts_get_the_same_score_whatever_else_there_is(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    candidates, posts = dataset.candidates("found"), dataset.features("found")
    n = len(posts)
    for first in range(5):
        second = n - 20 + first
        one = score_duplicates(posts[first], candidates, profile)
        other = score_duplicates(posts[second], candidates, profile)
        there = one.at(int(np.flatnonzero(one.post_ids == posts[second].post_id)[0]))
        back = other.at(int(np.flatnonzero(other.post_ids == posts[first].post_id)[0]))
        # Vectors are centred by float32 products (6e-8 of each), summed as their place among others
        # has it and by as many threads: with one they differ by more than 1e-6 of a term near 4.
        assert there.score == pytest.approx(back.score, abs=1e-6)
        for name, value in there.terms.items():
            assert back.terms[name] == (value and pytest.approx(value, rel=1e-6, abs=1e-6)), name


def test_a_post_is_not_its_own_duplicate(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    post = dataset.features("found")[0]
    scores = score_duplicates(post, dataset.candidates("found"), profile)
    assert post.post_id not in scores.post_ids
    alone = Candidates.from_features([post], profile.dim)
    assert len(score_duplicates(post, alone, profile)) == 0
    nobody = Candidates.from_features([], profile.dim)
    assert len(score_duplicates(post, nobody, profile)) == 0


def pair(profile: ScoringProfile, dataset: BenchmarkDataset, **changed: Any) -> Any:
    """Terms and score of a duplicate whose second report differs in something."""
    posts = dataset.features("found")
    first = dataclasses.replace(posts[0], author_id=5, day=100.0)
    second = dataclasses.replace(
        first, **{"post_id": 10**6, "author_id": 6, "day": 100.0, **changed}
    )
    everybody = Candidates.from_features([first, second, *posts[1:]], profile.dim)
    scores = score_duplicates(first, everybody, profile)
    return scores.at(int(np.flatnonzero(scores.post_ids == 10**6)[0]))


def test_distant_days_and_another_author_are_evidence_against_it(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    same = pair(profile, dataset)
    assert same.score > MARK_FROM
    later = pair(profile, dataset, day=130.0)
    assert later.terms["time"] < 0 < same.terms["time"]
    assert later.score < same.score
    own = pair(profile, dataset, author_id=5)
    assert own.terms["author"] > same.terms["author"]
    nobody = pair(profile, dataset, author_id=None, day=None)
    assert nobody.terms["author"] is None and nobody.terms["time"] is None


def test_posts_without_text_or_photographs_can_be_scored(
    profile: ScoringProfile,
) -> None:
    zero = np.zeros(profile.dim, dtype=np.float32)
    empty = np.zeros((0, profile.dim), dtype=np.float32)
    posts = [PostFeatures(row, "lost", zero, empty) for row in range(4)]
    scores = score_duplicates(posts[0], Candidates.from_features(posts, profile.dim), profile)
    assert np.isfinite(scores.score).all()
