"""`calibrated_v3`: adds up calibrated evidence from every channel to a probability."""

from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np

from matching.core import categories, evidence, exclusions
from matching.core.arrays import Bools, Floats
from matching.core.competition import log_odds
from matching.core.context import cold_context, of_losses
from matching.core.prepared import Prepared, Rows, prepare
from matching.core.profile import ScoringProfile
from matching.core.types import Candidates, PostFeatures, Scores, ScoringContext
from matching.core.vectors import dots
from matching.core.weights import CROSS, OVERLAP, TERMS

SUGGEST_FROM: Final = 0.1  # probability
ALERT_FROM: Final = 0.5
LOOKS_DIFFERENT: Final = "looks_different"
LEAST_SAME_CATEGORY: Final = 0.05  # probability, for the exclusion rule


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


def _looks_different(found: dict[str, Floats], one: Prepared, ready: Prepared) -> Bools:
    """True if both have photographs that look different and hardly share a category."""
    floor = found["image_image"] <= evidence.CONTENT_RANGE[0]
    same = categories.same_category(one.posterior, ready.posterior)[0]
    return np.asarray(floor & (same < LEAST_SAME_CATEGORY), dtype=np.bool_)


__all__ = ["ALERT_FROM", "LOOKS_DIFFERENT", "SUGGEST_FROM", "CalibratedV3"]
