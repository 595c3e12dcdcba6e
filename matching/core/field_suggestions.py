"""Suggests the category and the colour of a post that is still being written."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.core.arrays import Floats, Texts
from matching.core.categories import centred_prompts, posterior
from matching.core.prepared import residuals
from matching.core.profile import ScoringProfile
from matching.core.types import MISSING, Candidates, PostFeatures
from matching.core.vectors import Vec

# Fitted to the calibration error on the demo campus (480 posts without labels): text .030,
# photographs alone .136 (underconfident), both .029. Text and photographs are right in 95 % and
# 94 % of the posts for the category, 99 % and 81 % for the colour. `evaluate_demo --judgements 0`
# makes that campus.
CATEGORY_WEIGHTS: Final = (2.0, 2.0)  # text, photograph
COLOUR_WEIGHTS: Final = (2.5, 2.0)
FEW: Final = 30  # posts; with fewer, logits are scaled by those of the prompts
LEAST_SD: Final = 1e-4
MOST_PROPOSED: Final = 3
LEAST_PROPOSED: Final = 0.1  # probability


@dataclass(frozen=True)
class Proposal:
    """A suggested value for a field. Range: probability 0 to 1"""

    code: str
    probability: float


@dataclass(frozen=True, eq=False)
class ColourSet:
    """The colours that a post may name. Shape: codes (k,), prompt_vecs (k, dim) unit length"""

    codes: Texts
    prompt_vecs: Vec


def propose_category(post: PostFeatures, profile: ScoringProfile) -> list[Proposal]:
    """The likeliest categories by text and photographs alone; empty if nothing is likely.

    Never proposes a class outside the taxonomy, such as an animal or a place.
    """
    unlabelled = Candidates.from_features([post], profile.dim)
    unlabelled.categories[:] = MISSING
    text, image = CATEGORY_WEIGHTS
    p = posterior(unlabelled, profile, text_weight=text, image_weight=image)[0]
    return _likeliest(profile.categories, p.astype(np.float64))


def propose_colour(
    post: PostFeatures, profile: ScoringProfile, colours: ColourSet
) -> list[Proposal]:
    """The likeliest colours, from the post's vectors without their category's share."""
    posts = Candidates.from_features([post], profile.dim)
    texts, images, _ = residuals(posts, posterior(posts, profile), profile)
    text, image = COLOUR_WEIGHTS
    prompts = centred_prompts(colours.prompt_vecs)
    log_p = text * _standardised(texts, prompts, profile.lost_texts, profile.found_texts)
    log_p += image * _standardised(images, prompts, profile.lost_images, profile.found_images)
    p = np.exp(log_p - log_p.max())
    return _likeliest(colours.codes, p / p.sum())


def _standardised(vecs: Vec, prompts: Vec, *cohorts: Vec) -> Floats:
    """Mean logits of the present rows, standardised by those of the site's posts. Shape: (k,)"""
    present = vecs[~np.isnan(vecs).any(axis=1)]
    if not len(present):
        return np.zeros(len(prompts))
    logits = (present @ prompts.T).mean(axis=0).astype(np.float64)
    usual = np.concatenate(cohorts) @ prompts.T
    if len(usual) < FEW:
        return np.asarray(logits / max(float((prompts @ prompts.T).std()), LEAST_SD))
    return np.asarray((logits - usual.mean(axis=0)) / max(float(usual.std()), LEAST_SD))


def _likeliest(codes: Texts, p: Floats) -> list[Proposal]:
    best = np.argsort(-p, kind="stable")[:MOST_PROPOSED]
    if not len(best) or ":" in str(codes[best[0]]):  # the likeliest class is outside the taxonomy
        return []
    return [
        Proposal(str(codes[row]), float(p[row]))
        for row in best
        if p[row] >= LEAST_PROPOSED and ":" not in str(codes[row])
    ]
