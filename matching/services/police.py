"""Compares open lost posts with things at the police, by the same evidence as with found posts.

Such a thing is no post: nobody here can decide about it, and its finder gets no message. Its
probability counts the things at the police as the only candidates.
"""

import io
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from PIL import Image

from lostfound.infra.queue import enqueue, task_timeout_s
from lostfound.models import PoliceFound, PolicePhoto, Post
from matching.conf import matching_settings
from matching.core.arrays import Bools
from matching.core.competition import among
from matching.core.profile import ScoringProfile
from matching.core.registry import get_strategy, needs_profile
from matching.core.segments import Segment, joined
from matching.core.types import Score, Scores, ScoringContext
from matching.core.vectors import Vec
from matching.encoders.base import EncoderUnavailable, current_fingerprint
from matching.encoders.images import IMAGE_BATCH
from matching.index.police import police_segments
from matching.models import Modality, PoliceEmbedding, PoliceMatch
from matching.models.embedding import stored_vec
from matching.scoring.score_post import Query, query_as_stored, threshold_of
from matching.services.embedding import checked, checked_images, ready_encoder
from matching.services.profiles import ensure_profile

logger = logging.getLogger(__name__)

MATCH_TASK: Final = "matching.tasks.match_police"
POSTS_TASK: Final = "matching.tasks.match_posts_with_police"
DETAILS_TASK: Final = "lostfound.tasks.fetch_police"
BATCH: Final = 32  # texts
ROWS_AT_ONCE: Final = 512  # things that are read for batches
SHOWN: Final = 5  # of one post
POSTS_AT_ONCE: Final = 100  # posts that one task compares: about 20 s with 50,000 things
TASK_SHARE: Final = 0.5  # of a task's time limit


def request_police_matching() -> None:
    """Have the worker embed what is new at the police, and compare lost posts with it."""
    enqueue(MATCH_TASK)


def continue_police_matching() -> bool:
    """Embed for a while; once all is embedded, compare. Returns whether that was the end.

    Raises nothing for a missing encoder: the next run tries again.
    """
    until_s = time.monotonic() + TASK_SHARE * task_timeout_s()
    try:
        if not embed_police(until_s=until_s):
            enqueue(MATCH_TASK)
            return False
    except EncoderUnavailable as error:
        logger.warning("Things at the police are not embedded: %s", error)
        return True
    ids = list(Post.objects.lost().open().order_by("-pk").values_list("pk", flat=True))
    match_police(ids[:POSTS_AT_ONCE])
    for start in range(POSTS_AT_ONCE, len(ids), POSTS_AT_ONCE):  # each within a task's time
        enqueue(POSTS_TASK, ids[start : start + POSTS_AT_ONCE])
    if settings.POLICE_API_KEY:
        enqueue(DETAILS_TASK)  # what is likely now has a telephone number in its detail
    return True


def embed_police(*, until_s: float = float("inf")) -> bool:
    """Embed the words of things that lack a vector; returns whether none is left.

    Args:
        until_s: when to stop, by `time.monotonic`.

    Raises: EncoderUnavailable
    """
    fingerprint = current_fingerprint()
    PoliceEmbedding.objects.exclude(fingerprint=fingerprint).delete()
    texts = PoliceEmbedding.objects.filter(modality=Modality.TEXT)
    texts.exclude(content_hash=F("found__content_hash")).delete()
    images = PoliceEmbedding.objects.filter(modality=Modality.IMAGE)
    images.exclude(content_hash=F("found__photo__content_hash")).delete()
    while rows := list(_without_vector(fingerprint)[:ROWS_AT_ONCE]):
        for start in range(0, len(rows), BATCH):
            if time.monotonic() > until_s:
                return False
            _embed(rows[start : start + BATCH], fingerprint)
    while photos := list(_photos_without_vector(fingerprint)[:IMAGE_BATCH]):
        if time.monotonic() > until_s:
            return False
        _embed_photos(photos, fingerprint)
    return True


def _without_vector(fingerprint: str) -> QuerySet[PoliceFound]:
    texts = PoliceEmbedding.objects.filter(fingerprint=fingerprint, modality=Modality.TEXT)
    has_one = texts.values("found")
    return PoliceFound.objects.there().exclude(pk__in=has_one).order_by("-pk")


def _embed(rows: Sequence[PoliceFound], fingerprint: str) -> None:
    encoder = ready_encoder(fingerprint)
    vecs = checked(encoder, encoder.encode_texts([row.text for row in rows]), len(rows))
    _store(Modality.TEXT, [(row.pk, row.content_hash) for row in rows], vecs, fingerprint)


def _photos_without_vector(fingerprint: str) -> QuerySet[PolicePhoto]:
    images = PoliceEmbedding.objects.filter(fingerprint=fingerprint, modality=Modality.IMAGE)
    return PolicePhoto.objects.exclude(found__in=images.values("found")).order_by("-pk")


