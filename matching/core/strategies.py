"""The `Strategy` protocol, and the two zero-shot baselines."""

from typing import Final, Protocol

import numpy as np

from matching.core import exclusions
from matching.core.arrays import Bools, Floats
from matching.core.types import MISSING, Candidates, PostFeatures, Scores, ScoringContext
from matching.core.vectors import Vec, dots, row_dots, unit

IMAGE_DISSIMILAR: Final = "image_dissimilar"
CATEGORY_DIFFERS: Final = "category_differs"

# Constants of the two baselines, from the notes that this project began with. They are kept as
# written and not fitted to anything; `manage.py evaluate_matching` measures how they perform.
V1_TEXT_WEIGHT: Final = 0.7
V2_TEXT_WEIGHT: Final = 0.3
ZEROSHOT_THRESHOLD: Final = 0.65  # cosine
V2_LEAST_IMAGE_SIMILARITY: Final = 0.2  # cosine
V2_IMAGE_DISSIMILAR_SCORE: Final = 0.0
V2_CATEGORY_DIFFERS_SCORE: Final = 0.1


class Strategy(Protocol):
    """Scores all candidates of a query in one pass."""

    @property
    def name(self) -> str:
        """The name used in settings, stored matches and reports."""

    @property
    def threshold(self) -> float:
        """Minimum score of a suggested match."""

    @property
    def alert_from(self) -> float:
        """Score from which the owner is alerted to a match."""

    def score(self, query: PostFeatures, candidates: Candidates, context: ScoringContext) -> Scores:
        """Score, terms and exclusion reasons of each candidate, in the candidates' order.

        An excluded pair keeps its score, so that it can still be shown. Neither the order and
        number of candidates nor swapping lost and found may change a pair's score.
        """


class ClipZeroshotV1:
    """One vector per post, weighted towards text; the cosine is the score.

    0.7 text + 0.3 image if there is a photograph, else the text alone; unit vectors before
    mixing. The notes had one photograph per post: of several, the cover counts.
    """

    name = "clip_zeroshot_v1"
    threshold = ZEROSHOT_THRESHOLD
    alert_from = (1.0 + ZEROSHOT_THRESHOLD) / 2  # halfway to certain

    def score(self, query: PostFeatures, candidates: Candidates, context: ScoringContext) -> Scores:
        """See `Strategy`. Range: -1 to 1"""
        terms = mixed_similarity(query, candidates, V1_TEXT_WEIGHT)
        return Scores(
            post_ids=candidates.post_ids,
            score=terms["combined"].copy(),
            terms=terms,
            exclusions=exclusions.apply_exclusion_rules(query, candidates, context),
        )


class ClipZeroshotV2:
    """One vector per post, weighted towards photographs, and two rules before the cosine.

    0.3 text + 0.7 image if there is a photograph, else the text alone. If both posts have one
    and their cosine is below 0.2, the score is 0.0; else if both name a category and the two
    differ, it is 0.1; else it is the cosine of the combined vectors. Of several photographs the
    cover counts, since the notes had one per post.
    """

    name = "clip_zeroshot_v2"
    threshold = ZEROSHOT_THRESHOLD
    alert_from = (1.0 + ZEROSHOT_THRESHOLD) / 2  # halfway to certain

    def score(self, query: PostFeatures, candidates: Candidates, context: ScoringContext) -> Scores:
        """See `Strategy`. Range: -1 to 1"""
        terms = mixed_similarity(query, candidates, V2_TEXT_WEIGHT)
        # A missing photograph is NaN here, and NaN is never below the limit.
        dissimilar: Bools = terms["image_image"] < V2_LEAST_IMAGE_SIMILARITY
        differs = _category_differs(query, candidates)
        score = np.where(differs, V2_CATEGORY_DIFFERS_SCORE, terms["combined"])
        score = np.where(dissimilar, V2_IMAGE_DISSIMILAR_SCORE, score)
        return Scores(
            post_ids=candidates.post_ids,
            score=score,
            terms=terms,
            exclusions={
                **exclusions.apply_exclusion_rules(query, candidates, context),
                IMAGE_DISSIMILAR: dissimilar,
                CATEGORY_DIFFERS: differs,
            },
        )


