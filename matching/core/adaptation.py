"""Adapts a profile to the site's own posts, without any labelled pairs.

A pair that all channels but one consider a match shows how that one channel behaves on true pairs
at this site: how similar texts are, which directions of a vector survive a second photograph, how
long things lie around and how far they travel. Each channel is judged by the others, so none can
confirm itself; with few such pairs the profile stays close to its starting point.
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

MOST_LOST: Final = 1000  # the newest posts are used, to bound time and memory
MOST_FOUND: Final = 3000
LEAST_PROBABILITY: Final = 0.5  # of a pair according to all other channels
COLD_COUNTS_AS: Final = 20.0  # pseudo-pairs at the cold start's values
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
    """Pairs that the other channels consider true, with their probability. Shape: (n,)"""

    lost: Ints
    found: Ints
    probability: Floats


def adapt(profile: ScoringProfile, lost: Candidates, found: Candidates) -> ScoringProfile:
    """The profile adapted to the open posts; unchanged without lost or without found posts."""
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
    """Probable pairs that are each other's best match, leaving one term out."""
    weight = profile.evidence_weights.scale * profile.evidence_weights.weights[without]
    p = 1.0 / (1.0 + np.exp(-(log_odds - weight * np.nan_to_num(scored[without]))))
    best = (p >= p.max(axis=1, keepdims=True)) & (p >= p.max(axis=0, keepdims=True))
    rows, columns = np.nonzero(best & (p >= LEAST_PROBABILITY))
    return Witnessed(rows, columns, p[rows, columns])


def _with_matching(one: Prepared, other: Prepared, profile: ScoringProfile) -> ScoringProfile:
    """Refits the distribution of true pairs' similarities, channel by channel."""
    scored = terms(one, other, profile)
    log_odds = profile.evidence_weights.log_odds(prior(profile), scored)
    learnt = {}
    for name, z in channels(one, other).items():
        seen = _witnesses(log_odds, scored, profile, name)
        learnt[name] = _fitted(z[seen.lost, seen.found], seen.probability, profile.matching[name])
    return profile.with_(matching=learnt)


def _fitted(z: Floats, probability: Floats, cold: Normal) -> Normal:
    """A normal distribution fitted to similarities, each weighted by being a true pair's."""
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
    """Weights each direction by how well it agrees between the two posts of a true pair.

    The directions are the eigenvectors of the residuals' covariance. For a direction that has
    correlation r over true pairs, a Gaussian model weights its standardised product by
    r / (1 - r^2).

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
    if not kept:  # all posts have the same vector
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
    """The residuals before any metric, which are those that the cross channels compare."""
    return posts.text_cross.vecs if modality == "text" else posts.image_cross.vecs[: len(posts)]


def _correlation(products: Floats, probability: Floats) -> Floats:
    """Correlation of each direction over true pairs; a false pair adds nothing on average.

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
    """How long things lie around, how far they travel, and how many are handed in."""
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
    """The share of lost posts whose thing is among the found ones; each has at most one."""
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
