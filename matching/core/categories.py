"""Category posterior: a probability per category from text, photographs and the author's label."""

from functools import lru_cache
from typing import Final

import numpy as np

from matching.core.arrays import Bools, Floats, Ints, Texts
from matching.core.profile import ScoringProfile
from matching.core.types import MISSING, Candidates
from matching.core.vectors import Vec

# From the simulation that the strategy was designed on; docs/matching.md has what they achieve.
TEXT_WEIGHT: Final = 1.6
IMAGE_WEIGHT: Final = 0.7
PRIOR_WEIGHT: Final = 0.5
# The author's label is a witness: how often it is right, in the right family, or anything else.
LABEL_RIGHT: Final = 0.85
LABEL_SAME_FAMILY: Final = 0.05
LABEL_OTHER: Final = 0.02

# How two people classify one thing: the same, within one family (a folding umbrella is one kind),
# and in the rest of all cases anyhow.
SAME_THING_SAME_CATEGORY: Final = 0.85
SAME_THING_SAME_FAMILY: Final = 0.14
SURELY_NOTHING: Final = 0.7  # probability from which such a text is not compared at all
LEAST_SHARE: Final = 1e-9
# What the codes of classes begin with that are for texts which do not say what they are about.
NOTHING_SAID: Final = "background:nothing"
LEAST_EVIDENCE: Final = -5.0  # natural log


def posterior(
    posts: Candidates,
    profile: ScoringProfile,
    *,
    text_weight: float = TEXT_WEIGHT,
    image_weight: float = IMAGE_WEIGHT,
) -> Vec:
    """Probability of each category for each post. Shape: (n, c), each row sums to 1"""
    log_p = _of_what_is_said(text_weight * _text_logits(posts, profile), profile)
    log_p += image_weight * _image_logits(posts, profile)
    log_p += _label_log_likelihood(posts.categories, profile)
    log_p += PRIOR_WEIGHT * np.log(profile.prior)
    log_p -= log_p.max(axis=1, keepdims=True)
    p = np.exp(log_p)
    return np.asarray(p / p.sum(axis=1, keepdims=True), dtype=np.float32)


def says_nothing(posts: Candidates, profile: ScoringProfile) -> Bools:
    """Texts that do not say what they are about, so that they are no evidence. Shape: (n,)"""
    nothing = np.strings.startswith(profile.categories, NOTHING_SAID)
    if not nothing.any():
        return np.zeros(len(posts), dtype=np.bool_)
    p = _softmax(TEXT_WEIGHT * _text_logits(posts, profile))
    return np.asarray(p[:, nothing].sum(axis=1) > SURELY_NOTHING)


def _of_what_is_said(logits: Floats, profile: ScoringProfile) -> Floats:
    """The logits, where what the classes for nothing take goes to all others alike."""
    nothing = np.strings.startswith(profile.categories, NOTHING_SAID)
    if not nothing.any():
        return logits
    p = _softmax(logits)
    spread = p[:, nothing].sum(axis=1, keepdims=True) / max((~nothing).sum(), 1)
    return np.log(np.where(nothing, LEAST_SHARE, p + spread))


def _softmax(logits: Floats) -> Floats:
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(p / p.sum(axis=1, keepdims=True))


def evidence(left: Vec, right: Vec, profile: ScoringProfile) -> Floats:
    """How much more likely the two posts' categories are if both posts are about one thing.

    Shape: (q, c), (n, c) -> (q, n)
    Range: -5 to about -ln of the rarest category's share
    """
    same = same_category(left, right, 1.0 / profile.prior)
    families, family = np.unique(profile.families, return_inverse=True)
    member = np.zeros((len(family), len(families)), dtype=np.float32)
    member[np.arange(len(family)), family] = 1.0
    akin = same_category(left @ member, right @ member, 1.0 / (profile.prior @ member))
    anyhow = 1.0 - SAME_THING_SAME_CATEGORY - SAME_THING_SAME_FAMILY
    ratio = SAME_THING_SAME_CATEGORY * same + SAME_THING_SAME_FAMILY * akin + anyhow
    return np.maximum(np.log(ratio), LEAST_EVIDENCE)


def same_category(left: Vec, right: Vec, weights: Floats | None = None) -> Floats:
    """Probability that both posts have the same category, optionally weighted by category.

    Shape: (q, c), (n, c), (c,) -> (q, n)
    """
    weighted = left if weights is None else left * weights
    products: Floats = np.einsum("qc,nc->qn", weighted, right, dtype=np.float64)
    return products


def centred_prompts(prompt_vecs: Vec) -> Vec:
    """Prompt vectors without their common mean. Shape: (c, dim) -> (c, dim)"""
    return np.asarray(prompt_vecs - prompt_vecs.mean(axis=0), dtype=np.float32)


def _text_logits(posts: Candidates, profile: ScoringProfile) -> Floats:
    return _logits(posts.text_vecs, profile.text_mean, profile.prompt_vecs, profile.text_logit_sd)


def _logits(vecs: Vec, mean: Vec, prompt_vecs: Vec, sd: float) -> Floats:
    """0 where there is no vector. Shape: (n, c)"""
    logits = (vecs - mean) @ centred_prompts(prompt_vecs).T / sd
    return np.nan_to_num(logits.astype(np.float64))


def _image_logits(posts: Candidates, profile: ScoringProfile) -> Floats:
    """The mean over a post's photographs. Shape: (n, c)"""
    if not profile.share_space:
        return np.zeros((len(posts), len(profile.categories)))
    args = profile.image_mean, profile.prompt_vecs, profile.image_logit_sd
    logits = _logits(posts.image_vecs, *args)
    if len(posts.photo_owner):
        photos = np.ones(len(posts))
        np.add.at(photos, posts.photo_owner, 1.0)
        np.add.at(logits, posts.photo_owner, _logits(posts.photo_vecs, *args))
        logits /= photos[:, None]
    return logits


def _label_log_likelihood(labels: Texts, profile: ScoringProfile) -> Floats:
    """0 where the author chose no label, or one unknown to the profile. Shape: (n, c)"""
    rows, known = category_rows(labels, profile.categories)
    return np.where(known[:, None], _label_table(profile)[rows], 0.0)


@lru_cache(maxsize=1)
def _label_table(profile: ScoringProfile) -> Floats:
    """ln P(label | category). Shape: (c, c)"""
    same_family = profile.families[:, None] == profile.families[None, :]
    table = np.where(same_family, LABEL_SAME_FAMILY, LABEL_OTHER)
    np.fill_diagonal(table, LABEL_RIGHT)
    return np.asarray(np.log(table))


def category_rows(labels: Texts, categories: Texts) -> tuple[Ints, np.ndarray]:
    """The index of each label in `categories`, and whether it is there at all.

    Shape: (n,), (c,) -> (n,), (n,)
    """
    order = np.argsort(categories)
    at = np.searchsorted(categories[order], labels).clip(max=len(categories) - 1)
    rows = order[at]
    known = (categories[rows] == labels) & (labels != MISSING)
    return rows.astype(np.int64), known
