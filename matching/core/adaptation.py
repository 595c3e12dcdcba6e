"""Teaches a profile from the site's own posts, without anybody's judgement.

A pair that everything but one channel holds for the same thing shows how that channel looks on a
true pair here: how similar the words are, which directions of a vector survive another photograph,
how long things lie about, how far they travel. Each channel is judged by the others, so that none
confirms itself; with few such pairs the profile stays near where it began.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from matching.core.arrays import Floats, Ints
from matching.core.calibrated import channels, prior, terms
from matching.core.evidence import content
from matching.core.prepared import Prepared, prepare
from matching.core.profile import LossPatterns, Normal, ScoringProfile
from matching.core.types import Candidates
from matching.core.vectors import Vec, unit

MOST_LOST: Final = 1000  # newest posts that are looked at, which bounds time and memory
MOST_FOUND: Final = 3000
LEAST_PROBABILITY: Final = 0.5  # of a pair, from all other channels
COLD_COUNTS_AS: Final = 20.0  # pairs that the cold start counts as against what is seen
ROUNDS: Final = 2
EM_STEPS: Final = 20
LEAST_SD: Final = 0.5
MOST_MEAN: Final = 9.0

LEAST_VARIANCE: Final = 1e-6  # of a direction, as a share of the largest; below it is noise
MOST_CORRELATION: Final = 0.95
LEAST_WEIGHT: Final = 1e-3
BAND_GROWTH: Final = 1.4  # directions are judged in bands that widen as their variance falls


@dataclass(frozen=True, eq=False)
class Witnessed:
    """Pairs that the other channels hold for true, with their probability. Shape: (n,)"""

    lost: Ints
    found: Ints
    probability: Floats


def adapt(profile: ScoringProfile, lost: Candidates, found: Candidates) -> ScoringProfile:
    """The profile as the open posts themselves teach it; unchanged where there are too few."""
    lost, found = _newest(lost, MOST_LOST), _newest(found, MOST_FOUND)
    if not len(lost) or not len(found):
        return profile
    for _ in range(ROUNDS):
        one, other = prepare(lost, profile), prepare(found, profile)
        scored = terms(one, other, profile)
        log_odds = profile.evidence_weights.log_odds(prior(profile), scored)
        metrics = {
            "text_metric": _metric(
                one, other, "text", _witnesses(log_odds, scored, profile, "text_text"), profile
            ),
            "image_metric": _metric(
                one, other, "image", _witnesses(log_odds, scored, profile, "image_image"), profile
            ),
        }
        loss_patterns = _loss_patterns(one.posts, other.posts, log_odds, scored, profile)
        profile = profile.with_(**metrics, loss_patterns=loss_patterns)
        profile = _with_matching(prepare(lost, profile), prepare(found, profile), profile)
    return profile


def _newest(posts: Candidates, most: int) -> Candidates:
    if len(posts) <= most:
        return posts
    return posts.take(np.sort(np.argsort(posts.post_ids)[-most:]))


def _witnesses(
    log_odds: Floats, scored: dict[str, Floats], profile: ScoringProfile, without: str
) -> Witnessed:
    """Pairs that are each other's best and probable, leaving one term out."""
    weight = profile.evidence_weights.scale * profile.evidence_weights.weights[without]
    p = 1.0 / (1.0 + np.exp(-(log_odds - weight * np.nan_to_num(scored[without]))))
    best = (p >= p.max(axis=1, keepdims=True)) & (p >= p.max(axis=0, keepdims=True))
    rows, columns = np.nonzero(best & (p >= LEAST_PROBABILITY))
    return Witnessed(rows, columns, p[rows, columns])


def _with_matching(one: Prepared, other: Prepared, profile: ScoringProfile) -> ScoringProfile:
    """Where the similarities of true pairs lie, channel by channel."""
    scored = terms(one, other, profile)
    log_odds = profile.evidence_weights.log_odds(prior(profile), scored)
    learnt = {}
    for name, z in channels(one, other).items():
        seen = _witnesses(log_odds, scored, profile, name)
        learnt[name] = _fitted(z[seen.lost, seen.found], seen.probability, profile.matching[name])
    return profile.with_(matching=learnt)


def _fitted(z: Floats, probability: Floats, cold: Normal) -> Normal:
    """A normal distribution fitted to similarities that are of true pairs with a probability."""
    here = ~np.isnan(z)
    z, log_odds = z[here], np.log(probability[here] / np.maximum(1.0 - probability[here], 1e-9))
    fitted = cold
    for _ in range(EM_STEPS):
        p = 1.0 / (1.0 + np.exp(-(log_odds + content(z, fitted))))
        count = p.sum() + COLD_COUNTS_AS
        mean = min((p @ z + COLD_COUNTS_AS * cold.mean) / count, MOST_MEAN)
        spread = p @ (z - mean) ** 2 + COLD_COUNTS_AS * cold.sd**2
        fitted = Normal(float(mean), max(float(np.sqrt(spread / count)), LEAST_SD))
    return fitted


