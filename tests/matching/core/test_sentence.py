"""The `sentence` channel: what a second encoder makes of the same texts, as one more witness."""

import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from matching.core.adaptation import adapt
from matching.core.calibrated import CalibratedV3, terms
from matching.core.prepared import prepare
from matching.core.profile import FORMAT, WITHOUT_SENTENCES, ScoringProfile
from matching.core.segments import concatenate
from matching.core.statistics import build_profile
from matching.core.types import Candidates, PostFeatures, ScoringContext
from matching.core.vectors import Vec, unit
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.metrics import average_precision
from matching.evaluation.simulator import BASE, simulate

SMALL = replace(BASE, lost=120, found=240, pairs=90, dim=48, categories=12, families=4)
SENTENCE_DIM = 44


@pytest.fixture(scope="module")
def dataset() -> BenchmarkDataset:
    """The first encoder hardly understands what is written; the second one does, with errors."""
    plain = simulate(SMALL, 3)
    rng = np.random.default_rng(0)
    axes, _ = np.linalg.qr(rng.normal(size=(SMALL.dim, SMALL.dim)))

    def heard(vecs: Vec, noise: float = 0.9) -> Vec:
        heard = vecs + rng.normal(size=vecs.shape) * noise / np.sqrt(SMALL.dim)
        return unit(heard.astype(np.float32))

    def second(vecs: Vec) -> Vec:
        return unit((heard(vecs, noise=0.4) @ axes[:, :SENTENCE_DIM]).astype(np.float32))

    return replace(
        plain,
        text_lost=heard(plain.text_lost),
        text_found=heard(plain.text_found),
        image_lost=np.full_like(plain.image_lost, np.nan),
        image_found=np.full_like(plain.image_found, np.nan),
        sentence_lost=second(plain.text_lost),
        sentence_found=second(plain.text_found),
    )


@pytest.fixture(scope="module")
def profile(dataset: BenchmarkDataset) -> ScoringProfile:
    return profile_of(dataset)


def profile_of(dataset: BenchmarkDataset) -> ScoringProfile:
    lost, found = dataset.candidates("lost"), dataset.candidates("found")
    return build_profile(lost, found, dataset.categories, sentence_fingerprint="second")


def alone(dataset: BenchmarkDataset) -> BenchmarkDataset:
    return replace(dataset, sentence_lost=None, sentence_found=None)


def precision(dataset: BenchmarkDataset, profile: ScoringProfile) -> float:
    candidates, context = dataset.candidates("found"), ScoringContext(profile=profile)
    strategy = CalibratedV3()
    scores = np.stack(
        [strategy.score(one, candidates, context).score for one in dataset.features("lost")]
    )
    truth = np.zeros(scores.shape, dtype=np.bool_)
    truth[dataset.pair_lost, dataset.pair_found] = True
    return average_precision(scores.ravel(), truth.ravel()) or 0.0


def score_of(profile: ScoringProfile, lost: PostFeatures, found: PostFeatures) -> Any:
    candidates = Candidates.from_features([found], profile.dim)
    return CalibratedV3().score(lost, candidates, ScoringContext(profile=profile)).at(0)


