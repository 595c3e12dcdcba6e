"""`calibrated_v3`: adds up calibrated evidence from every channel to a probability."""

from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np

from matching.core import categories, evidence, exclusions
from matching.core.arrays import Bools, Floats
from matching.core.competition import log_odds
from matching.core.found_days import density_between
from matching.core.prepared import Prepared, Rows, prepare
from matching.core.profile import ScoringProfile
from matching.core.types import MISSING, Candidates, PostFeatures, Scores, ScoringContext
from matching.core.vectors import dots
from matching.core.weights import CROSS, OVERLAP, TERMS

SUGGEST_FROM: Final = 0.1  # probability
ALERT_FROM: Final = 0.5
LOOKS_DIFFERENT: Final = "looks_different"
LEAST_SAME_CATEGORY: Final = 0.05  # probability, for the exclusion rule
LEAST_DENSITY: Final = 1e-12
LEAST_TIME: Final = -6.0  # natural log: less than any density within the eligible days


class ProfileMissing(ValueError):
    """The strategy needs the site's scoring profile, and the context has none."""


class CalibratedV3:
    """The probability that two posts are about one thing, if neither had other candidates.

    Terms are log likelihood ratios before weighting, NaN where a channel is absent; `prior` is
    the log odds of a pair about which nothing is known yet.
    """

    name = "calibrated_v3"
    threshold = SUGGEST_FROM
    alert_from = ALERT_FROM

    def __init__(self) -> None:
        # The values must not hold the candidates: a value that refers to its key is never freed.
        self._ready: WeakKeyDictionary[Candidates, tuple[ScoringProfile, dict[str, Any]]]
        self._ready = WeakKeyDictionary()

    def score(self, query: PostFeatures, candidates: Candidates, context: ScoringContext) -> Scores:
        """See `Strategy`. Range: 0 to 1

        Raises: ProfileMissing
        """
        profile = context.profile
        if profile is None:
            raise ProfileMissing(f"{self.name} needs a scoring profile.")
        one = prepare(Candidates.from_features([query], profile.dim), profile)
        ready = self._prepared(candidates, profile)
        found = {name: term[0] for name, term in terms(one, ready, profile).items()}
        before = prior(one, ready, profile)[0]
        total = profile.evidence_weights.log_odds(before, found)
        alone = profile.evidence_weights.probability(total)
        return Scores(
            post_ids=candidates.post_ids,
            score=alone,
            terms={"prior": before, **found},
            exclusions={
                **exclusions.apply_exclusion_rules(query, candidates, context),
                LOOKS_DIFFERENT: _looks_different(found, one, ready),
            },
            log_odds=log_odds(alone),
        )

    def _prepared(self, candidates: Candidates, profile: ScoringProfile) -> Prepared:
        """Cached for as long as somebody holds a reference to the candidates."""
        held = self._ready.get(candidates)
        if held is None or held[0] is not profile:
            parts = dict(vars(prepare(candidates, profile)))
            del parts["posts"]
            held = self._ready[candidates] = profile, parts
        return Prepared(posts=candidates, **held[1])


def prior(left: Prepared, right: Prepared, profile: ScoringProfile) -> Floats:
    """Log odds of each pair before anything but the loss's day is known. Shape: (q, n)

    A share of all losses is among the found posts that the days allow, each equally likely.
    """
    eligible, _ = of_losses(left, right, profile)
    share = profile.loss_patterns.match_share
    before = np.log(share / (1.0 - share)) - np.log(np.maximum(eligible, 1.0))
    return np.broadcast_to(before, (len(left), len(right)))


def terms(left: Prepared, right: Prepared, profile: ScoringProfile) -> dict[str, Floats]:
    """The evidence for every pair, NaN where a channel is absent.

    Shape: each (q, n)
    """
    z = channels(left, right, share_space=profile.share_space)
    cold = cold_channels(z, profile) | cold_context(left, right, profile)
    found = profile.calibration.counted(cold, z)
    found[OVERLAP] = profile.calibration.overlap_of(found, cold["category"])
    return {name: found[name] for name in (*TERMS, OVERLAP) if name in found}


