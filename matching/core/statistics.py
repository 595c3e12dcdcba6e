"""Builds a `ScoringProfile` from the open posts of a site, without any labelled pairs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from matching.core.arrays import Floats, Texts
from matching.core.categories import category_rows, centred_prompts, posterior
from matching.core.found_days import FoundDays
from matching.core.prepared import cohort_statistics, residuals, sentence_residuals
from matching.core.profile import Normal, ScoringProfile, Shares
from matching.core.types import MISSING, Candidates
from matching.core.vectors import Vec, of_one_width, unit
from matching.core.weights import CROSS

COHORT_SIZE: Final = 512
COHORT_SEED: Final = 0  # fixed, so that the cohort depends on the posts alone
CLASS_MEAN_COUNTS_AS: Final = 8.0  # pseudo-posts at the overall mean in each class mean
FEW: Final = 30  # posts of a modality; below it, measurements of the site say little
MEAN_COUNTS_AS: Final = 4.0  # pseudo-posts at the usual mean, on a site with few posts
# Spread of centred prompt logits when there are too few posts to measure it, as a share of the
# spread among the prompts: .56 to .67 for text with the bundled model and in simulated datasets.
USUAL_LOGIT_SHARE: Final = 0.6
LEAST_LOGIT_SD: Final = 1e-4
USUAL_SPAN_DAYS: Final = 60.0
SPAN_RANGE_DAYS: Final = (7.0, 730.0)
SHARE_COUNTS_AS: Final = 5.0  # pseudo-posts, spread evenly over all values that occur

# Distribution of a true pair's normalised similarity until a site has data; from the simulation
# that the strategy was designed on, measured again by `evaluate_matching`.
COLD_TEXT_TEXT: Final = Normal(1.8, 1.1)
COLD_SENTENCE: Final = COLD_TEXT_TEXT
COLD_IMAGE_IMAGE: Final = Normal(2.6, 1.1)
COLD_CROSS_SD: Final = 1.05
# Two people agree less about a thing than one person's text and photograph do.
CROSS_OF_OWN: Final = 0.6
USUAL_OWN_Z: Final = 1.35  # assumed at first; posts with both text and photograph correct it


@dataclass(frozen=True, eq=False)
class CategorySet:
    """The leaf categories of the taxonomy.

    Shape: codes, families (c,), prompt_vecs (c, dim) of unit length

    Attributes:
        share_space: whether prompts and photographs can be compared, as under CLIP.
    """

    codes: Texts
    families: Texts
    prompt_vecs: Vec
    share_space: bool = True


def build_profile(
    lost: Candidates,
    found: Candidates,
    categories: CategorySet,
    *,
    version: int = 0,
    fingerprint: str = "",
    sentence_fingerprint: str = "",
) -> ScoringProfile:
    """The cold-start profile of the open posts, of which there may be none.

    Args:
        fingerprint: of the encoder that made the vectors.
        sentence_fingerprint: of the second text encoder, if there is one.
    """
    dim = categories.prompt_vecs.shape[1]
    texts = _present(lost.text_vecs, found.text_vecs, dim)
    images = _present(lost.image_vecs, found.image_vecs, dim)
    text_mean = _mean(texts, unit(categories.prompt_vecs.mean(axis=0)))
    image_mean = _mean(images, np.zeros(dim, dtype=np.float32))
    empty = np.zeros((0, dim), dtype=np.float32)
    everything = np.eye(dim, dtype=np.float32)
    start = ScoringProfile(
        version=version,
        fingerprint=fingerprint,
        sentence_fingerprint=sentence_fingerprint,
        categories=categories.codes,
        families=categories.families,
        prompt_vecs=categories.prompt_vecs,
        prior=_category_prior([lost.categories, found.categories], categories.codes),
        text_mean=text_mean,
        image_mean=image_mean,
        text_class_means=np.tile(text_mean, (len(categories.codes), 1)),
        image_class_means=np.tile(image_mean, (len(categories.codes), 1)),
        text_metric=everything,
        image_metric=everything,
        lost_texts=empty,
        lost_images=empty,
        found_texts=empty,
        found_images=empty,
        **_of_sentences(lost, found, len(categories.codes)),
        share_space=categories.share_space,
        text_logit_sd=_logit_sd(texts, text_mean, categories.prompt_vecs),
        image_logit_sd=_logit_sd(images, image_mean, categories.prompt_vecs),
        matching={
            "text_text": COLD_TEXT_TEXT,
            "sentence": COLD_SENTENCE,
            "image_image": COLD_IMAGE_IMAGE,
            **dict.fromkeys(CROSS, Normal(CROSS_OF_OWN * USUAL_OWN_Z, COLD_CROSS_SD)),
        },
        day_span_days=_span([lost.days, found.days]),
        found_days=FoundDays.of(found.days, lost.last_days),
        shares=Shares(
            building=_shares([lost.buildings, found.buildings]),
            zone=_shares([lost.zones, found.zones]),
            colour=_shares([lost.colours, found.colours]),
            brand=_shares([lost.brands, found.brands]),
            token=_token_shares(lost, found),
        ),
        built_from={
            "lost": len(lost),
            "found": len(found),
            "texts": len(texts),
            "images": len(images),
        },
    )
    with_means = _with_class_means(start, lost, found)
    with_cohorts = _with_cohorts(with_means, lost, found)
    return _with_own_pairs(with_cohorts, lost, found)


def _with_class_means(start: ScoringProfile, lost: Candidates, found: Candidates) -> ScoringProfile:
    """Adds class means and the category prior, from a first posterior of all posts."""
    both = [(posts, posterior(posts, start)) for posts in (lost, found)]
    p = np.concatenate([p for _, p in both])
    counts = p.sum(axis=0, dtype=np.float64)
    means = {}
    for modality in ("text", "image", "sentence"):
        vecs = _vecs(f"{modality}_vecs", lost, found)
        has = ~np.isnan(vecs[:, 0]) if vecs.size else np.zeros(len(vecs), dtype=np.bool_)
        overall = getattr(start, f"{modality}_class_means")[0]
        weighted = p[has].T @ vecs[has] + CLASS_MEAN_COUNTS_AS * overall
        means[modality] = weighted / (p[has].sum(axis=0)[:, None] + CLASS_MEAN_COUNTS_AS)
    return start.with_(
        prior=(counts + 1.0) / (counts.sum() + len(counts)),
        text_class_means=means["text"].astype(np.float32),
        image_class_means=means["image"].astype(np.float32),
        sentence_class_means=means["sentence"].astype(np.float32),
    )


def _with_cohorts(start: ScoringProfile, lost: Candidates, found: Candidates) -> ScoringProfile:
    cohorts = {}
    for kind, posts in (("lost", lost), ("found", found)):
        p = posterior(posts, start)
        texts, images, _ = residuals(posts, p, start)
        cohorts[f"{kind}_sentences"] = _sample(sentence_residuals(posts, p, start))
        cohorts[f"{kind}_texts"] = _sample(texts)
        cohorts[f"{kind}_images"] = _sample(images)
    return start.with_(**cohorts)


def _with_own_pairs(start: ScoringProfile, lost: Candidates, found: Candidates) -> ScoringProfile:
    """Calibrates the cross channels on each post's text and photograph: true pairs for free."""
    own: list[Floats] = []
    for posts, texts_of, images_of in (
        (lost, start.found_texts, start.found_images),
        (found, start.lost_texts, start.lost_images),
    ):
        texts, images, _ = residuals(posts, posterior(posts, start), start)
        images = images[: len(posts)]
        has = ~np.isnan(texts[:, 0]) & ~np.isnan(images[:, 0])
        texts, images = texts[has], images[has]
        similarities = np.einsum("nd,nd->n", texts, images)
        text_mean, text_sd = cohort_statistics(texts, images_of)
        image_mean, image_sd = cohort_statistics(images, texts_of)
        own.append(
            ((similarities - text_mean) / text_sd + (similarities - image_mean) / image_sd) / 2.0
        )
    z = np.concatenate(own)
    mean_z = (z.sum() + USUAL_OWN_Z * MEAN_COUNTS_AS) / (len(z) + MEAN_COUNTS_AS)
    cross = Normal(CROSS_OF_OWN * float(mean_z), COLD_CROSS_SD)
    return start.with_(
        matching={**start.matching, **dict.fromkeys(CROSS, cross)},
        built_from={**start.built_from, "own_pairs": len(z)},
    )


