"""`calibrated_v3`: the same from either side, channel by channel, finite whatever is missing."""

import dataclasses
import gc
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core import evidence
from matching.core.adaptation import adapt
from matching.core.arrays import Floats
from matching.core.calibrated import (
    LOOKS_DIFFERENT,
    CalibratedV3,
    ProfileMissing,
    prior,
    terms,
)
from matching.core.calibration import BEYOND, MOST_CONTENT, MOST_UNLIKE, Calibration
from matching.core.categories import posterior
from matching.core.competition import settle
from matching.core.prepared import prepare
from matching.core.profile import ProfileUnreadable, ScoringProfile
from matching.core.statistics import build_profile
from matching.core.types import Candidates, PostFeatures, Scores, ScoringContext
from matching.core.weights import CHANNELS
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.simulator import BASE, simulate

V3 = CalibratedV3()
SMALL = dataclasses.replace(BASE, lost=60, found=120, pairs=50, dim=48, categories=12, families=4)


@pytest.fixture(scope="module")
def dataset() -> BenchmarkDataset:
    return simulate(SMALL, 3)


@pytest.fixture(scope="module")
def profile(dataset: BenchmarkDataset) -> ScoringProfile:
    return build_profile(
        dataset.candidates("lost"), dataset.candidates("found"), dataset.categories
    )


def scored(profile: ScoringProfile, query: PostFeatures, others: list[PostFeatures]) -> Scores:
    candidates = Candidates.from_features(others, profile.dim)
    return V3.score(query, candidates, ScoringContext(profile=profile))


def full_post(dataset: BenchmarkDataset, kind: Any = "lost") -> PostFeatures:
    """A post with everything that a channel can use."""
    posts = dataset.features(kind)
    one = next(p for p in posts if len(p.image_vecs) and p.building and p.category)
    return dataclasses.replace(one, colour="blue", brand="apple", tokens=("a1b2",))


def test_a_profile_is_needed(dataset: BenchmarkDataset) -> None:
    with pytest.raises(ProfileMissing):
        V3.score(full_post(dataset), dataset.candidates("found"), ScoringContext())


