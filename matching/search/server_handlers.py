"""Requests to the search process: embed a photograph, or find posts that resemble a query."""

import base64
import io
import threading
from typing import Any, Final

import numpy as np
from PIL import Image

from lostfound.text.brands import brand_in
from lostfound.text.colours import colour_in
from matching.conf import matching_settings
from matching.core.explanation import reasons, spoken_bits, waterfall
from matching.core.filters import SearchFilters
from matching.core.profile import ScoringProfile
from matching.core.registry import get_strategy, needs_profile
from matching.core.types import PostFeatures, Score
from matching.core.vectors import Vec, known, means_of_known
from matching.core.weights import EvidenceWeights
from matching.encoders.base import current_fingerprint, get_encoder, get_text_encoder
from matching.scoring.score_post import score_things, search_things, second_encoder
from matching.search.protocol import packed_vec, unpacked_vec
from matching.services.profiles import ensure_profile

MOST: Final = 500
MAX_TEXT_CHARS: Final = 1000  # more than any model reads
SETS: Final = ("categories", "families", "colours", "buildings", "zones")

# Strings without meaning to any model; the mean of those that it can read is a query without one.
NONSENSE: Final = (
    *("asdf ghjk", "qwxz", "zzxxvv", "vbnmpl", "xqjkz", "wvut srqp"),
    *("쀍뷁", "뚫쁅훍", "뿡꽭뷀", "ㄱㄴㄷㄹ"),
)
# If nonsense supports a thing too, a query must support it 32 times as much. On the demo, nonsense
# reaches at most 4.0 bits above its mean, and it counts against every thing with a description.
ABOVE_NONSENSE_BITS: Final = 5.0
STRONG_BITS: Final = 2.0  # a fourfold change of the odds is shown as a reason

ScoredPost = tuple[int, float, list[str]]  # post id, bits, reasons

_nonsense: tuple[str, Vec] | None = None
_encoding = threading.Lock()  # a tokenizer is not thread-safe


class BadQuestion(ValueError):
    """The request cannot be read."""


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The response to one request of `matching.search.client`.

    Raises: BadQuestion, EncoderUnavailable, IndexUnavailable
    """
    if not isinstance(question, dict):
        raise BadQuestion("not an object")
    action = question.get("do")
    if action == "ping":
        return {"fingerprint": current_fingerprint()}
    if action == "embed":
        return _embedded(base64.b64decode(question["photo"]))
    if action == "find":
        return {"found": _found(question)}
    raise BadQuestion(f"unknown: {action!r}")


def warm_up() -> None:
    """Load the model and read the index before the first request."""
    answer({"do": "find", "text": "우산"})


def _embedded(jpeg: bytes) -> dict[str, Any]:
    try:
        image = Image.open(io.BytesIO(jpeg), formats=("JPEG",))
    except OSError as error:
        raise BadQuestion(str(error)) from error
    with image, _encoding:
        encoder = get_encoder()
        vec = encoder.encode_images([image])[0]
    return {"fingerprint": encoder.fingerprint, "vec": packed_vec(vec)}


def _found(question: dict[str, Any]) -> list[dict[str, Any]]:
    fingerprint = current_fingerprint()
    text = str(question.get("text", ""))[:MAX_TEXT_CHARS].strip()
    text_vec = sentence_vec = None
    strategy = get_strategy(matching_settings().strategy)
    with _encoding:
        profile = ensure_profile(fingerprint) if needs_profile(strategy.name) else None
        if text:
            text_vec = known(get_encoder().encode_texts([text])[0])
            sentence_vec = _sentence_vec(text, profile)
    image_vecs = _photo_vecs(question, fingerprint, text_vec, profile)
    if text_vec is None and not len(image_vecs):
        return []
    query = PostFeatures(
        post_id=0,
        kind="lost",
        text_vec=text_vec,
        image_vecs=image_vecs,
        colour=colour_in(text) or None,
        brand=brand_in(text) or None,
        sentence_vec=sentence_vec,
    )
    best = search_things(
        query,
        _filters(question.get("filters", {})),
        fingerprint=fingerprint,
        profile=profile,
        k=min(int(question.get("most", MOST)), MOST),
    )
    if profile is None:
        # Cosines have no reasons, and every listed post counts.
        results: list[ScoredPost] = [(score.post_id, max(score.score, 0.0), []) for score in best]
    else:
        results = [_scored_post(score, profile.evidence_weights) for score in best]
        if not len(image_vecs):
            results = _without_nonsense(results, profile)
    return [
        {"id": post_id, "bits": round(bits, 2), "reasons": reasons}
        for post_id, bits, reasons in results
        if bits > 0.0
    ]


def _sentence_vec(text: str, profile: ScoringProfile | None) -> Vec | None:
    """The text's vector by the second encoder, if the site compares those."""
    encoder = get_text_encoder() if second_encoder(profile) else None
    return None if encoder is None else known(encoder.encode_texts([text])[0])


