"""What a post that is being written is probably about: its category and its colour."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.core.arrays import Floats, Texts
from matching.core.categories import centred_prompts, posterior
from matching.core.prepared import residuals
from matching.core.profile import ScoringProfile
from matching.core.types import MISSING, Candidates, PostFeatures
from matching.core.vectors import Vec

# Fitted on the drawn campus (480 posts, no label given) to its calibration error: words .030,
# photographs alone .136 (too modest), both .029. Words and photographs are right in 95 and 94 of
# 100 for the category, 99 and 81 for the colour; `evaluate_demo --judgements 0` draws that campus.
CATEGORY_WEIGHTS: Final = (2.0, 2.0)  # words, photograph
COLOUR_WEIGHTS: Final = (2.5, 2.0)
FEW: Final = 30  # posts; with fewer, logits are measured against those of the prompts
LEAST_SD: Final = 1e-4
MOST_PROPOSED: Final = 3
LEAST_PROPOSED: Final = 0.1  # probability


@dataclass(frozen=True)
class Proposal:
    """A value for a field, and how probable it is."""

    code: str
    probability: float


@dataclass(frozen=True, eq=False)
class ColourSet:
    """The colours that a post may name. Shape: codes (k,), prompt_vecs (k, dim) unit length"""

    codes: Texts
    prompt_vecs: Vec


def propose_category(post: PostFeatures, profile: ScoringProfile) -> list[Proposal]:
    """The likeliest categories, by words and photographs alone; none where nothing is likely.

    What is no category of the taxonomy (an animal, a place) is never proposed.
    """
    unlabelled = Candidates.from_features([post], profile.dim)
    unlabelled.categories[:] = MISSING
    text, image = CATEGORY_WEIGHTS
    p = posterior(unlabelled, profile, text_weight=text, image_weight=image)[0]
    return _likeliest(profile.categories, p.astype(np.float64))


def propose_colour(
    post: PostFeatures, profile: ScoringProfile, colours: ColourSet
) -> list[Proposal]:
    """The likeliest colours, from what is left of the post without its category."""
    posts = Candidates.from_features([post], profile.dim)
    texts, images, _ = residuals(posts, posterior(posts, profile), profile)
    text, image = COLOUR_WEIGHTS
    prompts = centred_prompts(colours.prompt_vecs)
    log_p = text * _standardised(texts, prompts, profile.lost_texts, profile.found_texts)
    log_p += image * _standardised(images, prompts, profile.lost_images, profile.found_images)
    p = np.exp(log_p - log_p.max())
    return _likeliest(colours.codes, p / p.sum())


def _standardised(vecs: Vec, prompts: Vec, *cohorts: Vec) -> Floats:
    """Mean logits of the rows that are there, against those of the site's posts. Shape: (k,)"""
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
    if not len(best) or ":" in str(codes[best[0]]):  # it is none of these, says the model
        return []
    return [
        Proposal(str(codes[row]), float(p[row]))
        for row in best
        if p[row] >= LEAST_PROPOSED and ":" not in str(codes[row])
    ]
