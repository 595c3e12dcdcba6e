"""The calibration error without what chance gives: a test with known size and power."""

import numpy as np
import pytest

from matching.core.arrays import Floats
from matching.evaluation.metrics import debiased_calibration


def judged(n: int, seed: int, *, off: float = 0.0) -> tuple[Floats, Floats]:
    """Probabilities as staff see them, and outcomes that are `off` by this much."""
    rng = np.random.default_rng(seed)
    p = rng.beta(0.5, 1.5, n)
    return p, (rng.random(n) < np.clip(p + off, 0.0, 1.0)).astype(np.float64)


@pytest.mark.parametrize("n", [200, 400])
def test_right_probabilities_are_hardly_ever_called_wrong(n: int) -> None:
    found = [debiased_calibration(*judged(n, seed)) for seed in range(60)]
    assert sum(not one.is_chance for one in found) <= 3
    assert np.mean([one.excess for one in found]) == pytest.approx(0.0, abs=0.006)


def test_probabilities_that_are_off_are_noticed() -> None:
    found = [debiased_calibration(*judged(400, seed, off=0.15)) for seed in range(40)]
    assert sum(one.excess > 0.03 and not one.is_chance for one in found) >= 38


def test_without_a_pair_there_is_nothing_to_notice() -> None:
    assert debiased_calibration(np.zeros(0), np.zeros(0)).is_chance