def _without_nonsense(results: list[ScoredPost], profile: ScoringProfile) -> list[ScoredPost]:
    """The results without posts that nonsense supports too, such as text unknown to the model.

    All words that mean nothing to a model have similar vectors, and so do the texts of such posts.
    """
    listed = [post_id for post_id, bits, _ in results if bits > 0.0]
    if not listed:
        return []
    vec = nonsense_vec(profile.fingerprint)
    query = PostFeatures(
        post_id=0, kind="lost", text_vec=vec, image_vecs=np.zeros((0, len(vec)), dtype=np.float32)
    )
    scores = score_things(query, listed, fingerprint=profile.fingerprint, profile=profile)
    nothing = {
        post_id: spoken_bits(score.terms, profile.evidence_weights)
        for post_id, score in scores.items()
    }
    left = [
        (post_id, bits - max(nothing.get(post_id, 0.0), 0.0), reasons)
        for post_id, bits, reasons in results
    ]
    return [one for one in left if nothing.get(one[0], 0.0) <= 0.0 or one[1] >= ABOVE_NONSENSE_BITS]


def nonsense_vec(fingerprint: str) -> Vec:
    """The vector of text that means nothing to the encoder. Shape: (dim,)"""
    global _nonsense
    with _encoding:
        if _nonsense is None or _nonsense[0] != fingerprint:
            vecs = get_encoder().encode_texts(NONSENSE)
            _nonsense = fingerprint, means_of_known(vecs, [len(NONSENSE)])[0]
        return _nonsense[1]


def _photo_vecs(
    question: dict[str, Any],
    fingerprint: str,
    text_vec: Vec | None,
    profile: ScoringProfile | None,
) -> Vec:
    """Shape: (0 or 1, dim); a photograph embedded by another encoder is ignored."""
    if question.get("vec") and question.get("fingerprint") == fingerprint:
        return unpacked_vec(question["vec"])[None, :]
    if text_vec is not None:
        return np.zeros((0, len(text_vec)), dtype=np.float32)
    return np.zeros((0, profile.dim if profile else 0), dtype=np.float32)


def _filters(stated: dict[str, Any]) -> SearchFilters:
    facts: dict[str, Any] = {
        name: frozenset(map(str, stated[name])) for name in SETS if name in stated
    }
    facts |= {name: float(stated[name]) for name in ("first_day", "last_day") if name in stated}
    return SearchFilters(**facts)


def _scored_post(score: Score, evidence_weights: EvidenceWeights) -> ScoredPost:
    """The post with its total evidence, and the terms that support it strongly."""
    bits = spoken_bits(score.terms, evidence_weights)
    if bits <= 0.0:  # will not be listed, so it needs no reasons
        return score.post_id, bits, []
    steps = waterfall(score.terms, evidence_weights, log_odds=score.log_odds)
    known = [step for step in steps if score.terms.get(step.name) is not None]
    strong = [step.name for step in reasons(known)[0] if (step.bits or 0.0) >= STRONG_BITS]
    return score.post_id, bits, strong
