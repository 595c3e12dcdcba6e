"""Builds the site's scoring profile from open posts, and stores each version."""

import hashlib
import logging
import threading
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db import transaction
from django.utils import timezone

from matching.conf import matching_settings
from matching.core.adaptation import adapt
from matching.core.profile import ProfileUnreadable, ScoringProfile
from matching.core.registry import needs_profile
from matching.core.statistics import CategorySet, build_profile
from matching.core.vectors import means_of_known
from matching.encoders.base import (
    EncoderUnavailable,
    current_fingerprint,
    current_text_fingerprint,
    get_encoder,
    known_text_fingerprint,
)
from matching.encoders.prompts import CategoryPrompts, category_prompts, prompts_hash
from matching.index import get_index
from matching.models import Embedding, StoredProfile

logger = logging.getLogger(__name__)

GROWN_BY: Final = 0.2  # share of vectors added or removed that justifies a rebuild
LEAST_GROWTH: Final = 10  # vectors
# A small site is rebuilt immediately, because each post changes its statistics noticeably; a large
# one in a separate task, and not after every post.
SMALL_SITE: Final = 1000  # vectors
LEAST_AGE: Final = timedelta(minutes=10)

_lock = threading.Lock()
_held: tuple[tuple[int, str, datetime], ScoringProfile] | None = None


def current_version(fingerprint: str) -> int | None:
    """Version of the current profile for an encoder; None if there is none yet."""
    rows = StoredProfile.objects.filter(fingerprint=fingerprint, is_current=True)
    return rows.values_list("pk", flat=True).first()


def current_profile(fingerprint: str) -> ScoringProfile | None:
    """The current profile for an encoder, in one small query unless the version is new.

    None as well if it is in the format of an older release.
    """
    global _held
    rows = StoredProfile.objects.filter(fingerprint=fingerprint, is_current=True)
    # A version number alone may repeat: after a rollback, or in a restored database.
    key = rows.values_list("pk", "fingerprint", "created_at").first()
    if key is None:
        return None
    with _lock:
        if _held is None or _held[0] != key:
            profile = _readable(StoredProfile.objects.get(pk=key[0]))
            if profile is None:
                return None
            _held = key, profile
        return _held[1]


def ensure_profile(fingerprint: str) -> ScoringProfile:
    """The current profile; built first if there is none.

    Raises: EncoderUnavailable
    """
    return current_profile(fingerprint) or build_scoring_profile().profile


def rebuild_if_grown() -> bool:
    """Build a new version if a small site has grown; returns whether it did.

    Called after each post, so that the next one benefits from it.
    """
    if not needs_profile(matching_settings().strategy):
        return False
    try:
        fingerprint = current_fingerprint()
    except EncoderUnavailable:
        return False
    profile = current_profile(fingerprint)
    if profile is None:
        return False
    before = profile.built_from.get("vectors", 0)
    if before >= SMALL_SITE or not _has_grown(before, fingerprint):
        return False
    return build_if_available() is not None


def build_if_available() -> StoredProfile | None:
    """As `build_scoring_profile`; None without a model: posts wait for it too, and say so."""
    try:
        return build_scoring_profile()
    except EncoderUnavailable:
        return None


def build_scoring_profile() -> StoredProfile:
    """Build a new version from the open posts and activate it; open pairs are scored again.

    Learnt weights are carried over from the previous version, unless it is in an older format:
    they weigh terms that meant something else.

    Raises: EncoderUnavailable
    """
    fingerprint = current_fingerprint()
    before = StoredProfile.objects.filter(fingerprint=fingerprint, is_current=True).first()
    known = _readable(before) if before is not None else None
    prompts = category_prompts()
    second = current_text_fingerprint()
    digest = _digest(prompts, second)
    is_same = before is not None and before.prompts_hash == digest
    categories = _category_set(prompts, known if is_same else None)
    dim = categories.prompt_vecs.shape[1]
    lost, found = (
        get_index().everything(kind, fingerprint, dim).candidates() for kind in ("lost", "found")
    )
    cold = build_profile(
        lost, found, categories, fingerprint=fingerprint, sentence_fingerprint=second
    )
    built = adapt(cold, lost, found)
    if before is not None and known is not None:
        built = built.with_(evidence_weights=before.evidence_weights)
    built = built.with_(built_from={**built.built_from, "vectors": _vector_count(fingerprint)})
    stored = store_profile(built, StoredProfile.Origin.BUILT, prompts_digest=digest)
    logger.info("Built scoring profile %s from %s", stored.pk, built.built_from)
    return stored


@transaction.atomic
def store_profile(
    profile: ScoringProfile,
    origin: str,
    *,
    prompts_digest: str,
    report: dict[str, object] | None = None,
) -> StoredProfile:
    """Add a version and make it the current one."""
    current = StoredProfile.objects.select_for_update().filter(
        fingerprint=profile.fingerprint, is_current=True
    )
    current.update(is_current=False)
    return StoredProfile.objects.create(
        fingerprint=profile.fingerprint,
        origin=origin,
        is_current=True,
        prompts_hash=prompts_digest,
        weights=profile.evidence_weights.as_json(),
        built_from=profile.built_from,
        report=report or {},
        data=profile.to_bytes(),
    )


def profile_is_due(fingerprint: str) -> bool:
    """Whether the posts, the taxonomy or the second text encoder call for a new version."""
    stored = (
        StoredProfile.objects.filter(fingerprint=fingerprint, is_current=True).defer("data").first()
    )
    if stored is None:
        return Embedding.objects.filter(fingerprint=fingerprint).exists()
    try:
        second = current_text_fingerprint()
    except EncoderUnavailable:
        return False  # posts wait for it, and so does the profile
    if stored.prompts_hash != _digest(category_prompts(), second):
        return True
    before = int(stored.built_from.get("vectors", 0))
    is_fresh = timezone.now() - stored.created_at < LEAST_AGE
    return not (is_fresh and before >= SMALL_SITE) and _has_grown(before, fingerprint)


def _readable(stored: StoredProfile) -> ScoringProfile | None:
    """A stored profile; None if it is in the format of an older release."""
    try:
        return stored.profile
    except ProfileUnreadable as error:
        logger.info("Scoring profile %s will be built anew: %s", stored.pk, error)
        return None


def _has_grown(before: int, fingerprint: str) -> bool:
    changed = abs(_vector_count(fingerprint) - before)
    return changed >= max(LEAST_GROWTH, GROWN_BY * before)


def _vector_count(fingerprint: str) -> int:
    fingerprints = {fingerprint, known_text_fingerprint() or fingerprint}
    return Embedding.objects.filter(fingerprint__in=fingerprints).count()


def _digest(prompts: list[CategoryPrompts], second: str) -> str:
    """Changes with the taxonomy and the second text encoder."""
    digest = prompts_hash(prompts)
    return hashlib.sha256(f"{digest} {second}".encode()).hexdigest() if second else digest


def _category_set(prompts: list[CategoryPrompts], known: ScoringProfile | None) -> CategorySet:
    """Prompt vectors by category; those of a profile with the same prompts, or embedded anew."""
    codes = np.array([one.code for one in prompts], dtype=np.str_)
    families = np.array([one.family for one in prompts], dtype=np.str_)
    if known is not None:
        return CategorySet(codes, families, known.prompt_vecs)
    encoder = get_encoder()
    vecs = encoder.encode_texts([text for one in prompts for text in one.texts])
    return CategorySet(codes, families, means_of_known(vecs, [len(one.texts) for one in prompts]))
