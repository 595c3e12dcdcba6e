"""Writes the pairs of a scored post in one transaction.

Locks are taken as everywhere: posts in the order of their keys, then the outbox row, then pairs.
Whatever adds a pair must hold the locks of both of its posts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lostfound.models import Post
from matching.conf import matching_settings
from matching.core.competition import MOST_LOG_ODDS
from matching.core.types import Score
from matching.core.weights import ANSWER, OWNER_SAYS
from matching.models import Match, MatchingJob, PossibleDuplicate
from matching.scoring.score_post import ScoredPost, SearchResult
from matching.services.alerts import alert_losers
from matching.services.competition import (
    COMPETING,
    is_answered,
    locked_in_order,
    move,
    rivals_of,
    settled,
)
from matching.services.duplicates import likely_duplicates, write_duplicates
from matching.services.outbox import WITHDRAWABLE, Claim
from matching.services.pair_status import ScoredPair, is_news, next_status, reaches
from matching.services.sampling import sample_candidates

# Of a pair that is stored; weaker ones can never be suggested, and only count as a sum.
LEAST_LOG_ODDS: Final = -3.0
WRITTEN_FIELDS: Final = (
    *("status", "strategy", "fingerprint", "profile", "score", "log_odds", "rank"),
    *("sampling_probability", "terms", "exclusions", "evidence_hash"),
    *("created_at", "created_on", "scored_at"),
    *("decided_at", "decided_by", "set_aside_by"),
)


@transaction.atomic
def write_pairs(job: Claim, scored: ScoredPost) -> None:
    """Update the pairs and possible duplicates of a post according to its scores.

    Its pairs compete with those of its candidates, whose scores change with them.

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
    rest_odds = _rest_odds(result, {*listed, *sampled, *before})
    job.finish(
        fingerprint=scored.query.fingerprint,
        strategy=result.strategy.name,
        profile_version=scored.query.profile_version,
        rest_odds=rest_odds,
    )
    unchanged = _unchanged(is_open, scored)
    if duplicates is not None:
        write_duplicates(
            duplicates,
            marked=marked,
            unchanged={pk for pk in unchanged if pk in duplicates.candidate_hashes},
            fingerprint=scored.query.fingerprint,
        )
    either = Q(lost=post.pk) | Q(found=post.pk)
    if result.competes:
        # One query for all, so that rows are locked in the order of their keys.
        either |= Q(pk__in=rivals_of({*listed, *sampled, *before}).values("pk"))
    pairs = locked_in_order(Match.objects.filter(either))
    existing = {match.other_id(post): match for match in pairs if post.pk in match.post_ids}
    own = _own_pairs(result, existing, unchanged & {*existing, *listed, *sampled})
    mine = {match.pk for match, _score in own.values()}
    others = [pair for pair in pairs if pair.pk not in mine and pair.status in COMPETING]
    competing = [match for match, score in own.values() if not score.exclusions]
    scores = settled([*competing, *others], {post.pk: rest_odds}) if result.competes else {}
    new, changed, news = _moved(result, own, listed, sampled, scores)
    for other_id, match in existing.items():
        # A pair added since then is left to the task that added it: it saw this post as it is now.
        if not is_open.get(other_id, True) and match.status in WITHDRAWABLE:
            match.status = Match.Status.WITHDRAWN
            changed.append(match)
    Match.objects.bulk_update(changed, WRITTEN_FIELDS)
    Match.objects.bulk_create(new)
    alert_losers([*news, *move(others, scores)[1]])


def _own_pairs(
    result: SearchResult, existing: Mapping[int, Match], other_ids: Iterable[int]
) -> dict[int, tuple[Match, Score]]:
    """The post's pairs with new log odds, and their scores, by the other's key; none is saved."""
    scores, ranks = result.scores, result.scores.ranks
    rows = {int(pk): row for row, pk in enumerate(scores.post_ids)}
    own = {}
    for other_id in sorted(set(other_ids) & rows.keys()):
        match = existing.get(other_id) or Match.between(result.query.post, other_id)
        score = _as_answered(scores.at(rows[other_id]), getattr(match, "owner_says", None))
        match.rank = int(ranks[rows[other_id]])
        match.log_odds = None if score.exclusions else score.log_odds
        own[other_id] = match, score
    return own


def _as_answered(score: Score, answer: str | None) -> Score:
    """The score with the owner's answer as one more term."""
    if score.log_odds is None or answer is None:
        return score
    worth = OWNER_SAYS[answer]
    return replace(score, terms={**score.terms, ANSWER: worth}, log_odds=score.log_odds + worth)


def _moved(
    result: SearchResult,
    own: Mapping[int, tuple[Match, Score]],
    listed: Collection[int],
    sampled: Mapping[int, float],
    scores: Mapping[tuple[int, int], float],
) -> tuple[list[Match], list[Match], list[Match]]:
    """New pairs, pairs whose status or score changes, and those of both that are new to staff.

    Args:
        scores: beside the other pairs, by the keys of lost and found post, for those that compete.
    """
    competes, threshold = result.competes, result.threshold
    profile_version = result.query.profile_version
    evidence = result.pair_evidence_of(list(own))
    new: list[Match] = []
    changed: list[Match] = []
    news: list[Match] = []
    for other_id, (match, alone) in own.items():
        before = match.status if match.pk else None
        score = replace(alone, score=scores.get((match.lost_id, match.found_id), alone.score))
        pair = ScoredPair(
            score=score,
            evidence_hash=evidence[other_id],
            reaches=reaches(
                before if competes else None,
                score.score,
                threshold,
                is_answered=is_answered(match),
            ),
            is_listed=other_id in listed,
            is_sampled=other_id in sampled,
            competes=competes,
        )
        status = next_status(match if match.pk else None, pair)
        if status is None:
            continue
        (changed if match.pk else new).append(match)
        if status == Match.Status.SAMPLED and before != Match.Status.SAMPLED:
            match.sampling_probability = sampled.get(other_id, match.sampling_probability)
        elif status == Match.Status.SUGGESTED:
            match.sampling_probability = None
        _fill(match, status, pair, result, profile_version)
        if is_news(before, status):
            match.created_at = match.scored_at
            match.created_on = timezone.localdate(match.scored_at)
            news.append(match)
    return new, changed, news


def _listed(result: SearchResult, top_k: int) -> set[int]:
    """The best candidates, and those that only an exclusion rule removes.

    What competes is kept below the threshold too, since it may rise when others go.
    """
    scores, excluded = result.scores, result.scores.excluded
    kept = scores.score >= result.threshold
    if scores.log_odds is not None:
        kept |= ~excluded & (scores.log_odds >= LEAST_LOG_ODDS)
    listed: set[int] = set()
    for is_excluded in (False, True):
        rows = np.flatnonzero(kept & (excluded == is_excluded))
        best_first = np.lexsort((scores.post_ids[rows], -scores.score[rows]))
        listed.update(scores.post_ids[rows[best_first[:top_k]]].tolist())
    return listed


def _rest_odds(result: SearchResult, stored: Collection[int]) -> float:
    """The odds of all candidates whose pairs are not stored, added up."""
    scores = result.scores
    if scores.log_odds is None:
        return 0.0
    others = ~scores.excluded & ~np.isin(scores.post_ids, list(stored))
    return float(np.exp(np.minimum(scores.log_odds[others], MOST_LOG_ODDS)).sum())


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
    others, own = scored.seen_hashes
    return {pk for pk, digest in jobs if digest == (others.get(pk) or own.get(pk))}


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