def _metric(
    one: Prepared, other: Prepared, modality: str, seen: Witnessed, profile: ScoringProfile
) -> Vec:
    """Weighs each direction by how well it survives from one post of a true pair to the other.

    The directions are those of the residuals' covariance. With correlation r of a direction over
    true pairs, r / (1 - r^2) of its standardised product is what a Gaussian model makes of it.

    Shape: (dim, k)
    """
    lost, found = _residuals(one, modality), _residuals(other, modality)
    present = np.concatenate([lost, found])
    present = present[~np.isnan(present[:, 0])].astype(np.float64)
    if len(present) < 2 or not len(seen.probability):
        return np.eye(profile.dim, dtype=np.float32)
    variance, directions = np.linalg.eigh(np.cov(present.T))
    variance, directions = variance[::-1], directions[:, ::-1]
    kept = int(min((variance > LEAST_VARIANCE * variance[0]).sum(), len(present) - 1))
    if not kept:  # all posts say the same
        return np.eye(profile.dim, dtype=np.float32)
    variance, directions = variance[:kept], directions[:, :kept]
    standardised = directions / np.sqrt(variance)
    left = unit(lost[seen.lost] @ standardised)
    right = unit(found[seen.found] @ standardised)
    here = ~np.isnan(left[:, 0]) & ~np.isnan(right[:, 0])
    products = (left[here] * right[here] * kept).astype(np.float64)
    survives = _correlation(products, seen.probability[here])
    learnt = np.log(survives / (1.0 - survives**2) + LEAST_WEIGHT)
    plain = np.log(variance / variance[0] * np.exp(learnt.max()) + LEAST_WEIGHT)
    pairs = seen.probability[here].sum()
    share = pairs / (pairs + COLD_COUNTS_AS)
    weights = np.exp(share * learnt + (1.0 - share) * plain)
    return np.asarray(standardised * np.sqrt(weights / weights.max()), dtype=np.float32)


def _residuals(posts: Prepared, modality: str) -> Vec:
    """Before any metric: the cross channels compare them as they are."""
    return posts.text_cross.vecs if modality == "text" else posts.image_cross.vecs[: len(posts)]


def _correlation(products: Floats, probability: Floats) -> Floats:
    """Of each direction over true pairs; a pair that is none adds nothing on average.

    Shape: (n, k), (n,) -> (k,)
    """
    kept = products.shape[1]
    seen = products.sum(axis=0) / max(float(probability.sum()), 1e-9)
    edges = [0]
    while edges[-1] < kept:
        edges.append(min(kept, max(edges[-1] + 2, int(edges[-1] * BAND_GROWTH))))
    for first, end in pairwise(edges):
        seen[first:end] = seen[first:end].mean()
    return np.asarray(np.clip(seen, 0.0, MOST_CORRELATION), dtype=np.float64)


def _loss_patterns(
    lost: Candidates,
    found: Candidates,
    log_odds: Floats,
    scored: dict[str, Floats],
    profile: ScoringProfile,
) -> LossPatterns:
    """How long things lie about, how far they travel, and how many are handed in."""
    cold = LossPatterns()
    by_time = _witnesses(log_odds, scored, profile, "time")
    days = found.days[by_time.found] - lost.days[by_time.lost]
    later = days >= 0
    waited = by_time.probability[later] @ days[later] + COLD_COUNTS_AS * cold.delay_days
    by_place = _witnesses(log_odds, scored, profile, "place")
    building, other_building = lost.buildings[by_place.lost], found.buildings[by_place.found]
    known = (building != "") & (other_building != "")
    same = known & (building == other_building)
    near = known & ~same & (lost.zones[by_place.lost] == found.zones[by_place.found])
    p = by_place.probability
    placed = p[known].sum() + COLD_COUNTS_AS
    return LossPatterns(
        match_share=_match_share(log_odds, profile),
        delay_days=float(waited / (by_time.probability[later].sum() + COLD_COUNTS_AS)),
        same_building=float((p[same].sum() + COLD_COUNTS_AS * cold.same_building) / placed),
        same_zone=float((p[near].sum() + COLD_COUNTS_AS * cold.same_zone) / placed),
    )


def _match_share(log_odds: Floats, profile: ScoringProfile) -> float:
    """Of the lost posts, how many have their thing here: each has one at most."""
    odds = np.exp(log_odds - profile.evidence_weights.scale * prior(profile)).sum(axis=1) / max(
        profile.open_found, 1
    )
    cold = LossPatterns().match_share
    share = profile.loss_patterns.match_share
    for _ in range(EM_STEPS):
        has_one = share * odds / (share * odds + 1.0 - share)
        share = (has_one.sum() + COLD_COUNTS_AS * cold) / (len(odds) + COLD_COUNTS_AS)
        share = float(np.clip(share, 0.05, 0.98))
    return share


__all__ = ["adapt"]