def test_lost_and_found_swapped_give_the_same(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    for lost, found in zip(
        dataset.features("lost")[:20], dataset.features("found")[:20], strict=True
    ):
        one = scored(profile, lost, [found]).at(0)
        other = scored(profile, found, [lost]).at(0)
        assert one.score == pytest.approx(other.score, rel=1e-5)
        assert one.exclusions == other.exclusions
        for name, term in one.terms.items():
            assert other.terms[name] == (None if term is None else pytest.approx(term, abs=1e-4))


def test_order_and_other_candidates_change_nothing(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    query, others = dataset.features("lost")[0], dataset.features("found")
    together = scored(profile, query, others)
    order = np.random.default_rng(0).permutation(len(others))
    shuffled = scored(profile, query, [others[row] for row in order])
    assert np.allclose(together.score[order], shuffled.score, rtol=1e-5, atol=1e-9)
    alone = scored(profile, query, others[:1])
    assert alone.score[0] == pytest.approx(together.score[0], rel=1e-5)


@pytest.mark.parametrize(
    "gone", ["text_vec", "image_vecs", "day", "building", "colour", "brand", "tokens"]
)
def test_a_missing_channel_does_not_affect_the_others(
    dataset: BenchmarkDataset, profile: ScoringProfile, gone: str
) -> None:
    lost, found = full_post(dataset), full_post(dataset, "found")
    nothing: dict[str, Any] = {
        "image_vecs": lost.image_vecs[:0],
        "tokens": (),
        "text_vec": None,
        "building": None,
    }
    # Text and photographs also determine the category, so that term may change with them.
    touched = {
        "text_vec": {"text_text", "text_image", "category"},
        "image_vecs": {"image_image", "image_text", "category"},
        "day": {"time", "prior"},
        "building": {"place"},
        "colour": {"colour"},
        "brand": {"brand"},
        "tokens": {"identity"},
    }[gone]
    if gone in ("text_vec", "image_vecs"):  # with a fixed category, which the residual follows
        profile = profile.with_(
            text_class_means=np.tile(profile.text_mean, (len(profile.categories), 1)),
            image_class_means=np.tile(profile.image_mean, (len(profile.categories), 1)),
        )
    change: dict[str, Any] = {gone: nothing.get(gone)}
    without = dataclasses.replace(lost, **change)
    before = scored(profile, lost, [found]).at(0).terms
    after = scored(profile, without, [found]).at(0).terms
    for name, term in before.items():
        if name in touched - {"category", "prior"}:
            assert term is not None and after[name] is None, name
        elif name not in touched:
            assert after[name] == pytest.approx(term, abs=1e-5), name


def test_the_score_is_the_sum_of_its_terms(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    result = scored(profile, full_post(dataset), dataset.features("found"))
    for row in range(len(result)):
        one = result.at(row)
        log_odds = sum(
            profile.evidence_weights.weights.get(name, 1.0) * (term or 0.0)
            for name, term in one.terms.items()
        )
        assert one.score == pytest.approx(1.0 / (1.0 + np.exp(-log_odds)), rel=1e-9)
        assert one.log_odds == pytest.approx(log_odds, abs=1e-6)


def test_agrees_with_a_naive_loop(dataset: BenchmarkDataset, profile: ScoringProfile) -> None:
    """The text_text channel of one pair, computed step by step."""
    lost, found = dataset.features("lost")[1], dataset.features("found")[2]

    def residual(post: PostFeatures) -> Any:
        label = np.zeros(len(profile.categories))
        assert post.text_vec is not None
        centred = profile.prompt_vecs - profile.prompt_vecs.mean(axis=0)
        label += 1.6 * (centred @ (post.text_vec - profile.text_mean)) / profile.text_logit_sd
        for photo in post.image_vecs:
            label += 0.7 * (centred @ (photo - profile.image_mean)) / profile.image_logit_sd
        for row, (code, family) in enumerate(
            zip(profile.categories, profile.families, strict=True)
        ):
            if post.category:
                same = code == post.category
                near = family == post.family
                label[row] += np.log(0.85 if same else 0.05 if near else 0.02)
        label += 0.5 * np.log(profile.prior)
        p = np.exp(label - label.max())
        left = post.text_vec - (p / p.sum()) @ profile.text_class_means
        return left / np.linalg.norm(left)

    one, other = residual(lost), residual(found)

    def normalised(similarity: float, vec: Any, cohort: Any) -> float:
        seen = cohort @ vec
        n = len(seen)
        mean = seen.sum() / (n + 4)
        sd = np.sqrt((n * seen.var() + 4 * 0.15**2) / (n + 4))
        return float((similarity - mean) / sd)

    similarity = float(one @ other)
    z = normalised(similarity, one, profile.found_texts)
    z = (z + normalised(similarity, other, profile.lost_texts)) / 2
    expected = evidence.content(np.array([z]), profile.matching["text_text"])[0]
    assert scored(profile, lost, [found]).at(0).terms["text_text"] == pytest.approx(
        expected, abs=1e-3
    )


def test_of_several_photographs_the_best_pair_counts(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    lost, found = full_post(dataset), full_post(dataset, "found")
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(2, profile.dim)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    # The label fixes the posterior, so that more photographs change nothing else.
    flat = profile.with_(image_logit_sd=1e6)
    one = dataclasses.replace(found, image_vecs=lost.image_vecs[:1])
    many = dataclasses.replace(found, image_vecs=np.concatenate([noise, lost.image_vecs[:1]]))
    best = scored(flat, lost, [one]).at(0).terms["image_image"]
    assert scored(flat, lost, [many]).at(0).terms["image_image"] == pytest.approx(best, abs=1e-3)
    assert scored(flat, many, [dataclasses.replace(lost, kind="lost")]).at(0).terms[
        "image_image"
    ] == pytest.approx(best, abs=1e-3)


@pytest.mark.slow
@given(seed=st.integers(0, 2**32 - 1), n=st.sampled_from([0, 1, 5]), one_category=st.booleans())
def test_any_site_gives_finite_scores(seed: int, n: int, one_category: bool) -> None:
    """Nearly empty sites, zero vectors, identical vectors, a single category."""
    rng = np.random.default_rng(seed)
    settings = dataclasses.replace(
        SMALL, categories=1 if one_category else 3, families=1, lost=n, found=n, pairs=n, dim=8
    )
    dataset = simulate(settings, seed % 1000)
    profile = build_profile(
        dataset.candidates("lost"), dataset.candidates("found"), dataset.categories
    )
    profile = adapt(profile, dataset.candidates("lost"), dataset.candidates("found"))
    same = np.ones(8, dtype=np.float32) / np.sqrt(8)
    texts = [np.zeros(8, np.float32), same, same, None]
    photos = [np.zeros((1, 8), np.float32), np.stack([same, same]), np.zeros((0, 8), np.float32)]
    posts = [
        PostFeatures(
            row,
            "found",
            texts[int(rng.integers(4))],
            photos[int(rng.integers(3))],
            category=str(rng.choice(["c0", "nobody knows"])),
            day=[None, -500.0, 0.0, 30.0, 500.0][int(rng.integers(5))],
        )
        for row in range(6)
    ]
    for query in (*dataset.features("lost"), dataclasses.replace(posts[0], kind="lost")):
        result = scored(profile, query, [*posts, *dataset.features("found")])
        assert np.isfinite(result.score).all()
        assert ((result.score >= 0) & (result.score <= 1)).all()
        for term in result.terms.values():
            assert not np.isinf(term).any()


def test_different_photographs_of_different_categories_are_excluded(
    dataset: BenchmarkDataset,
) -> None:
    """Both have one, their evidence is minimal, and the categories hardly agree."""
    profile = build_profile(
        dataset.candidates("lost"), dataset.candidates("found"), dataset.categories
    )
    excluded = 0
    for query in dataset.features("lost"):
        result = scored(profile, query, dataset.features("found"))
        mask = result.exclusions[LOOKS_DIFFERENT]
        excluded += int(mask.sum())
        assert (result.terms["image_image"][mask] <= -3.0).all()
        assert (result.score[mask] < 0.1).all()
        assert not mask[np.isnan(result.terms["image_image"])].any()
    assert excluded > 0


def test_a_profile_is_written_and_read_unchanged(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    taught = adapt(profile, dataset.candidates("lost"), dataset.candidates("found"))
    again = ScoringProfile.from_bytes(taught.to_bytes())
    query, others = full_post(dataset), dataset.features("found")
    assert np.array_equal(scored(taught, query, others).score, scored(again, query, others).score)
    assert again.loss_patterns == taught.loss_patterns
    assert again.evidence_weights == taught.evidence_weights
    assert again.calibration == taught.calibration and again.calibration.report["decoys"]
    assert again.found_days.total == taught.found_days.total == len(dataset.text_found)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"nothing of the kind"])
def test_invalid_profile_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ProfileUnreadable):
        ScoringProfile.from_bytes(data)


def test_a_thing_that_is_unlike_all_others_changes_no_probability(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    """Not even of those that it competes with."""
    lost, found = dataset.candidates("lost"), dataset.features("found")
    kinds = posterior(lost, profile)
    nobodys = kinds.max(axis=0).argsort()[0]
    others = np.flatnonzero(kinds[:, nobodys] < 0.01)
    assert len(others) > 40
    guitar = dataset.prompts[nobodys]
    extra = dataclasses.replace(
        full_post(dataset, "found"),
        post_id=9999,
        building="far away",
        zone="far away",
        text_vec=guitar,
        image_vecs=guitar[None],
        category=str(profile.categories[nobodys]),
    )
    before, after = (
        probabilities(lost.take(others), Candidates.from_features(posts, profile.dim), profile)
        for posts in (found, [*found, extra])
    )
    assert before.max() > 0.9
    assert after[:, :-1] == pytest.approx(before, abs=1e-3)


def probabilities(lost: Candidates, found: Candidates, profile: ScoringProfile) -> Floats:
    """Of every pair, after competition."""
    one, other = prepare(lost, profile), prepare(found, profile)
    evidence = terms(one, other, profile)
    odds = profile.evidence_weights.log_odds(prior(one, other, profile), evidence)
    rows, columns = np.indices(odds.shape).reshape(2, -1)
    return settle(rows, columns, odds.ravel()).reshape(odds.shape)


def test_unreferenced_candidates_are_freed(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    gc.disable()  # they must be freed without it, because they are large
    try:
        candidates = dataset.candidates("found")
        V3.score(dataset.features("lost")[0], candidates, ScoringContext(profile=profile))
        gone = weakref.ref(candidates)
        del candidates
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("slope", [1.0, 2.0])
def test_likeness_of_different_kinds_of_things_counts_for_little(slope: float) -> None:
    """Black leather is in words and photographs alike, and makes no notebook a wallet.

    However much likeness is worth at a site: a slope that is learnt does not lift the bound.
    """
    likeness = np.array([9.0, 9.0, 0.5])
    cold = {name: np.full(3, np.nan) for name in (*CHANNELS, "place", "colour")}
    cold["text_text"], cold["category"] = likeness, np.array([-3.5, 3.0, -3.5])
    calibration = Calibration(slopes={"text_text": slope})
    z = {name: np.full(3, np.nan) for name in CHANNELS}
    counted = calibration.counted(cold, z)
    worth = counted["text_text"] + calibration.overlap_of(counted, cold["category"])
    content = 3.0 + slope * 9.0
    of_one_kind = content - (1.0 - BEYOND) * max(content - MOST_CONTENT, 0.0) - 3.0
    assert worth.tolist() == pytest.approx([MOST_UNLIKE, of_one_kind, slope * 0.5])
