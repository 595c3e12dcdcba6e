"""Evidence from what two posts state: category, days, place, colour, brand and identity tokens."""

from typing import Final

import numpy as np

from matching.core import categories, evidence
from matching.core.arrays import Bools, Floats
from matching.core.found_days import density_between
from matching.core.prepared import Prepared
from matching.core.profile import ScoringProfile
from matching.core.types import MISSING, Candidates

LEAST_DENSITY: Final = 1e-12
LEAST_TIME: Final = -6.0  # natural log: less than any density within the eligible days


def cold_context(left: Prepared, right: Prepared, profile: ScoringProfile) -> dict[str, Floats]:
    """Category, time, place, colour, brand and identity. Shape: each (q, n), NaN where absent"""
    mine, other = left.posts, right.posts
    same_building, placed = same_named(mine, other, "buildings")
    same_zone, _ = same_named(mine, other, "zones")
    same_colour, coloured = same_named(mine, other, "colours")
    same_brand, branded = same_named(mine, other, "brands")
    place = evidence.place(
        same_building=same_building,
        same_zone=same_zone,
        known=placed,
        building_share=_both(left.building_share, right.building_share),
        zone_share=_both(left.zone_share, right.zone_share),
        loss_patterns=profile.loss_patterns,
    )
    colour = evidence.colour(same_colour, _both(left.colour_share, right.colour_share))
    brand = evidence.brand(same_brand, _both(left.brand_share, right.brand_share))
    return {
        "category": categories.evidence(left.posterior, right.posterior, profile),
        "time": time(left, right, profile),
        "place": np.where(placed, place, np.nan),
        "colour": np.where(coloured, colour, np.nan),
        "brand": np.where(branded, brand, np.nan),
        "identity": _identity(mine, other, profile),
    }


def time(left: Prepared, right: Prepared, profile: ScoringProfile) -> Floats:
    """How much better a pair's days fit than those of the eligible found posts on average.

    Where the loss may have been on several days, the mean over them counts.

    Shape: (q, n), NaN where a day is unknown
    """
    fits = days_fit(left, right, profile)
    eligible, crowd = of_losses(left, right, profile)
    # The found post is among those it is compared with, even if the profile is older.
    likely = np.maximum(np.nan_to_num(fits), LEAST_DENSITY)
    term = np.log(likely * np.maximum(eligible, 1.0) / np.maximum(crowd, likely))
    return np.asarray(np.where(np.isnan(fits), np.nan, np.maximum(term, LEAST_TIME)))


def days_fit(left: Prepared, right: Prepared, profile: ScoringProfile) -> Floats:
    """The density of each pair's days. Shape: (q, n), NaN where a day is unknown"""
    most = days_between(left.posts, right.posts)
    left_is_lost = (left.posts.kinds == "lost")[:, None]
    apart = np.where(
        left_is_lost,
        right.posts.days[None, :] - left.posts.last_days[:, None],
        left.posts.days[:, None] - right.posts.last_days[None, :],
    )
    return density_between(apart, most, profile.loss_patterns.delay_days)


def days_between(mine: Candidates, other: Candidates) -> Floats:
    """Days from the first possible day of the loss to the find, NaN where one is unknown.

    Shape: (q, n)
    """
    apart = other.days[None, :] - mine.days[:, None]
    return np.where((mine.kinds == "lost")[:, None], apart, -apart)


def of_losses(left: Prepared, right: Prepared, profile: ScoringProfile) -> tuple[Floats, Floats]:
    """`FoundDays.of_losses` for the lost post of each pair. Shape: each (q, 1) or (1, n)"""
    left_is_lost = bool((left.posts.kinds == "lost").all())
    lost = left.posts if left_is_lost else right.posts
    delay_days = profile.loss_patterns.delay_days
    eligible, crowd = profile.found_days.of_losses(lost.days, delay_days, lost.last_days)
    if left_is_lost:
        return eligible[:, None], crowd[:, None]
    return eligible[None, :], crowd[None, :]


def _identity(mine: Candidates, other: Candidates, profile: ScoringProfile) -> Floats:
    """NaN where the posts share no token."""
    found = np.full((len(mine), len(other)), np.nan)
    if not len(mine.token_codes) or not len(other.token_codes):
        return found
    shares = profile.shares.token
    alone = 1.0 / max(profile.built_from.get("texts", 0), 1)
    for code, row in zip(mine.token_codes, mine.token_owner, strict=True):
        owners = other.token_owner[other.token_codes == code]
        worth = evidence.identity(np.log([shares.get(str(code), alone)]))[0]
        found[row, owners] = np.fmax(found[row, owners], worth)
    return found


def same_named(mine: Candidates, other: Candidates, column: str) -> tuple[Bools, Bools]:
    """Whether two posts state the same value, and whether both state any. Shape: each (q, n)

    Compares numbers in place of text, which takes a fiftieth of the time.
    """
    values, rows = other.coded(column)
    stated = getattr(mine, column)
    if not len(values):
        return np.zeros((len(mine), 0), np.bool_), np.zeros((len(mine), 0), np.bool_)
    at = np.searchsorted(values, stated).clip(max=len(values) - 1)
    code = np.where(values[at] == stated, at, -1)
    known = (stated != MISSING)[:, None] & (values != MISSING)[rows][None, :]
    return code[:, None] == rows[None, :], known


def _both(left: Floats, right: Floats) -> Floats:
    """Geometric mean, the same from either side. Shape: (q,), (n,) -> (q, n)"""
    return np.sqrt(left[:, None] * right[None, :])