def _embed_photos(photos: Sequence[PolicePhoto], fingerprint: str) -> None:
    encoder = ready_encoder(fingerprint)
    opened = [Image.open(io.BytesIO(bytes(photo.jpeg))) for photo in photos]
    vecs = checked_images(encoder, encoder.encode_images(opened), len(photos))
    of = [(photo.found_id, photo.content_hash) for photo in photos]
    _store(Modality.IMAGE, of, vecs, fingerprint)


def _store(
    modality: Modality, contents: Sequence[tuple[int, str]], vecs: Vec, fingerprint: str
) -> None:
    """Store the vectors of these contents: each the key of a thing, and a hash."""
    PoliceEmbedding.objects.bulk_create(
        [
            PoliceEmbedding(
                found_id=pk,
                modality=modality,
                content_hash=digest,
                fingerprint=fingerprint,
                dim=len(vec),
                data=stored_vec(vec),
            )
            for (pk, digest), vec in zip(contents, vecs, strict=True)
        ],
        ignore_conflicts=True,  # another task was faster
    )


def match_police(post_ids: Iterable[int]) -> int:
    """Compare these posts, if they are lost and open; returns how many were compared."""
    if not PoliceEmbedding.objects.exists():
        return 0
    fingerprint = current_fingerprint()
    strategy = get_strategy(matching_settings().strategy)
    profile = ensure_profile(fingerprint) if needs_profile(strategy.name) else None
    compared = 0
    posts = Post.objects.lost().open().filter(pk__in=list(post_ids))
    for post in posts.select_related("category__family", "building__zone"):
        query = query_as_stored(post, fingerprint, profile)
        if query is not None:
            _replace_matches(query, best_at_police(query), strategy.name)
            compared += 1
    return compared


def best_at_police(query: Query) -> list[Score]:
    """The things at the police that a lost post may be about, best first."""
    dim = query.features.image_vecs.shape[1]
    segments = police_segments(query.fingerprint, dim)
    if not segments:
        return []
    strategy = get_strategy(matching_settings().strategy)
    current = matching_settings()
    context = ScoringContext(
        profile=query.profile, max_found_before_lost_days=current.max_found_before_lost_days
    )
    parts = [strategy.score(query.features, one.candidates, context) for one in segments]
    scores = _of_the_police(joined(parts), segments, query)
    return among(scores).top(SHOWN, threshold=threshold_of(strategy))


def _of_the_police(scores: Scores, segments: Sequence[Segment], query: Query) -> Scores:
    """The scores with a prior of this list instead of the site's.

    A share of all losses is at the police as it is at the office, and each thing that was found
    late enough is equally likely to be it.
    """
    if scores.log_odds is None or query.profile is None:
        return scores
    share = share_of(query.profile)
    eligible = max(int(_late_enough(segments, query).sum()), 1)
    prior = float(np.log(share / (1.0 - share)) - np.log(eligible))
    log_odds = scores.log_odds - scores.terms["prior"] + prior
    terms = scores.terms | {"prior": np.full(len(scores), prior)}
    return replace(scores, log_odds=log_odds, terms=terms)


def share_of(profile: ScoringProfile) -> float:
    """The share of losses that are found at all. Range: 0 to 1, exclusive"""
    return float(profile.loss_patterns.match_share)


def _late_enough(segments: Sequence[Segment], query: Query) -> Bools:
    days = np.concatenate([segment.candidates.days for segment in segments])
    if query.features.day is None:
        return np.ones(len(days), dtype=np.bool_)
    slack = matching_settings().max_found_before_lost_days
    return np.asarray(days >= query.features.day - slack)


@transaction.atomic
def _replace_matches(query: Query, best: Sequence[Score], strategy: str) -> None:
    Post.objects.select_for_update().filter(pk=query.post.pk).values_list("pk").first()
    # What the process holds may have left the list since it was read.
    listed = PoliceFound.objects.there().filter(pk__in=[score.post_id for score in best])
    there = set(listed.values_list("pk", flat=True))
    PoliceMatch.objects.filter(lost=query.post).exclude(found__in=there).delete()
    PoliceMatch.objects.bulk_create(
        [
            PoliceMatch(
                lost=query.post,
                found_id=score.post_id,
                score=score.score,
                terms=score.terms,
                strategy=strategy,
                fingerprint=query.fingerprint,
            )
            for score in best
            if score.post_id in there
        ],
        update_conflicts=True,
        unique_fields=["lost", "found"],
        update_fields=["score", "terms", "strategy", "fingerprint"],
    )


def likeliest_at_police(most: int) -> list[int]:
    """Keys of the things that most probably are what an open post has lost."""
    rows = PoliceMatch.objects.filter(Q(found__gone_at=None), lost__status=Post.Status.OPEN)
    ids = rows.order_by("-score").values_list("found", flat=True)[: 2 * most]
    return list(dict.fromkeys(ids))[:most]
