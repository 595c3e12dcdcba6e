"""Posts prepared for `calibrated_v3`: all that depends on one post and the site, not on a pair."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.core.arrays import Bools, Floats, Ints, Texts
from matching.core.categories import posterior, says_nothing
from matching.core.profile import ScoringProfile
from matching.core.types import MISSING, Candidates
from matching.core.vectors import Vec, unit

ROWS_AT_ONCE: Final = 8192  # compared with a cohort at a time
# Assumed for a cohort, with the weight of so many posts; what is measured outweighs it.
# The standard deviation of residual cosines in the base dataset of `evaluate_matching`.
USUAL_SPREAD: Final = 0.15
USUAL_COUNTS_AS: Final = 4.0
LEAST_SPREAD: Final = 0.01
UNSEEN_SHARE: Final = 0.05  # of any value, on a site where no post names one


@dataclass(frozen=True, eq=False)
class Rows:
    """One side's vectors for a channel, with their similarity statistics against a cohort.

    Shape: vecs (m, k) unit length, NaN where missing; mean and sd (m,)
    """

    vecs: Vec
    mean: Floats
    sd: Floats

    @property
    def dim(self) -> int:
        """Length of the vectors, 0 where nobody has one."""
        return int(self.vecs.shape[1])

    @property
    def is_missing(self) -> bool:
        """Whether there is no vector at all, as for a post without photographs."""
        return bool(np.isnan(self.vecs).all())


@dataclass(frozen=True, eq=False)
class Prepared:
    """n prepared posts. Image rows are the n covers, followed by all further photographs.

    Shape: posterior (n, c); building_share, zone_share, colour_share and
        brand_share (n,); image_owner (m,)

    Attributes:
        text_text: texts for the text_text channel.
        sentence: the same texts by the second encoder.
        image_image: photographs for the image_image channel.
        text_cross: texts to be compared with photographs.
        image_cross: photographs to be compared with texts.
    """

    posts: Candidates
    posterior: Vec
    text_text: Rows
    sentence: Rows
    image_image: Rows
    text_cross: Rows
    image_cross: Rows
    image_owner: Ints
    building_share: Floats
    zone_share: Floats
    colour_share: Floats
    brand_share: Floats

    def __len__(self) -> int:
        return len(self.posts)


def prepare(posts: Candidates, profile: ScoringProfile, *, within_kind: bool = False) -> Prepared:
    """Computes what every pair with these posts needs.

    Args:
        within_kind: normalise against the cohort of the posts' own kind, to be compared with
            it, instead of against the opposite kind.
    """
    p = posterior(posts, profile)
    texts, images, owner = residuals(posts, p, profile)
    text_lost = (posts.kinds == "lost") ^ within_kind
    image_lost = text_lost[owner]
    cohorts = profile.compared_cohorts
    return Prepared(
        posts=posts,
        posterior=p,
        text_text=_rows(
            _under(texts, profile.text_metric),
            text_lost,
            cohorts["lost_texts"],
            cohorts["found_texts"],
        ),
        sentence=_sentences(posts, p, profile, text_lost),
        image_image=_rows(
            _under(images, profile.image_metric),
            image_lost,
            cohorts["lost_images"],
            cohorts["found_images"],
        ),
        text_cross=_rows(texts, text_lost, profile.lost_images, profile.found_images),
        image_cross=_rows(images, image_lost, profile.lost_texts, profile.found_texts),
        image_owner=owner,
        building_share=_share(posts.buildings, profile.shares.building),
        zone_share=_share(posts.zones, profile.shares.zone),
        colour_share=_share(posts.colours, profile.shares.colour),
        brand_share=_share(posts.brands, profile.shares.brand),
    )


def residuals(posts: Candidates, p: Vec, profile: ScoringProfile) -> tuple[Vec, Vec, Ints]:
    """Vectors without their category's share, so that the category does not count twice.

    A text that does not say what it is about has none.

    Shape: texts (n, dim), images (m, dim), post row of each image (m,); unit length or NaN
    """
    owner = np.concatenate([np.arange(len(posts), dtype=np.int64), posts.photo_owner])
    images = np.concatenate([posts.image_vecs, posts.photo_vecs])
    silent = says_nothing(posts, profile)[:, None]
    texts = np.where(silent, np.nan, posts.text_vecs - p @ profile.text_class_means)
    images = images - p[owner] @ profile.image_class_means
    return unit(texts), unit(images), owner


def sentence_residuals(posts: Candidates, p: Vec, profile: ScoringProfile) -> Vec:
    """The same for the second encoder's vectors; all missing if the profile has none.

    Shape: (n, sentence_dim); unit length or NaN
    """
    vecs, dim = posts.sentence_vecs, profile.sentence_dim
    if not dim or vecs.shape[1] != dim:
        return np.full((len(posts), dim), np.nan, dtype=np.float32)
    silent = says_nothing(posts, profile)[:, None]
    return unit(np.where(silent, np.nan, vecs - p @ profile.sentence_class_means))


def cohort_statistics(vecs: Vec, cohort_vecs: Vec) -> tuple[Floats, Floats]:
    """Mean and spread of each row's similarities to a cohort; finite for an empty cohort.

    Shape: (m, k), (n, k) -> (m,), (m,)
    """
    n = len(cohort_vecs)
    mean, variance = np.zeros(len(vecs)), np.zeros(len(vecs))
    for start in range(0, len(vecs), ROWS_AT_ONCE) if n else ():
        block = slice(start, start + ROWS_AT_ONCE)
        similarities = vecs[block] @ cohort_vecs.T
        mean[block], variance[block] = similarities.mean(axis=1), similarities.var(axis=1)
    counted = n + USUAL_COUNTS_AS
    mean *= n / counted
    variance = (n * variance + USUAL_COUNTS_AS * USUAL_SPREAD**2) / counted
    return mean, np.maximum(np.sqrt(variance), LEAST_SPREAD)


def _sentences(posts: Candidates, p: Vec, profile: ScoringProfile, lost: Bools) -> Rows:
    residual = sentence_residuals(posts, p, profile)
    if not residual.shape[1]:
        return Rows(residual, np.zeros(len(posts)), np.ones(len(posts)))
    cohorts = profile.compared_cohorts
    vecs = _under(residual, profile.sentence_metric)
    return _rows(vecs, lost, cohorts["lost_sentences"], cohorts["found_sentences"])


def _under(vecs: Vec, metric: Vec) -> Vec:
    """Vectors under a metric, at unit length; missing rows are skipped. Shape: (m, k)"""
    known = ~np.isnan(vecs[:, 0]) if vecs.shape[1] else np.zeros(len(vecs), dtype=np.bool_)
    found = np.full((len(vecs), metric.shape[1]), np.nan, dtype=np.float32)
    if known.all():
        return unit(vecs @ metric)
    found[known] = unit(vecs[known] @ metric)
    return found


def _rows(vecs: Vec, lost: Bools, lost_cohort: Vec, found_cohort: Vec) -> Rows:
    mean, sd = np.zeros(len(vecs)), np.ones(len(vecs))
    known = ~np.isnan(vecs[:, 0]) if vecs.shape[1] else np.zeros(len(vecs), dtype=np.bool_)
    for side, cohort in ((lost & known, found_cohort), (~lost & known, lost_cohort)):
        if side.all():
            mean, sd = cohort_statistics(vecs, cohort)
        elif side.any():
            mean[side], sd[side] = cohort_statistics(vecs[side], cohort)
    return Rows(vecs=vecs, mean=mean, sd=sd)


def _share(codes: Texts, shares: Mapping[str, float]) -> Floats:
    """How common each code is; `MISSING` holds the share of a code that the site has not seen."""
    values, rows = np.unique(codes, return_inverse=True)
    unseen = shares.get(MISSING, UNSEEN_SHARE)
    return np.array([shares.get(str(value), unseen) for value in values], dtype=np.float64)[rows]
