"""On which days things are found, and how likely each open found post is before any comparison.

A lost thing turns up soon or not at all, so the found posts of the days after the loss share the
prior probability of a match by how well their day fits. Older ones do not dilute it.
"""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, Self

import numpy as np

from matching.core.arrays import Floats, Ints

EARLIEST_DAYS: Final = -7.0  # a find before the loss, by wrong memory; earlier ones cannot be it
IN_ORDER_SHARE: Final = 0.95  # of true pairs; in the others somebody misremembers the day
MISREMEMBERED_DAYS: Final = 0.7  # mean of an exponential
ANY_TIME_DENSITY: Final = 0.002  # per day, for things that turn up much later

MOST_DAYS: Final = 1100  # of the past; whatever was found before counts on the first of them
RECENT_DAYS: Final = 14  # of which the rate is expected to go on
AHEAD_DAYS: Final = 30
LEAST_CROWD: Final = 1e-9


def density(days: Floats, delay_days: float) -> Floats:
    """Density of the days from a loss to its find; 0 where a find is too early to be it.

    Units: days -> per day
    """
    late = IN_ORDER_SHARE * np.exp(-np.abs(days) / delay_days) / delay_days
    early = (1.0 - IN_ORDER_SHARE) * np.exp(-np.abs(days) / MISREMEMBERED_DAYS) / MISREMEMBERED_DAYS
    fits = np.where(days >= 0, late, early) + ANY_TIME_DENSITY
    return np.where(days < EARLIEST_DAYS, 0.0, fits)


def density_between(least: Floats, most: Floats, delay_days: float) -> Floats:
    """Mean density over the whole days from `least` to `most`, if the loss was on one of them.

    Where both are the same, `density` itself; NaN where a day is unknown.

    Units: days from the loss to the find -> per day
    """
    fits = np.where(np.isnan(most), np.nan, density(most, delay_days))
    is_range = most > least
    if is_range.any():
        below, above = np.floor(least[is_range]) - 1.0, np.floor(most[is_range])
        of_days = _cumulated(above, delay_days) - _cumulated(below, delay_days)
        fits[is_range] = of_days / (above - below)
    return fits


def _cumulated(days: Floats, delay_days: float) -> Floats:
    """Sum of the density over whole days up to and including these."""
    table = _cumulative_density(delay_days)
    at = days - EARLIEST_DAYS
    rows = at.clip(0, len(table) - 1).astype(np.int64)
    later = np.maximum(at - (len(table) - 1), 0.0) * ANY_TIME_DENSITY
    return np.where(at < 0, 0.0, table[rows] + later)


@lru_cache(maxsize=8)
def _cumulative_density(delay_days: float) -> Floats:
    """From EARLIEST_DAYS on, for as many days as a delay matters. Shape: (d,)"""
    days = np.arange(EARLIEST_DAYS, MOST_DAYS, dtype=np.float64)
    return np.cumsum(density(days, delay_days))


@dataclass(frozen=True, eq=False)
class FoundDays:
    """How many open found posts there are of each day.

    Shape: counts (d,), the first for day `first`, in days since the posts' common origin

    Attributes:
        undated: found posts without a day.
        rate: found posts that each coming day is expected to bring.
    """

    first: float = 0.0
    counts: Floats = field(default_factory=lambda: np.zeros(0))
    undated: float = 0.0
    rate: float = 0.0

    @classmethod
    def of(cls, found_days: Floats, lost_days: Floats) -> Self:
        """Counts the found posts. Shape: (n,), (m,); NaN where unknown"""
        dated = np.floor(found_days[~np.isnan(found_days)])
        undated = float(len(found_days) - len(dated))
        if not len(dated):
            return cls(undated=undated)
        until = max(dated.max(), np.nanmax(lost_days, initial=dated.max()))
        first = max(dated.min(), until - MOST_DAYS)
        counts = np.bincount((np.maximum(dated, first) - first).astype(np.int64)).astype(np.float64)
        counts = np.pad(counts, (0, int(until - first) + 1 - len(counts)))
        span = min(RECENT_DAYS, len(counts))
        return cls(first, counts, undated, float(counts[-span:].mean()))

    @property
    def total(self) -> float:
        """All open found posts."""
        return float(self.counts.sum()) + self.undated

    def of_losses(
        self, lost_days: Floats, delay_days: float, last_days: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """For things lost on these days: eligible found posts, and their summed density.

        For an unknown day every found post is eligible, and all are as likely.

        Args:
            last_days: where the day is a range, from `lost_days` on: the results are means over it.

        Shape: (n,), (n,) -> (n,), (n,)
        """
        earliest, *tables = self._table(delay_days)
        unknown = np.isnan(lost_days)
        first = self._rows(lost_days, earliest, len(tables[0]))
        last = first if last_days is None else self._rows(last_days, earliest, len(tables[0]))
        everything = max(self.total, 1.0)
        eligible, crowd = (
            np.where(unknown, everything, _means(table, first, last)) for table in tables
        )
        return eligible, crowd

    @staticmethod
    def _rows(days: Floats, earliest: float, n: int) -> Ints:
        """The rows of these days in a table. Shape: (n,); any row for an unknown day"""
        return np.nan_to_num(np.floor(days) - earliest).clip(0, n - 1).astype(np.int64)

    @cached_property
    def _tables(self) -> dict[float, tuple[float, Floats, Floats]]:
        return {}

    def _table(self, delay_days: float) -> tuple[float, Floats, Floats]:
        """The first day of loss, then both results of `of_losses` for it and each later day."""
        if delay_days not in self._tables:
            counts = np.concatenate([self.counts, np.full(AHEAD_DAYS, self.rate)])
            losses = np.arange(-AHEAD_DAYS, len(counts))
            days = np.arange(len(counts))[None, :] - losses[:, None]
            eligible = (days >= EARLIEST_DAYS) @ counts + self.undated
            crowd = density(days.astype(np.float64), delay_days) @ counts
            # An undated post is as likely as the others are on average.
            dated = np.maximum(eligible - self.undated, LEAST_CROWD)
            crowd *= 1.0 + self.undated / dated
            self._tables[delay_days] = self.first - AHEAD_DAYS, eligible, crowd
        return self._tables[delay_days]


def _means(table: Floats, first: Ints, last: Ints) -> Floats:
    """Means of the table's rows from `first` to `last`. Shape: (d,), (n,), (n,) -> (n,)"""
    if (first == last).all():
        return table[first]
    sums = np.concatenate([np.zeros(1), np.cumsum(table)])
    means = (sums[last + 1] - sums[first]) / np.maximum(last + 1 - first, 1)
    return np.where(first == last, table[first], means)


__all__ = ["EARLIEST_DAYS", "FoundDays", "density", "density_between"]