def _of_sentences(lost: Candidates, found: Candidates, n_categories: int) -> dict[str, Any]:
    """The arrays of the second text encoder before any class mean or cohort."""
    vecs = _vecs("sentence_vecs", lost, found)
    dim = vecs.shape[1]
    mean = _mean(vecs[~np.isnan(vecs).any(axis=1)], np.zeros(dim, dtype=np.float32))
    return {
        "sentence_class_means": np.tile(mean, (n_categories, 1)),
        "sentence_metric": np.eye(dim, dtype=np.float32),
        **dict.fromkeys(("lost_sentences", "found_sentences"), vecs[:0]),
    }


def _vecs(column: str, lost: Candidates, found: Candidates) -> Vec:
    """The vectors of both kinds, lost posts first."""
    return np.concatenate(of_one_width([getattr(posts, column) for posts in (lost, found)]))


def _present(lost_vecs: Vec, found_vecs: Vec, dim: int) -> Vec:
    """The rows that are not missing. Shape: (m, dim)"""
    vecs = np.concatenate([vecs.reshape(len(vecs), dim) for vecs in (lost_vecs, found_vecs)])
    return np.asarray(vecs[~np.isnan(vecs).any(axis=1)], dtype=np.float32)


def _mean(vecs: Vec, usual: Vec) -> Vec:
    """The mean, shrunk towards the usual one on a site with few posts."""
    counts_as = MEAN_COUNTS_AS if len(vecs) < FEW else 0.0
    mean = (vecs.sum(axis=0, dtype=np.float64) + counts_as * usual) / (len(vecs) + counts_as)
    return np.asarray(mean, dtype=np.float32)


