"""Judgements in chronological order, and the guard before promotion."""

from typing import Any

import numpy as np
import pytest

from matching.core.weights import TERMS, EvidenceWeights
from matching.learning.judgements import BLOCKS, FIRST_BLOCKS, Judgements
from matching.learning.promotion import Refusal, Trial, judge

HONEST = {1: (400, 0.02)}


def judgements(n: int, seed: int = 0, *, per_post: int = 4, steep: float = 1.0) -> Judgements:
    """Pairs with the single term text_text, which predicts a match; `steep` scales the truth."""
    rng = np.random.default_rng(seed)
    terms = np.full((n, len(TERMS)), np.nan)
    terms[:, TERMS.index("text_text")] = rng.normal(0.0, 8.0, n)
    p = 1.0 / (1.0 + np.exp(-steep * terms[:, TERMS.index("text_text")]))
    return Judgements(
        terms=terms,
        prior=np.zeros(n),
        is_match=rng.random(n) < p,
        sampling_probability=np.ones(n),
        queries=np.arange(n) // per_post,
        people=np.ones(n, dtype=np.int64),
    )


def trial(of: Judgements, evidence_weights: EvidenceWeights) -> Trial:
    return Trial(evidence_weights, of, np.full(len(of), 0.001))


def verdict(after: EvidenceWeights, of: Judgements, **changes: Any) -> Any:
    params: dict[str, Any] = {"usual_error_rate": 0.02, "by_person": HONEST, **changes}
    return judge(EvidenceWeights(), [trial(of, after)], **params)


def test_each_block_of_time_is_tested_by_what_came_before_it() -> None:
    of = judgements(200)
    blocks = of.blocks()
    assert len(blocks) == BLOCKS - FIRST_BLOCKS
    for past, following in blocks:
        assert len(following) == pytest.approx(200 / BLOCKS, abs=4)
        assert past.queries.max() < following.queries.min()
    assert sum(len(following) for _, following in blocks) + len(blocks[0][0]) == 200


def test_a_lost_post_that_was_judged_twice_counts_when_it_was_judged_last() -> None:
    of = judgements(100)
    queries = of.queries.copy()
    queries[-1] = 0  # the first post is judged again at the end
    again = Judgements(of.terms, of.prior, of.is_match, of.sampling_probability, queries, of.people)
    for past, following in again.blocks():
        assert not set(past.queries) & set(following.queries)
    assert 0 in again.blocks()[-1][1].queries
    assert 0 not in again.blocks()[0][0].queries


def test_nothing_at_all_has_no_blocks_worth_testing() -> None:
    assert all(not len(following) for _, following in judgements(0).blocks())


def test_ranks_are_among_what_was_judged_of_the_same_post_and_ties_count_half() -> None:
    of = judgements(4)
    terms = np.full((4, len(TERMS)), np.nan)
    terms[:, 0] = [1.0, 2.0, 2.0, 0.0]
    is_match = np.array([False, True, False, True])
    one = Judgements(
        terms, of.prior, is_match, of.sampling_probability, np.zeros(4, np.int64), of.people
    )
    rows, ranks = one.ranks(EvidenceWeights())
    assert (rows.tolist(), ranks.tolist()) == ([1, 3], [1.5, 4.0])


def test_patterns_follow_from_the_channels_that_are_there() -> None:
    terms = np.full((4, len(TERMS)), np.nan)
    terms[0, [TERMS.index(n) for n in ("image_image", "text_image", "image_text")]] = 0.0
    terms[1, TERMS.index("text_image")] = 0.0
    terms[2, TERMS.index("image_text")] = 0.0
    of = judgements(4)
    one = Judgements(terms, of.prior, of.is_match, of.sampling_probability, of.queries, of.people)
    assert one.patterns.tolist() == [0, 1, 2, 3]


def test_better_predictions_are_promoted() -> None:
    of = judgements(2000, steep=0.4)  # scores were overconfident
    found = verdict(EvidenceWeights(scale=0.4), of)
    assert found.is_promoted, found.refusals
    gain, lower, upper = found.figures["log_loss_gain"]
    assert 0.0 < lower < gain < upper


def test_an_uncertain_improvement_is_refused() -> None:
    assert verdict(EvidenceWeights(scale=1.02), judgements(2000)).refusals == (Refusal.NOT_BETTER,)


def test_better_but_miscalibrated_weights_are_refused() -> None:
    of = judgements(2000, steep=0.4)
    refusals = verdict(EvidenceWeights(scale=0.7, bias=0.6), of).refusals
    assert Refusal.NOT_CALIBRATED in refusals


def test_lower_recall_is_refused() -> None:
    of = judgements(2000, per_post=16)
    refusals = verdict(
        EvidenceWeights(weights={**EvidenceWeights().weights, "text_text": 0.0}), of
    ).refusals
    assert Refusal.FINDS_LESS in refusals


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"usual_error_rate": 0.2}, Refusal.CONTRADICTORY),
        ({"by_person": {1: (400, 0.02), 7: (40, 0.9)}}, Refusal.PERSON_CONTRADICTS),
    ],
)
def test_decisions_that_contradict_the_evidence_are_refused(
    changes: dict[str, Any], refusal: Refusal
) -> None:
    found = verdict(EvidenceWeights(scale=0.4), judgements(2000, steep=0.4), **changes)
    assert found.refusals == (refusal,)
    assert found.people == ((7,) if refusal is Refusal.PERSON_CONTRADICTS else ())


def test_a_person_with_few_decisions_is_not_judged() -> None:
    of = judgements(2000, steep=0.4)
    assert verdict(EvidenceWeights(scale=0.4), of, by_person={7: (5, 0.9)}).is_promoted


@pytest.mark.parametrize("scale", [0.1, 6.0])
def test_an_extreme_scale_is_refused(scale: float) -> None:
    of = judgements(2000, steep=scale)
    assert Refusal.SCALE in verdict(EvidenceWeights(scale=scale), of).refusals
