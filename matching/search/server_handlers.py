"""What the finder answers: a photograph's vector, and found posts that resemble a query."""

import base64
import io
import threading
from typing import Any, Final

import numpy as np
from PIL import Image

from matching.conf import matching_settings
from matching.core.explanation import reasons, spoken_bits, waterfall
from matching.core.filters import SearchFilters
from matching.core.profile import ScoringProfile
from matching.core.registry import get_strategy, needs_profile
from matching.core.types import PostFeatures, Score
from matching.core.vectors import Vec, unit
from matching.core.weights import EvidenceWeights
from matching.encoders.base import current_fingerprint, get_encoder
from matching.scoring.score_post import score_things, search_things
from matching.search.protocol import packed_vec, unpacked_vec
from matching.services.profiles import ensure_profile

MOST: Final = 500
MAX_TEXT_CHARS: Final = 1000  # more words than a model reads
SETS: Final = ("categories", "families", "colours", "buildings", "zones")

# What no model knows; the middle of them is a query that means nothing.
NONSENSE: Final = (
    *("asdf ghjk", "qwxz", "zzxxvv", "vbnmpl", "xqjkz", "wvut srqp"),
    *("쀍뷁", "뚫쁅훍", "뿡꽭뷀", "ㄱㄴㄷㄹ"),
)
# Where nonsense speaks for a thing too, words must do so 32 times as much. On the demo, the best
# that nonsense does is 4.0 bits above its middle; it speaks against every thing that is described.
ABOVE_NONSENSE_BITS: Final = 5.0
STRONG_BITS: Final = 2.0  # what changes the odds fourfold is said to people as a reason

Told = tuple[int, float, list[str]]  # key of a post, bits, reasons

_nonsense: tuple[str, Vec] | None = None
_encoding = threading.Lock()  # a tokenizer takes one caller at a time


class BadQuestion(ValueError):
    """The finder cannot read what it was asked."""


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to one question, as `matching.search.client` reads it.

    Raises: BadQuestion, EncoderUnavailable, IndexUnavailable
    """
    if not isinstance(question, dict):
        raise BadQuestion("no object")
    asked = question.get("do")
    if asked == "ping":
        return {"fingerprint": current_fingerprint()}
    if asked == "embed":
        return _embedded(base64.b64decode(question["photo"]))
    if asked == "find":
        return {"found": _found(question)}
    raise BadQuestion(f"unknown: {asked!r}")


def warm_up() -> None:
    """Load the model and read the index before anybody asks."""
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
    text_vec = None
    strategy = get_strategy(matching_settings().strategy)
    with _encoding:
        profile = ensure_profile(fingerprint) if needs_profile(strategy.name) else None
        if text:
            text_vec = get_encoder().encode_texts([text])[0]
    image_vecs = _photo_vecs(question, fingerprint, text_vec, profile)
    if text_vec is None and not len(image_vecs):
        return []
    query = PostFeatures(post_id=0, kind="lost", text_vec=text_vec, image_vecs=image_vecs)
    best = search_things(
        query,
        _filters(question.get("filters", {})),
        fingerprint=fingerprint,
        profile=profile,
        k=min(int(question.get("most", MOST)), MOST),
    )
    if profile is None:
        # Cosines have no reasons, and all that were listed count.
        told: list[Told] = [(score.post_id, max(score.score, 0.0), []) for score in best]
    else:
        told = [_told(score, profile.evidence_weights) for score in best]
        if not len(image_vecs):
            told = _meant(told, profile)
    return [
        {"id": post_id, "bits": round(bits, 2), "reasons": reasons}
        for post_id, bits, reasons in told
        if bits > 0.0
    ]


def _meant(told: list[Told], profile: ScoringProfile) -> list[Told]:
    """Without what nonsense speaks for as well, such as a thing whose words the model cannot read.

    Any words that mean nothing to a model lie near each other, and near such things.
    """
    listed = [post_id for post_id, bits, _ in told if bits > 0.0]
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
        for post_id, bits, reasons in told
    ]
    return [one for one in left if nothing.get(one[0], 0.0) <= 0.0 or one[1] >= ABOVE_NONSENSE_BITS]


def nonsense_vec(fingerprint: str) -> Vec:
    """Where the encoder puts what means nothing to it. Shape: (dim,)"""
    global _nonsense
    with _encoding:
        if _nonsense is None or _nonsense[0] != fingerprint:
            _nonsense = fingerprint, unit(get_encoder().encode_texts(NONSENSE).mean(axis=0))
        return _nonsense[1]


def _photo_vecs(
    question: dict[str, Any],
    fingerprint: str,
    text_vec: Vec | None,
    profile: ScoringProfile | None,
) -> Vec:
    """Shape: (0 or 1, dim); a photograph that another encoder has seen counts as none."""
    if question.get("vec") and question.get("fingerprint") == fingerprint:
        return unpacked_vec(question["vec"])[None, :]
    if text_vec is not None:
        return np.zeros((0, len(text_vec)), dtype=np.float32)
    return np.zeros((0, profile.dim if profile else 0), dtype=np.float32)


def _filters(given: dict[str, Any]) -> SearchFilters:
    facts: dict[str, Any] = {
        name: frozenset(map(str, given[name])) for name in SETS if name in given
    }
    facts |= {name: float(given[name]) for name in ("first_day", "last_day") if name in given}
    return SearchFilters(**facts)


def _told(score: Score, evidence_weights: EvidenceWeights) -> Told:
    """The post with what speaks for it altogether, and the terms that do so strongly."""
    bits = spoken_bits(score.terms, evidence_weights)
    if bits <= 0.0:  # not listed, so nobody asks why
        return score.post_id, bits, []
    steps = waterfall(score.terms, evidence_weights, score.score)
    known = [step for step in steps if score.terms.get(step.name) is not None]
    strong = [step.name for step in reasons(known)[0] if (step.bits or 0.0) >= STRONG_BITS]
    return score.post_id, bits, strong
