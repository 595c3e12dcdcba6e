"""Matching one post: claim it, embed what is new, score it, write its matches, all or nothing."""

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lostfound.infra.queue import TaskTimedOut
from lostfound.media.storage import StorageAway
from lostfound.models import Post
from matching.conf import matching_settings
from matching.core.registry import needs_profile
from matching.core.types import Score, Scores
from matching.encoders.base import EncoderUnavailable, current_fingerprint
from matching.index import IndexUnavailable
from matching.models import Match, MatchingJob
from matching.scoring.content import content_of
from matching.scoring.score_post import (
    DuplicateSearch,
    SearchResult,
    search_candidates,
    search_duplicates,
)
from matching.services.alerts import alert_losers
from matching.services.duplicates import duplicates_of, likely_duplicates, write_duplicates
from matching.services.embedding import embed_post
from matching.services.heartbeat import note_encoder
from matching.services.outbox import (
    UNDECIDED,
    Claim,
    ClaimLost,
    claim_post,
    drop_claim,
    fail_claim,
    finish_claim,
    postpone_claim,
)
from matching.services.pair_status import ScoredPair, is_news, next_status
from matching.services.profiles import ensure_profile
from matching.services.sampling import sample_candidates

logger = logging.getLogger(__name__)

WRITTEN_FIELDS = (
    *("status", "strategy", "fingerprint", "profile", "score", "rank", "sampling_probability"),
    *("terms", "exclusions", "evidence_hash", "created_at", "created_on", "scored_at"),
    *("decided_at", "decided_by", "set_aside_by"),
)


def match_post(post_id: int) -> str:
    """Embed and match a waiting post; returns in a word what came of it.

    May be called twice, for a post that is gone, and at the same time as for another post. What
    goes wrong is kept on the outbox row, where the attempts are counted; the queue never retries.
    """
    claim = claim_post(post_id)
    if claim is None:
        return "not waiting"
    try:
        return _match(claim)
    except ClaimLost:
        # Its new content is waiting in the outbox already.
        return "changed meanwhile"
    except EncoderUnavailable as error:
        note_encoder(str(error))
        return _ended(postpone_claim, claim, str(error), "encoder unavailable")
    except IndexUnavailable as error:
        note_encoder(str(error))
        return _ended(postpone_claim, claim, str(error), "index unavailable")
    except StorageAway as error:
        logger.warning("Post %s waits for its photographs: %s", post_id, error)
        return _ended(postpone_claim, claim, str(error), "photographs unavailable")
    except TaskTimedOut as error:
        # The queue ends this process on it.
        _ended(fail_claim, claim, _line(error), "timed out")
        raise
    except Exception as error:
        logger.exception("Matching post %s went wrong", post_id)
        return _ended(fail_claim, claim, _line(error), "went wrong")


def _match(claim: Claim) -> str:
    post = (
        Post.objects.select_related("category__family", "building__zone")
        .prefetch_related("photos")
        .filter(pk=claim.post_id)
        .first()
    )
    if post is None:
        return "gone"
    if not post.is_open:
        drop_claim(claim)
        return "not open"
    fingerprint = current_fingerprint()
    content = content_of(post)
    vectors = embed_post(post, content, claim, fingerprint)
    profile = ensure_profile(fingerprint) if needs_profile(matching_settings().strategy) else None
    result = search_candidates(
        post,
        vectors.text_vec,
        vectors.image_vecs,
        content_hash=content.content_hash,
        fingerprint=fingerprint,
        tokens=content.tokens,
        profile=profile,
    )
    duplicates = None
    if profile is not None:
        duplicates = search_duplicates(
            post,
            vectors.text_vec,
            vectors.image_vecs,
            content_hash=content.content_hash,
            fingerprint=fingerprint,
            tokens=content.tokens,
            profile=profile,
        )
    write_matches(claim, result, fingerprint, duplicates)
    return "matched"


