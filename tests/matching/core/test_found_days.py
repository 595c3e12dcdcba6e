"""The days of found posts as the prior of a pair."""

import numpy as np
import pytest

from matching.core.found_days import (
    AHEAD_DAYS,
    EARLIEST_DAYS,
    FoundDays,
    density,
    density_between,
)

DELAY = 4.0


def test_a_find_is_likeliest_on_the_day_of_the_loss_and_impossible_long_before() -> None:
    days = np.array([EARLIEST_DAYS - 1, -1.0, 0.0, 1.0, 4.0, 400.0])
    fits = density(days, DELAY)
    assert fits[0] == 0.0
    assert fits[2] == fits.max() and fits[1] < fits[3]
    assert fits[4] == pytest.approx(fits[2] / np.e, rel=0.02)
    assert fits[5] == pytest.approx(0.002)


def test_it_counts_what_a_naive_loop_counts() -> None:
    rng = np.random.default_rng(0)
    found, lost = rng.integers(0, 40, 200).astype(float), rng.integers(0, 40, 30).astype(float)
    days = FoundDays.of(found, lost)
    eligible, crowd = days.of_losses(lost, DELAY)
    ahead = np.arange(found.max() + 1, found.max() + 1 + AHEAD_DAYS)
    for row, day in enumerate(lost):
        apart, later = found - day, ahead - day
        assert eligible[row] == pytest.approx(
            (apart >= EARLIEST_DAYS).sum() + AHEAD_DAYS * days.rate
        )
        expected = density(apart, DELAY).sum() + days.rate * density(later, DELAY).sum()
        assert crowd[row] == pytest.approx(expected)


def test_old_found_posts_do_not_dilute_the_prior() -> None:
    rng = np.random.default_rng(1)
    recent, old = rng.uniform(0, 60, 500), rng.uniform(-900, -20, 10_000)
    lost = np.arange(5.0, 50.0)
    few, _ = FoundDays.of(recent, lost).of_losses(lost, DELAY)
    many, crowd = FoundDays.of(np.concatenate([recent, old]), lost).of_losses(lost, DELAY)
    assert many == pytest.approx(few)
    assert (crowd < many * density(np.zeros(1), DELAY)).all()


def test_an_unknown_day_allows_every_found_post() -> None:
    days = FoundDays.of(np.array([1.0, 2.0, np.nan]), np.array([1.0]))
    eligible, crowd = days.of_losses(np.array([np.nan]), DELAY)
    assert eligible[0] == crowd[0] == 3.0


@pytest.mark.parametrize("found", [[], [np.nan], [738_000.0]])
def test_nearly_empty_sites_are_finite(found: list[float]) -> None:
    days = FoundDays.of(np.array(found), np.array([738_000.0]))
    eligible, crowd = days.of_losses(np.array([738_000.0, 737_000.0, 739_999.0, np.nan]), DELAY)
    assert np.isfinite(eligible).all() and np.isfinite(crowd).all()
    assert (crowd >= 0.0).all()


# --- A loss that may have been on several days ---


def test_a_range_counts_as_the_mean_over_its_days() -> None:
    rng = np.random.default_rng(3)
    most = rng.integers(-12, 60, 300).astype(np.float64)
    least = most - rng.integers(0, 40, 300).astype(np.float64)
    fits = density_between(least, most, DELAY)
    for one, other, fit in zip(least, most, fits, strict=True):
        assert fit == pytest.approx(density(np.arange(one, other + 1.0), DELAY).mean())
    exact = rng.uniform(-10, 40, 50)
    assert (density_between(exact, exact, DELAY) == density(exact, DELAY)).all()
    nan = np.array([np.nan])
    assert np.isnan(density_between(nan, nan, DELAY)).all()


def test_a_range_of_years_is_finite_and_counts_late_finds() -> None:
    fits = density_between(np.array([1_300.0, -900.0]), np.array([2_000.0, 3_000.0]), DELAY)
    assert fits[0] == pytest.approx(0.002)
    assert 0.0 < fits[1] < 0.002


def test_the_found_posts_of_a_range_are_the_mean_over_its_days() -> None:
    rng = np.random.default_rng(4)
    found = rng.integers(0, 40, 200).astype(float)
    first = rng.integers(-5, 30, 40).astype(float)
    last = first + rng.integers(0, 15, 40).astype(np.float64)
    days = FoundDays.of(found, last)
    eligible, crowd = days.of_losses(first, DELAY, last)
    for row in range(40):
        each = np.arange(first[row], last[row] + 1)
        of_each = days.of_losses(each, DELAY)
        assert eligible[row] == pytest.approx(of_each[0].mean())
        assert crowd[row] == pytest.approx(of_each[1].mean())
    same, _ = days.of_losses(first, DELAY, first)
    assert (same == days.of_losses(first, DELAY)[0]).all()
    unknown = np.array([np.nan])
    assert days.of_losses(unknown, DELAY, unknown)[0][0] == 200.0