def _logit_sd(vecs: Vec, mean: Vec, prompt_vecs: Vec) -> float:
    prompts = centred_prompts(prompt_vecs)
    logits = (vecs - mean) @ prompts.T
    if len(vecs) < 2 or not logits.size:
        return max(USUAL_LOGIT_SHARE * float((prompts @ prompts.T).std()), LEAST_LOGIT_SD)
    return max(float(logits.std()), LEAST_LOGIT_SD)


def _category_prior(labels: Iterable[Texts], codes: Texts) -> Floats:
    rows, known = category_rows(np.concatenate(list(labels)), codes)
    counts = np.bincount(rows[known], minlength=len(codes)) + 1.0
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def _sample(vecs: Vec) -> Vec:
    present = vecs[~np.isnan(vecs[:, 0])] if vecs.size else vecs[:0]
    if len(present) <= COHORT_SIZE:
        return present
    chosen = np.random.default_rng(COHORT_SEED).permutation(len(present))[:COHORT_SIZE]
    return present[np.sort(chosen)]


def _span(days: Iterable[Floats]) -> float:
    """The length of the period that holds the middle 90 % of the posts, scaled to all posts."""
    known = np.concatenate([column[~np.isnan(column)] for column in days])
    if len(known) < FEW:
        return USUAL_SPAN_DAYS
    first, last = np.quantile(known, (0.05, 0.95))
    return float(np.clip((last - first) / 0.9, *SPAN_RANGE_DAYS))


def _shares(columns: Iterable[Texts]) -> dict[str, float]:
    """Shares by code; `MISSING` stands for a value that no post has stated yet."""
    counts = Counter(str(code) for column in columns for code in column if code != MISSING)
    if not counts:
        return {}
    posts, values = counts.total(), len(counts)
    spread = SHARE_COUNTS_AS / (values + 1)
    shares = {code: (n + spread) / (posts + SHARE_COUNTS_AS) for code, n in sorted(counts.items())}
    return {**shares, MISSING: spread / (posts + SHARE_COUNTS_AS)}


def _token_shares(lost: Candidates, found: Candidates) -> dict[str, float]:
    counts = Counter(str(code) for posts in (lost, found) for code in posts.token_codes)
    posts = max(len(lost) + len(found), 1)
    return {code: n / posts for code, n in sorted(counts.items()) if n > 1}
