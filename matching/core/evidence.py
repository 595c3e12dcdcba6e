"""One function per channel: how much more likely an observation is if both posts are one thing.

All evidence is the natural log of a likelihood ratio, and 0 where nothing is known.
"""

from math import lgamma, log, pi
from typing import Final

import numpy as np

from matching.core.arrays import Bools, Floats
from matching.core.profile import LossPatterns, Normal

CONTENT_RANGE: Final = (-3.0, 4.5)
NULL_FREEDOM: Final = 6  # of Student's t: similarities of unrelated things have heavy tails
LEAST_Z: Final = -3.0

REPORTED_RANGE: Final = (-4.0, 3.0)
LEAST_NULL_DENSITY: Final = 1e-6

# Two reports of one thing name the same day or a day close to it.
REPORTED_APART_DAYS: Final = 1.5  # mean of an exponential
ANY_REPORT_DENSITY: Final = 0.002  # per day
SAME_AUTHOR_SHARE: Final = 0.4  # of duplicates: somebody forgot the first report, or tries again
AUTHOR_RANGE: Final = (-0.5, 3.0)

LEAST_SHARE: Final = 1e-3  # no value counts as rarer than this, however small the site

# The colour names are few, light changes a colour, and a thing can have several: a soft factor.
SAME_COLOUR_SHARE: Final = 0.7  # of true pairs where both name one
COLOUR_RANGE: Final = (-0.7, 0.9)

# Who names a brand mostly names the right one: in 80 of 82 true pairs of written posts where both
# do. Brands of one kind of thing are few, though, which shares over all things do not show.
SAME_BRAND_SHARE: Final = 0.85
BRAND_RANGE: Final = (-1.5, 1.5)

MOST_IDENTITY: Final = 6.0


def content(z: Floats, matching: Normal) -> Floats:
    """A normalised similarity as evidence: normal for true pairs, heavy-tailed for all others.

    More than one standard deviation above the mean of true pairs, similarity adds no evidence.
    """
    capped = np.clip(z, LEAST_Z, matching.mean + matching.sd)
    one_thing = (
        -0.5 * ((capped - matching.mean) / matching.sd) ** 2
        - log(matching.sd)
        - 0.5 * log(2.0 * pi)
    )
    clipped = np.clip(one_thing - null_log_density(capped), *CONTENT_RANGE)
    return np.where(np.isnan(z), 0.0, clipped)


def null_log_density(z: Floats) -> Floats:
    """Log density of Student's t with NULL_FREEDOM degrees of freedom."""
    nu = NULL_FREEDOM
    scale = lgamma((nu + 1) / 2) - lgamma(nu / 2) - 0.5 * log(nu * pi)
    return np.asarray(scale - (nu + 1) / 2 * np.log1p(np.square(z) / nu))


def reported_twice(days_apart: Floats, span_days: float) -> Floats:
    """Evidence from the days between two reports of one kind, in either order; NaN: unknown.

    Units: days, natural log
    """
    days = np.abs(np.nan_to_num(days_apart))
    one_thing = np.exp(-days / REPORTED_APART_DAYS) / REPORTED_APART_DAYS + ANY_REPORT_DENSITY
    any_two = np.maximum(2.0 * (span_days - days) / span_days**2, LEAST_NULL_DENSITY)
    clipped = np.clip(np.log(one_thing / any_two), *REPORTED_RANGE)
    return np.where(np.isnan(days_apart), 0.0, clipped)


def author(same: Bools, share: Floats) -> Floats:
    """Evidence from a common author, relative to their share of all posts. Shape: (n,), (n,)"""
    common = np.clip(share, LEAST_SHARE, 0.99)
    found = np.where(
        same,
        np.log(SAME_AUTHOR_SHARE / common),
        np.log((1.0 - SAME_AUTHOR_SHARE) / (1.0 - common)),
    )
    return np.asarray(np.clip(found, *AUTHOR_RANGE))


def place(
    *,
    same_building: Bools,
    same_zone: Bools,
    known: Bools,
    building_share: Floats,
    zone_share: Floats,
    loss_patterns: LossPatterns,
) -> Floats:
    """Same building, only the same zone, or neither, relative to how common the place is.

    Args:
        known: True where both posts name a building.
        building_share: share of all posts that name these buildings (geometric mean of the two).
        zone_share: the same for their zones.
    """
    elsewhere = max(1.0 - loss_patterns.same_building - loss_patterns.same_zone, LEAST_SHARE)
    in_building = np.log(loss_patterns.same_building / np.maximum(building_share, LEAST_SHARE))
    in_zone = np.log(loss_patterns.same_zone / np.maximum(zone_share - building_share, LEAST_SHARE))
    outside = np.log(elsewhere / np.maximum(1.0 - zone_share, LEAST_SHARE))
    found = np.where(same_building, in_building, np.where(same_zone, in_zone, outside))
    return np.where(known, found, 0.0)


def colour(same: Bools, share: Floats) -> Floats:
    """Same or different colour, relative to how common both are (geometric mean).

    Shape: (q, n), (q, n) -> (q, n)
    """
    return _named(same, share, SAME_COLOUR_SHARE, COLOUR_RANGE)


def brand(same: Bools, share: Floats) -> Floats:
    """The same for the brands that both texts name."""
    return _named(same, share, SAME_BRAND_SHARE, BRAND_RANGE)


def _named(same: Bools, share: Floats, same_share: float, bounds: tuple[float, float]) -> Floats:
    common = np.clip(share, LEAST_SHARE, 0.99)
    if_same = np.log(same_share / common)
    if_not = np.log((1.0 - same_share) / (1.0 - common))
    return np.asarray(np.clip(np.where(same, if_same, if_not), *bounds))


def identity(shared_log_share: Floats) -> Floats:
    """Evidence from a rare exact token that both posts carry.

    Args:
        shared_log_share: ln of the share of posts that carry the rarest common token; 0 if the
            two posts have none in common.
    """
    return np.minimum(MOST_IDENTITY, -shared_log_share)
