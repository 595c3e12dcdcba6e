"""The exclusion rules."""

from typing import Any

import numpy as np
import pytest

from matching.core import exclusions
from matching.core.types import Candidates, ScoringContext
from tests.support.post_features import post

VEC = [1.0, 0.0]


def apply_exclusion_rules(
    query_fields: dict[str, Any], *others: dict[str, Any], kind: str = "found", **context: Any
) -> dict[str, Any]:
    query = post(1, "lost" if kind == "found" else "found", VEC, (), query_fields)
    columns = Candidates.from_features(
        [post(2 + n, kind, VEC, (), fields) for n, fields in enumerate(others)]
    )
    masks = exclusions.apply_exclusion_rules(query, columns, ScoringContext(**context))
    return {reason: mask.tolist() for reason, mask in masks.items()}


def test_the_same_kind_is_excluded() -> None:
    columns = Candidates.from_features([post(2, "lost", VEC), post(3, "found", VEC)])
    assert exclusions.same_kind(post(1, "lost", VEC), columns).tolist() == [True, False]


def test_the_same_author_is_excluded() -> None:
    masks = apply_exclusion_rules({"author_id": 7}, {"author_id": 7}, {"author_id": 8}, {})
    assert masks["same_author"] == [True, False, False]


def test_two_posts_without_an_author_are_not_one_person() -> None:
    assert apply_exclusion_rules({}, {}, {"author_id": 8})["same_author"] == [False, False]


@pytest.mark.parametrize("kind", ["found", "lost"])
def test_a_find_too_long_before_the_loss_is_excluded(kind: str) -> None:
    days = (2.0, 2.9, 3.0, 10.0, 30.0) if kind == "found" else (18.0, 17.1, 17.0, 10.0, 0.0)
    masks = apply_exclusion_rules({"day": 10.0}, *({"day": day} for day in days), {}, kind=kind)
    assert masks["found_before_lost"] == [True, True, False, False, False, False]


def test_the_tolerance_in_days_is_a_setting() -> None:
    early = {"day": 7.0}
    assert apply_exclusion_rules({"day": 10.0}, early, max_found_before_lost_days=3)[
        "found_before_lost"
    ] == [False]
    assert apply_exclusion_rules({"day": 10.0}, early, max_found_before_lost_days=0)[
        "found_before_lost"
    ] == [True]


def test_a_missing_day_excludes_nothing() -> None:
    assert apply_exclusion_rules({}, {"day": 1.0})["found_before_lost"] == [False]


def test_a_rejected_pair_is_excluded() -> None:
    masks = apply_exclusion_rules({}, {}, {}, rejected=np.array([False, True]))
    assert masks["rejected"] == [False, True]


def test_rejections_for_another_number_of_candidates_are_refused() -> None:
    with pytest.raises(ValueError, match="one entry for each candidate"):
        apply_exclusion_rules({}, {}, {}, rejected=np.array([True]))


def test_without_candidates_the_masks_are_empty() -> None:
    assert set(map(tuple, apply_exclusion_rules({"day": 1.0, "author_id": 1}).values())) == {()}