def mixed_similarity(
    query: PostFeatures, candidates: Candidates, text_weight: float
) -> dict[str, Floats]:
    """The channels' similarities, and `combined`: the cosine of the mixed vectors.

    `text_image` compares the lost post's text with the found post's photograph, whichever of
    them is the query; `image_text` is the other way round; NaN where a channel is absent.

    The mixed vectors are never built: their inner products follow from those of the channels.

    Shape: each term (n,)
    Range: -1 to 1
    """
    text_vecs, image_vecs = candidates.text_vecs, candidates.image_vecs
    if not text_vecs.shape[1]:  # no candidate has a vector, so their length is unknown
        text_vecs = image_vecs = _absent(len(candidates), _dim(query))
    text_vec = _unit_or_absent(query.text_vec, text_vecs.shape[1])
    cover_vec = _unit_or_absent(query.cover_vec, text_vecs.shape[1])
    text_text = _similarity(dots(text_vec, text_vecs))
    image_image = _similarity(dots(cover_vec, image_vecs))
    own_text = _similarity(dots(text_vec, image_vecs))
    own_image = _similarity(dots(cover_vec, text_vecs))

    query_text, query_image = _weights(cover_vec[None, :], text_weight)
    their_text, their_image = _weights(image_vecs, text_weight)
    inner = (
        query_text * their_text * np.nan_to_num(text_text)
        + query_image * their_image * np.nan_to_num(image_image)
        + query_text * their_image * np.nan_to_num(own_text)
        + query_image * their_text * np.nan_to_num(own_image)
    )
    lengths = _mixed_lengths(text_vec[None, :], cover_vec[None, :], text_weight) * _mixed_lengths(
        text_vecs, image_vecs, text_weight
    )
    combined = np.clip(inner / np.where(lengths == 0.0, 1.0, lengths), -1.0, 1.0)
    query_is_lost = query.kind == "lost"
    return {
        "text_text": text_text,
        "image_image": image_image,
        "text_image": own_text if query_is_lost else own_image,
        "image_text": own_image if query_is_lost else own_text,
        "combined": combined,
    }


def _weights(image_vecs: Vec, text_weight: float) -> tuple[Floats, Floats]:
    has_image = ~np.isnan(image_vecs[:, 0])
    text = np.where(has_image, text_weight, 1.0)
    return text, np.where(has_image, 1.0 - text_weight, 0.0)


def _mixed_lengths(text_vecs: Vec, image_vecs: Vec, text_weight: float) -> Floats:
    """Length of the mix of each row's text and image. Shape: (n, dim), (n, dim) -> (n,)"""
    text, image = _weights(image_vecs, text_weight)
    squared = (
        text**2 * np.nan_to_num(row_dots(text_vecs, text_vecs)).astype(np.float64)
        + image**2 * np.nan_to_num(row_dots(image_vecs, image_vecs)).astype(np.float64)
        + 2.0 * text * image * np.nan_to_num(row_dots(text_vecs, image_vecs)).astype(np.float64)
    )
    return np.sqrt(np.maximum(squared, 0.0))


def _similarity(products: Vec) -> Floats:
    return np.clip(products.astype(np.float64), -1.0, 1.0)


def _unit_or_absent(vec: Vec | None, dim: int) -> Vec:
    return _absent(1, dim)[0] if vec is None else unit(vec)


def _absent(n: int, dim: int) -> Vec:
    return np.full((n, dim), np.nan, dtype=np.float32)


def _dim(query: PostFeatures) -> int:
    for vec in (query.text_vec, query.cover_vec):
        if vec is not None:
            return int(vec.shape[0])
    return 1


def _category_differs(query: PostFeatures, candidates: Candidates) -> Bools:
    if not query.category:
        return np.zeros(len(candidates), dtype=np.bool_)
    named = candidates.categories != MISSING
    return np.asarray(named & (candidates.categories != query.category), dtype=np.bool_)
