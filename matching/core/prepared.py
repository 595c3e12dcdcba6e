"""Posts made ready for `calibrated_v3`: what depends on one post and the site, not on the pair."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.core.arrays import Bools, Floats, Ints, Texts
from matching.core.categories import posterior
from matching.core.profile import ScoringProfile
from matching.core.types import MISSING, Candidates
from matching.core.vectors import Vec, unit

ROWS_AT_ONCE: Final = 8192  # rows that are compared with a cohort in one go
# What a cohort too small to say so is taken to show, and with how many posts that counts.
USUAL_SPREAD: Final = 0.15  # standard deviation of residual cosines, `evaluate_matching` base world
USUAL_COUNTS_AS: Final = 4.0
LEAST_SPREAD: Final = 0.01
UNSEEN_SHARE: Final = 0.05  # of a value, on a site that knows of none


@dataclass(frozen=True, eq=False)
class Rows:
    """Vectors of one channel's side, with their similarities to the opposite cohort.

    Shape: vecs (m, k), unit length, NaN where missing; mean and sd (m,)
    """

    vecs: Vec
    mean: Floats
    sd: Floats

    @property
    def is_missing(self) -> bool:
        """Whether there is no vector at all, as of a post without photographs."""
        return bool(np.isnan(self.vecs).all())


@dataclass(frozen=True, eq=False)
class Prepared:
    """n posts. Image rows are the n covers and then the further photographs.

    Shape: posterior (n, c); building_share, zone_share, colour_share (n,); image_owner (m,)

    Attributes:
        text_text: this post's words for the text_text channel.
        image_image: this post's photographs for the image_image channel.
        text_cross: this post's words against photographs.
        image_cross: this post's photographs against words.
    """

    posts: Candidates
    posterior: Vec
    text_text: Rows
    image_image: Rows
    text_cross: Rows
    image_cross: Rows
    image_owner: Ints
    building_share: Floats
    zone_share: Floats
    colour_share: Floats

    def __len__(self) -> int:
        return len(self.posts)


def prepare(
    posts: Candidates, profile: ScoringProfile, *, among_their_own: bool = False
) -> Prepared:
    """Everything about the posts that every pair with them needs.

    Args:
        among_their_own: the posts are normalised against the cohort of their own kind, to be
            compared with it, and not against that of the other kind.
    """
    p = posterior(posts, profile)
    texts, images, owner = residuals(posts, p, profile)
    text_lost = (posts.kinds == "lost") ^ among_their_own
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
    )


def residuals(posts: Candidates, p: Vec, profile: ScoringProfile) -> tuple[Vec, Vec, Ints]:
    """Vectors with their category taken out, so that it does not count twice.

    Shape: texts (n, dim), images (m, dim), owner of each image row (m,); unit length or NaN
    """
    owner = np.concatenate([np.arange(len(posts), dtype=np.int64), posts.photo_owner])
    images = np.concatenate([posts.image_vecs, posts.photo_vecs])
    texts = posts.text_vecs - p @ profile.text_class_means
    images = images - p[owner] @ profile.image_class_means
    return unit(texts), unit(images), owner


def cohort_statistics(vecs: Vec, cohort_vecs: Vec) -> tuple[Floats, Floats]:
    """Mean and spread of each row's similarities to a cohort; finite for a cohort of none.

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


def _under(vecs: Vec, metric: Vec) -> Vec:
    """Under a metric, of unit length again; missing rows cost nothing. Shape: (m, k)"""
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
    """How common each code is; one that the site has not seen yet as its `MISSING` entry says."""
    values, rows = np.unique(codes, return_inverse=True)
    unseen = shares.get(MISSING, UNSEEN_SHARE)
    return np.array([shares.get(str(value), unseen) for value in values], dtype=np.float64)[rows]