def cold_channels(similarities: dict[str, Floats], profile: ScoringProfile) -> dict[str, Floats]:
    """Each channel's evidence before calibration. Shape: each (q, n), NaN where it is absent"""
    found = {
        name: np.where(np.isnan(z), np.nan, evidence.content(z, profile.matching[name]))
        for name, z in similarities.items()
    }
    if "sentence" in found:
        # Both encoders read the same words, so that each of them counts half.
        is_read_twice = ~np.isnan(found["text_text"] + found["sentence"])
        for name in ("text_text", "sentence"):
            found[name] = np.where(is_read_twice, found[name] / 2.0, found[name])
    return found


def channels(left: Prepared, right: Prepared, *, share_space: bool = True) -> dict[str, Floats]:
    """Normalised similarities by channel; with several photographs the best pair counts.

    `text_image` compares the lost post's text with the found post's photographs, whichever side
    the lost post is on.

    Args:
        share_space: whether texts and photographs can be compared.

    Shape: each (q, n), NaN where a channel is absent; no `sentence` without such vectors
    """
    found = {"text_text": _normalised(left.text_text, right.text_text)}
    if left.sentence.dim and right.sentence.dim:
        found["sentence"] = _normalised(left.sentence, right.sentence)
    photos = _normalised(left.image_image, right.image_image)
    found["image_image"] = _best_photo(photos, left, right)
    if not share_space:
        absent = np.full((len(left), len(right)), np.nan)
        return {**found, **dict.fromkeys(CROSS, absent)}
    words_photos = _best_photo(_normalised(left.text_cross, right.image_cross), None, right)
    photos_words = _best_photo(_normalised(left.image_cross, right.text_cross), left, None)
    left_is_lost = (left.posts.kinds == "lost")[:, None]
    return {
        **found,
        "text_image": np.where(left_is_lost, words_photos, photos_words),
        "image_text": np.where(left_is_lost, photos_words, words_photos),
    }


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


def _normalised(left: Rows, right: Rows) -> Floats:
    if len(left.vecs) == 1 and left.is_missing:
        return np.full((1, len(right.vecs)), np.nan)
    if len(left.vecs) == 1:
        # Not `@`, so that the other candidates cannot change a single bit of a pair's score.
        products = dots(left.vecs[0], right.vecs)[None, :].astype(np.float64)
    else:
        products = (left.vecs @ right.vecs.T).astype(np.float64)
    mine = (products - left.mean[:, None]) / left.sd[:, None]
    theirs = (products - right.mean[None, :]) / right.sd[None, :]
    return (mine + theirs) / 2.0


def _best_photo(z: Floats, left: Prepared | None, right: Prepared | None) -> Floats:
    """The best similarity over each post's photographs, NaN without a photograph."""
    if right is not None:
        z = _best_of_owner(z.T, right).T
    return z if left is None else _best_of_owner(z, left)


def _best_of_owner(z: Floats, posts: Prepared) -> Floats:
    """Shape: (m, k) -> (n, k)"""
    n = len(posts)
    if len(z) == n:
        return z
    best = z[:n].copy()
    np.fmax.at(best, posts.image_owner[n:], z[n:])
    return best


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


def _looks_different(found: dict[str, Floats], one: Prepared, ready: Prepared) -> Bools:
    """True if both have photographs that look different and hardly share a category."""
    floor = found["image_image"] <= evidence.CONTENT_RANGE[0]
    same = categories.same_category(one.posterior, ready.posterior)[0]
    return np.asarray(floor & (same < LEAST_SAME_CATEGORY), dtype=np.bool_)


__all__ = ["ALERT_FROM", "LOOKS_DIFFERENT", "SUGGEST_FROM", "CalibratedV3"]
