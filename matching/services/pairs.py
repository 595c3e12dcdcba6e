"""Writes the pairs of a scored post in one transaction.

Locks are taken as everywhere: posts in the order of their keys, then the outbox row, then pairs.
Whatever adds a pair must hold the locks of both of its posts.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lostfound.models import Post
from matching.conf import matching_settings
from matching.core.types import Score, Scores
from matching.models import Match, MatchingJob, PossibleDuplicate
from matching.scoring.score_post import ScoredPost, SearchResult
from matching.services.alerts import alert_losers
from matching.services.duplicates import likely_duplicates, write_duplicates
from matching.services.outbox import UNDECIDED, Claim
from matching.services.pair_status import ScoredPair, is_news, next_status
from matching.services.sampling import sample_candidates

WRITTEN_FIELDS: Final = (
    *("status", "strategy", "fingerprint", "profile", "score", "rank", "sampling_probability"),
    *("terms", "exclusions", "evidence_hash", "created_at", "created_on", "scored_at"),
    *("decided_at", "decided_by", "set_aside_by"),
)


@transaction.atomic
def write_pairs(job: Claim, scored: ScoredPost) -> None:
    """Update the pairs and possible duplicates of a post according to its scores.

    Raises:
        ClaimLost: nothing was written.
    """
    post, result, duplicates = scored.query.post, scored.result, scored.duplicates
    top_k = matching_settings().top_k
    listed = _listed(result, top_k)
    sampled = sample_candidates(result, scored.pairs)
    marked = likely_duplicates(duplicates, top_k)
    before = {match.other_id(post) for match in scored.pairs}
    is_open = _lock(post, {post.pk, *listed, *sampled, *marked, *before})
    job.finish(
        fingerprint=scored.query.fingerprint,
        strategy=result.strategy.name,
        profile_version=scored.query.profile_version,
    )
    unchanged = _unchanged(is_open, scored)
    if duplicates is not None:
        write_duplicates(
            duplicates,
            marked=marked,
            unchanged={pk for pk in unchanged if pk in duplicates.candidate_hashes},
            fingerprint=scored.query.fingerprint,
        )
    pairs = Match.objects.of_post(post).select_for_update().order_by("pk")
    existing = {match.other_id(post): match for match in pairs}
    new, moved, news = _settled(result, existing, listed, sampled, unchanged)
    for other_id, match in existing.items():
        # A pair added since then is left to the task that added it: it saw this post as it is now.
        if not is_open.get(other_id, True) and match.status in UNDECIDED:
            match.status = Match.Status.WITHDRAWN
            moved.append(match)
    Match.objects.bulk_update(moved, WRITTEN_FIELDS)
    Match.objects.bulk_create(new)
    alert_losers(news)


def _settled(
    result: SearchResult,
    existing: Mapping[int, Match],
    listed: Mapping[int, Score],
    sampled: Mapping[int, float],
    unchanged: set[int],
) -> tuple[list[Match], list[Match], list[Match]]:
    """New pairs, pairs whose status changes, and those of both that are new to staff."""
    post, ranks, profile_version = (
        result.query.post,
        result.scores.ranks,
        result.query.profile_version,
    )
    rows = {int(pk): row for row, pk in enumerate(result.scores.post_ids)}
    other_ids = sorted(unchanged & rows.keys() & {*existing, *listed, *sampled})
    evidence = result.pair_evidence_of(other_ids)
    new, moved, news = [], [], []
    for other_id in other_ids:
        match = existing.get(other_id)
        score = listed.get(other_id) or result.scores.at(rows[other_id])
        pair = ScoredPair(
            score=score,
            evidence_hash=evidence[other_id],
            reaches=score.score >= result.threshold,
            is_listed=other_id in listed,
            is_sampled=other_id in sampled,
        )
        status = next_status(match, pair)
        if status is None:
            continue
        before = match.status if match else None
        if match is None:
            match = Match.between(post, other_id)
            new.append(match)
        else:
            moved.append(match)
        if status == Match.Status.SAMPLED and before != Match.Status.SAMPLED:
            match.sampling_probability = sampled[other_id]
        elif status == Match.Status.SUGGESTED:
            match.sampling_probability = None
        match.rank = int(ranks[rows[other_id]])
        _fill(match, status, pair, result, profile_version)
        if is_news(before, status):
            match.created_at = match.scored_at
            match.created_on = timezone.localdate(match.scored_at)
            news.append(match)
    return new, moved, news


def _listed(result: SearchResult, top_k: int) -> dict[int, Score]:
    """The best candidates, and those that only an exclusion rule removes, with the reason."""
    best = result.scores.top(top_k, threshold=result.threshold)
    excluded = _excluded(result.scores, top_k, result.threshold)
    return {score.post_id: score for score in (*best, *excluded)}


def _excluded(scores: Scores, top_k: int, threshold: float) -> list[Score]:
    rows = np.flatnonzero(scores.excluded & (scores.score >= threshold))
    best_first = np.lexsort((scores.post_ids[rows], -scores.score[rows]))
    return [scores.at(int(row)) for row in rows[best_first[:top_k]]]


def _lock(post: Post, post_ids: set[int]) -> dict[int, bool]:
    """Lock these posts and the possible duplicates; returns which of them are open."""
    duplicates = PossibleDuplicate.objects.all()
    either = Q(pk__in=post_ids)
    either |= Q(pk__in=duplicates.filter(first=post.pk).values("second"))
    either |= Q(pk__in=duplicates.filter(second=post.pk).values("first"))
    locked = Post.objects.select_for_update().filter(either).order_by("pk")
    return {pk: status == Post.Status.OPEN for pk, status in locked.values_list("pk", "status")}


def _unchanged(is_open: Mapping[int, bool], scored: ScoredPost) -> set[int]:
    """Open candidates whose content has not changed since the search read it.

    The task of a changed candidate stored its new content before searching, so it finds this post;
    the pair is left to that task.
    """
    open_ids = {pk for pk, open_now in is_open.items() if open_now} - {scored.query.post.pk}
    jobs = MatchingJob.objects.filter(post__in=open_ids).values_list("post_id", "content_hash")
    return {pk for pk, digest in jobs if digest == scored.seen_hash(pk)}


def _fill(
    match: Match, status: str, pair: ScoredPair, result: SearchResult, profile_version: int | None
) -> None:
    match.status = status
    match.strategy = result.strategy.name
    match.fingerprint = result.query.fingerprint
    match.profile_id = profile_version
    match.score = pair.score.score
    match.terms = pair.score.terms
    match.exclusions = list(pair.score.exclusions)
    match.evidence_hash = pair.evidence_hash
    match.scored_at = timezone.now()
    match.decided_at = match.decided_by = match.set_aside_by = None
