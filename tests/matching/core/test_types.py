"""Posts as columns, and scores as rows again."""

import json

import numpy as np
import pytest

from matching.core.types import Candidates, Scores
from tests.support.post_features import post

FIELDS = {
    "category": "wallet",
    "family": "small",
    "colour": "black",
    "building": "library",
    "zone": "north",
    "day": 3.5,
    "author_id": 7,
}


def test_columns_hold_the_facts_of_the_posts() -> None:
    columns = Candidates.from_features(
        [
            post(5, "found", [3.0, 0.0], [[0.0, 2.0], [1.0, 0.0], [0.0, 1.0]], FIELDS),
            post(6, "lost", [0.0, 1.0]),
        ]
    )
    assert len(columns) == 2
    assert columns.post_ids.tolist() == [5, 6]
    assert columns.kinds.tolist() == ["found", "lost"]
    assert columns.text_vecs.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert columns.image_vecs[0].tolist() == [0.0, 1.0]
    assert np.isnan(columns.image_vecs[1]).all()
    assert columns.photo_vecs.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert columns.photo_owner.tolist() == [0, 0]
    assert columns.categories.tolist() == ["wallet", ""]
    assert columns.families.tolist() == ["small", ""]
    assert columns.colours.tolist() == ["black", ""]
    assert columns.buildings.tolist() == ["library", ""]
    assert columns.zones.tolist() == ["north", ""]
    assert columns.author_ids.tolist() == [7, -1]
    assert columns.days[0] == 3.5
    assert np.isnan(columns.days[1])


@pytest.mark.parametrize("dim", [None, 8])
def test_no_posts_give_empty_columns(dim: int | None) -> None:
    columns = Candidates.from_features([], dim)
    assert len(columns) == 0
    assert columns.text_vecs.shape == columns.photo_vecs.shape == (0, dim or 0)


def test_take_keeps_further_photographs_with_their_post() -> None:
    columns = Candidates.from_features(
        [
            post(1, "found", [1.0, 0.0], [[1.0, 0.0], [0.0, 1.0]]),
            post(2, "found", [1.0, 0.0]),
            post(3, "found", [1.0, 0.0], [[1.0, 0.0], [-1.0, 0.0], [0.0, -1.0]]),
        ]
    )
    taken = columns.take(np.array([2, 0]))
    assert taken.post_ids.tolist() == [3, 1]
    by_post = {
        int(taken.post_ids[owner]): taken.photo_vecs[taken.photo_owner == owner].tolist()
        for owner in set(taken.photo_owner.tolist())
    }
    assert by_post == {1: [[0.0, 1.0]], 3: [[-1.0, 0.0], [0.0, -1.0]]}
    assert len(columns.take(np.array([], dtype=np.int64))) == 0


@pytest.fixture
def scores() -> Scores:
    return Scores(
        post_ids=np.array([40, 30, 20, 10]),
        score=np.array([0.7, 0.9, 0.7, 0.95]),
        terms={"text_text": np.array([0.5, np.nan, 0.25, 0.125])},
        exclusions={"same_author": np.array([False, False, False, True])},
    )


def test_top_ranks_by_score_and_then_by_post(scores: Scores) -> None:
    assert [score.post_id for score in scores.top(2)] == [30, 20]
    assert [score.post_id for score in scores.top(10)] == [30, 20, 40]
    assert [score.post_id for score in scores.top(10, threshold=0.8)] == [30]
    assert scores.top(0) == scores.top(-1) == []


def test_an_excluded_pair_is_kept_with_its_reason(scores: Scores) -> None:
    first = scores.top(1, excluded=True)[0]
    assert (first.post_id, first.exclusions, first.is_excluded) == (10, ("same_author",), True)
    assert scores.excluded.tolist() == [False, False, False, True]


def test_a_score_is_plain_json_with_none_for_an_absent_channel(scores: Scores) -> None:
    score = scores.at(1)
    assert json.loads(json.dumps(score.terms)) == {"text_text": None}
    assert json.loads(json.dumps([score.score, score.post_id, score.exclusions])) == [0.9, 30, []]