@transaction.atomic
def write_matches(
    claim: Claim, result: SearchResult, fingerprint: str, duplicates: DuplicateSearch | None = None
) -> None:
    """Bring the pairs of a post, and its possible duplicates, to where its scores put them.

    Raises:
        ClaimLost: nothing was written.
    """
    post = result.query
    top_k = matching_settings().top_k
    # Pairs that only a gate rules out keep their reason for staff to see.
    listed = {
        score.post_id: score
        for score in (
            *result.scores.top(top_k, threshold=result.threshold),
            *_excluded(result.scores, top_k, result.threshold),
        )
    }

    before_lock = list(_pairs_of(post))
    sampled = sample_candidates(result, before_lock)
    marked = likely_duplicates(duplicates, top_k)
    involved = {post.pk, *listed, *sampled, *marked}
    for duplicate in duplicates_of(post):
        involved.update((duplicate.first_id, duplicate.second_id))
    for match in before_lock:
        involved.update((match.lost_id, match.found_id))
    # Posts first, in the order of their keys: the order in which everybody takes these locks.
    locked = Post.objects.select_for_update().filter(pk__in=involved).order_by("pk")
    open_ids = {other.pk for other in locked if other.is_open}
    finish_claim(
        claim,
        fingerprint=fingerprint,
        strategy=result.strategy.name,
        profile_version=result.profile_version,
    )
    unchanged = _unchanged(open_ids - {post.pk}, result.candidate_hashes)
    if duplicates is not None:
        same = _unchanged(open_ids - {post.pk}, duplicates.candidate_hashes)
        write_duplicates(duplicates, marked=marked, unchanged=same, fingerprint=fingerprint)
    existing = {
        _other_id(match, post): match
        for match in _pairs_of(post).select_for_update().order_by("pk")
    }
    rows = {int(pk): row for row, pk in enumerate(result.scores.post_ids)}
    ranks = result.scores.ranks

    new, moved, news = [], [], []
    for other_id in sorted(unchanged):
        match = existing.get(other_id)
        if match is None and other_id not in listed and other_id not in sampled:
            continue
        score = listed.get(other_id) or result.scores.at(rows[other_id])
        pair = ScoredPair(
            score=score,
            evidence_hash=result.pair_evidence(other_id),
            reaches=score.score >= result.threshold,
            is_listed=other_id in listed,
            is_sampled=other_id in sampled,
        )
        status = next_status(match, pair)
        if status is None:
            continue
        before = match.status if match else None
        if match is None:
            lost_id, found_id = _sides(post, other_id)
            match = Match(lost_id=lost_id, found_id=found_id)
            new.append(match)
        else:
            moved.append(match)
        if status == Match.Status.SAMPLED and before != Match.Status.SAMPLED:
            match.sampling_probability = sampled[other_id]
        elif status == Match.Status.SUGGESTED:
            match.sampling_probability = None
        match.rank = int(ranks[rows[other_id]])
        _fill(match, status, pair, result, fingerprint)
        if is_news(before, status):
            match.created_at = match.scored_at
            match.created_on = timezone.localdate(match.scored_at)
            news.append(match)
    for other_id, match in existing.items():
        # A pair that came after the first look is its writer's, who saw this post as it is now.
        if other_id in involved - open_ids and match.status in UNDECIDED:
            match.status = Match.Status.WITHDRAWN
            moved.append(match)
    Match.objects.bulk_update(moved, WRITTEN_FIELDS)
    # Everybody who adds a pair holds the locks of both its posts, so none of these is there yet.
    Match.objects.bulk_create(new)
    alert_losers(news)


def _excluded(scores: Scores, top_k: int, threshold: float) -> list[Score]:
    rows = np.flatnonzero(scores.excluded & (scores.score >= threshold))
    best_first = np.lexsort((scores.post_ids[rows], -scores.score[rows]))
    return [scores.at(int(row)) for row in rows[best_first[:top_k]]]


def _pairs_of(post: Post) -> Any:
    return Match.objects.filter(Q(lost=post.pk) | Q(found=post.pk))


def _unchanged(open_ids: set[int], seen: Mapping[int, str]) -> set[int]:
    """Open candidates whose content is still what the search saw.

    The task of one that has changed stored its new content before it searched, and finds this
    post; the pair is left to it.
    """
    rows = MatchingJob.objects.filter(post__in=open_ids & seen.keys())
    return {pk for pk, digest in rows.values_list("post_id", "content_hash") if digest == seen[pk]}


def _fill(
    match: Match, status: str, pair: ScoredPair, result: SearchResult, fingerprint: str
) -> None:
    match.status = status
    match.strategy = result.strategy.name
    match.fingerprint = fingerprint
    match.profile_id = result.profile_version
    match.score = pair.score.score
    match.terms = pair.score.terms
    match.exclusions = list(pair.score.exclusions)
    match.evidence_hash = pair.evidence_hash
    match.scored_at = timezone.now()
    match.decided_at = match.decided_by = match.set_aside_by = None


def _other_id(match: Match, post: Post) -> int:
    return match.found_id if match.lost_id == post.pk else match.lost_id


def _sides(post: Post, other_id: int) -> tuple[int, int]:
    return (post.pk, other_id) if post.kind == Post.Kind.LOST else (other_id, post.pk)


def _ended(end: Any, claim: Claim, why: str, outcome: str) -> str:
    try:
        end(claim, why)
    except ClaimLost:
        return "changed meanwhile"
    return outcome


def _line(error: BaseException) -> str:
    """The error as staff read it: its type and what it says."""
    return f"{type(error).__name__}: {error}".strip()