@pytest.mark.slow
def test_a_second_encoder_finds_more_at_a_cold_start_and_adapted(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    without = alone(dataset)
    plain = profile_of(without)
    assert precision(dataset, profile) > precision(without, plain) + 0.05
    lost, found = dataset.candidates("lost"), dataset.candidates("found")
    learnt = precision(dataset, adapt(profile, lost, found))
    assert learnt > precision(without, adapt(plain, lost, found)) + 0.05


def test_without_one_the_channel_does_not_exist(dataset: BenchmarkDataset) -> None:
    plain = profile_of(alone(dataset))
    lost, found = dataset.features("lost")[0], dataset.features("found")[0]
    assert plain.sentence_dim == 0
    scored = score_of(plain, lost, found)  # these posts have such vectors, the profile does not
    assert "sentence" not in scored.terms
    bare = replace(lost, sentence_vec=None), replace(found, sentence_vec=None)
    assert score_of(plain, *bare) == scored


def test_words_that_are_read_twice_do_not_count_twice(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    lost, found = dataset.features("lost")[0], dataset.features("found")[0]
    both = score_of(profile, lost, found).terms
    once = score_of(profile, replace(lost, sentence_vec=None), found).terms
    assert once["sentence"] is None
    assert both["text_text"] == pytest.approx(once["text_text"] / 2.0)


def test_lost_and_found_swapped_give_the_same(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    for lost, found in zip(
        dataset.features("lost")[:10], dataset.features("found")[:10], strict=True
    ):
        one, other = score_of(profile, lost, found), score_of(profile, found, lost)
        assert one.terms["sentence"] == pytest.approx(other.terms["sentence"], abs=1e-4)


def test_vectors_of_another_length_are_not_compared(
    dataset: BenchmarkDataset, profile: ScoringProfile
) -> None:
    lost, found = dataset.features("lost")[0], dataset.features("found")[0]
    shorter = replace(found, sentence_vec=np.ones(8, dtype=np.float32))
    assert score_of(profile, lost, shorter).terms["sentence"] is None


def test_posts_with_and_without_one_stand_in_one_segment(dataset: BenchmarkDataset) -> None:
    dim = SMALL.dim
    one, other = dataset.features("found")[:2]
    bare = Candidates.from_features([replace(one, sentence_vec=None)], dim)
    whole = concatenate([bare, Candidates.from_features([other], dim)], dim)
    assert whole.sentence_vecs.shape == (2, SENTENCE_DIM)
    assert np.isnan(whole.sentence_vecs[0]).all() and not np.isnan(whole.sentence_vecs[1]).any()


def test_it_is_stored_with_the_profile(dataset: BenchmarkDataset, profile: ScoringProfile) -> None:
    lost, found = dataset.candidates("lost"), dataset.candidates("found")
    profile = adapt(profile, lost, found)
    again = ScoringProfile.from_bytes(profile.to_bytes())
    assert again.sentence_fingerprint == "second" and again.sentence_dim == SENTENCE_DIM
    before, after = (
        terms(prepare(lost, one), prepare(found, one), one)["sentence"] for one in (profile, again)
    )
    assert np.array_equal(before, after) and not np.isnan(before).any()


def test_a_profile_from_before_can_still_be_read(dataset: BenchmarkDataset) -> None:
    without = alone(dataset)
    lost, found = without.candidates("lost"), without.candidates("found")
    profile = adapt(profile_of(without), lost, found)
    of_channels = [*profile.calibration.overlap[:8], *profile.calibration.overlap[16:24]]
    assert any(of_channels)
    again = ScoringProfile.from_bytes(as_before(profile))
    assert again.calibration.overlap[:8] == again.calibration.overlap[8:16]
    before, after = (
        terms(prepare(lost, one), prepare(found, one), one) for one in (profile, again)
    )
    for name, term in before.items():
        assert np.array_equal(term, after[name], equal_nan=True), name


def as_before(profile: ScoringProfile) -> bytes:
    """A profile in the format that had four channels."""
    with np.load(io.BytesIO(profile.to_bytes())) as file:
        arrays = {name: file[name] for name in file.files if "sentence" not in name}
    facts = json.loads(str(arrays.pop("facts")))
    assert facts["format"] == FORMAT
    facts["format"] = WITHOUT_SENTENCES
    del facts["sentence_fingerprint"], facts["matching"]["sentence"]
    for name in ("overlap", "most"):
        values = facts["calibration"][name]
        facts["calibration"][name] = [*values[:8], *values[16:24]]
    file_before = io.BytesIO()
    np.savez_compressed(file_before, facts=np.array(json.dumps(facts)), **arrays)
    return file_before.getvalue()
