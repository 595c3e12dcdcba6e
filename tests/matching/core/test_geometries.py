"""Learning from posts in spaces of other shapes than the simulator's: encoders differ in theirs."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core.arrays import Floats
from matching.core.calibrated import CalibratedV3
from matching.core.profile import ScoringProfile
from matching.core.statistics import build_profile
from matching.core.vectors import Vec, unit
from matching.evaluation.benchmark import cold_start
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.metrics import measure
from matching.evaluation.ranking import rank_dataset
from matching.evaluation.simulator import HARD, simulate

WORLD = replace(HARD, lost=250, found=500, pairs=200, dim=96)
POSTS = ("text_lost", "text_found", "image_lost", "image_found")


@lru_cache(maxsize=2)
def world(seed: int) -> BenchmarkDataset:
    return simulate(WORLD, seed)


def figures(dataset: BenchmarkDataset, profile: ScoringProfile) -> dict[str, Any]:
    return measure(rank_dataset(dataset, CalibratedV3(), profile), calibrated=True)


def reshaped(
    dataset: BenchmarkDataset, *, common: float, power: float, tails: float
) -> BenchmarkDataset:
    """The same posts in a space of another shape.

    Args:
        common: length of a vector that all have in common; 2.5 puts cosines between .9 and .97.
        power: directions shrink by their number to this power, so that few carry most.
        tails: size of noise whose length has the tails of Student's t with 4 degrees of freedom.
    """
    rng = np.random.default_rng(1)
    dim = dataset.text_lost.shape[1]
    turn, _ = np.linalg.qr(rng.normal(size=(dim, dim)))
    direction = rng.normal(size=dim)
    shared = common * direction / np.linalg.norm(direction)
    scale: Floats = np.arange(1, dim + 1) ** -power

    def moved(vecs: Vec, noise: float) -> Vec:
        lengths = np.sqrt(4.0 / rng.chisquare(4, len(vecs)))[:, None]
        noisy = vecs + noise * lengths * rng.normal(size=vecs.shape) / np.sqrt(dim)
        return unit((unit((noisy @ turn) * scale) + shared).astype(np.float32))

    posts: dict[str, Any] = {name: moved(getattr(dataset, name), tails) for name in POSTS}
    return replace(dataset, prompts=moved(dataset.prompts, 0.0), **posts)


@pytest.mark.slow
@settings(max_examples=6, derandomize=True)
@given(
    common=st.floats(0.0, 3.0),
    power=st.floats(0.0, 0.7),
    tails=st.floats(0.0, 0.5),
    seed=st.integers(0, 1),
)
def test_no_shape_of_the_space_makes_learning_harmful(
    common: float, power: float, tails: float, seed: int
) -> None:
    dataset = reshaped(world(seed), common=common, power=power, tails=tails)
    lost, found = dataset.candidates("lost"), dataset.candidates("found")
    cold = figures(dataset, build_profile(lost, found, dataset.categories))
    taught = figures(dataset, cold_start(dataset))
    assert taught["ap"] > cold["ap"] - 0.01
    assert taught["ece_top10"] < 0.03


@pytest.mark.slow
def test_a_vector_that_all_have_in_common_changes_no_probability() -> None:
    """Cosines between .9 and .97 are as good as cosines between .2 and .8."""
    plain = world(0)
    squeezed = reshaped(plain, common=3.0, power=0.0, tails=0.0)
    assert np.quantile(squeezed.text_lost @ squeezed.text_found.T, 0.05) > 0.9
    before, after = (figures(one, cold_start(one)) for one in (plain, squeezed))
    assert after["ap"] == pytest.approx(before["ap"], abs=0.02)
    assert after["recall@1"] == pytest.approx(before["recall@1"], abs=0.02)
