"""Scores a post against all candidates; only reads the database, and needs no encoder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lostfound.models import Post
from matching.conf import matching_settings
from matching.core.duplicates import Crowd, crowd, nearest, score_duplicates
from matching.core.filters import SearchFilters
from matching.core.profile import ScoringProfile
from matching.core.registry import get_strategy, needs_profile
from matching.core.segments import Segment, concatenate, joined, taken
from matching.core.strategies import Strategy
from matching.core.types import Candidates, Kind, PostFeatures, Score, Scores, ScoringContext
from matching.core.vectors import Vec, stack
from matching.index import Shortlist, get_index
from matching.models import Embedding, Match, MatchingJob, Modality
from matching.scoring.content import evidence_hash


@dataclass(frozen=True, eq=False)
class SearchResult:
    """The scores of all candidates, and the content hashes that they are based on."""

    query: Post
    query_hash: str
    scores: Scores
    candidate_hashes: Mapping[int, str]
    strategy: Strategy
    threshold: float
    profile_version: int | None

    def pair_evidence(self, candidate_id: int) -> str:
        """The evidence hash of the query and one candidate."""
        return _pair_hash(self.query, self.query_hash, self.candidate_hashes[candidate_id])


def search_candidates(
    post: Post,
    text_vec: Vec,
    image_vecs: Vec,
    *,
    content_hash: str,
    fingerprint: str,
    tokens: tuple[str, ...] = (),
    profile: ScoringProfile | None = None,
) -> SearchResult:
    """Score a post against every open post of the opposite kind.

    Args:
        tokens: hashes of identity tokens, as in `PostContent`.
        profile: the site's scoring profile, if the strategy needs one.

    Shape: text_vec (dim,), image_vecs (n_photos, dim)
    """
    current = matching_settings()
    strategy = get_strategy(current.strategy)
    opposite: Kind = "found" if post.kind == Post.Kind.LOST else "lost"
    query = query_features(post, text_vec, image_vecs, tokens)
    shortlist = get_index().shortlist(query, opposite, fingerprint)
    context = ScoringContext(
        profile=profile, max_found_before_lost_days=current.max_found_before_lost_days
    )
    rejected = _rejected(post, content_hash, shortlist)
    return SearchResult(
        query=post,
        query_hash=content_hash,
        scores=_scored(query, shortlist, strategy, context, rejected),
        candidate_hashes=shortlist.content_hashes,
        strategy=strategy,
        profile_version=profile.version if profile else None,
        threshold=strategy.threshold if current.threshold is None else current.threshold,
    )


def search_as_stored(
    post: Post, fingerprint: str, profile: ScoringProfile | None
) -> SearchResult | None:
    """Score a post by its stored embeddings; None if they or the needed profile are missing."""
    job = MatchingJob.objects.filter(post=post).first()
    embeddings = Embedding.objects.filter(post=post, fingerprint=fingerprint)
    rows = list(embeddings.order_by("photo__position", "photo_id"))
    texts = [row.vec for row in rows if row.modality == Modality.TEXT]
    strategy = get_strategy(matching_settings().strategy)
    if job is None or not texts or (profile is None and needs_profile(strategy.name)):
        return None
    return search_candidates(
        post,
        texts[0],
        stack([row.vec for row in rows if row.modality != Modality.TEXT], len(texts[0])),
        content_hash=job.content_hash,
        fingerprint=fingerprint,
        tokens=tuple(job.tokens),
        profile=profile,
    )


def search_things(
    query: PostFeatures,
    filters: SearchFilters,
    *,
    fingerprint: str,
    profile: ScoringProfile | None,
    k: int,
) -> list[Score]:
    """The k open found posts that best match a query by text or photograph.

    Args:
        filters: facts that a post must state.
    """
    strategy = get_strategy(matching_settings().strategy)
    listed = get_index().shortlist(query, "found", fingerprint)
    segments = tuple(
        Segment(segment.candidates, segment.alive & filters.mask(segment.candidates))
        for segment in listed.segments
    )
    among = replace(listed, segments=segments)
    return _scored(query, among, strategy, ScoringContext(profile=profile), []).top(k)


def score_things(
    query: PostFeatures,
    post_ids: Sequence[int],
    *,
    fingerprint: str,
    profile: ScoringProfile,
) -> dict[int, Score]:
    """Scores of these found posts for a query, by id, as far as they are on its shortlist."""
    listed = get_index().shortlist(query, "found", fingerprint)
    near = []
    for segment in listed.segments:
        wanted = segment.alive & np.isin(segment.candidates.post_ids, post_ids)
        near.append(segment.candidates.take(np.flatnonzero(wanted)))
    strategy = get_strategy(matching_settings().strategy)
    candidates = concatenate(near, profile.dim)
    scores = strategy.score(query, candidates, ScoringContext(profile=profile))
    return {score.post_id: score for score in scores.top(len(candidates))}


@dataclass(frozen=True, eq=False)
class DuplicateSearch:
    """How likely other posts of the query's kind are about the same thing."""

    query: Post
    query_hash: str
    scores: Scores  # of the nearest candidates
    candidate_hashes: Mapping[int, str]  # of all candidates
    profile_version: int

    def pair_evidence(self, candidate_id: int) -> str:
        """The evidence hash of the query and one candidate, the same from either side."""
        other_hash = self.candidate_hashes[candidate_id]
        if self.query.pk < candidate_id:
            return evidence_hash(self.query_hash, other_hash)
        return evidence_hash(other_hash, self.query_hash)


def search_duplicates(
    post: Post,
    text_vec: Vec,
    image_vecs: Vec,
    *,
    content_hash: str,
    fingerprint: str,
    tokens: tuple[str, ...],
    profile: ScoringProfile,
) -> DuplicateSearch:
    """Score a post against the nearest open posts of its own kind.

    Shape: text_vec (dim,), image_vecs (n_photos, dim)
    """
    query = query_features(post, text_vec, image_vecs, tokens)
    shortlist = get_index().shortlist(query, query.kind, fingerprint)
    near, among = [], Crowd(0, 0)
    for segment in shortlist.segments:
        among += crowd(query, segment.candidates, segment.alive)
        near.append(segment.candidates.take(nearest(query, segment.candidates, segment.alive)))
    scores = score_duplicates(query, concatenate(near, profile.dim), profile, among)
    return DuplicateSearch(post, content_hash, scores, shortlist.content_hashes, profile.version)


def query_features(
    post: Post, text_vec: Vec, image_vecs: Vec, tokens: tuple[str, ...] = ()
) -> PostFeatures:
    """The features of a post that strategies score."""
    return PostFeatures(
        post_id=post.pk,
        kind="lost" if post.kind == Post.Kind.LOST else "found",
        text_vec=text_vec,
        image_vecs=image_vecs,
        category=post.category.code if post.category else None,
        family=post.category.family.code if post.category else None,
        colour=post.colour or None,
        building=post.building.code if post.building else None,
        zone=post.building.zone.code if post.building else None,
        day=float(post.happened_on.toordinal()),
        author_id=post.author_id,
        tokens=tokens,
    )


def _scored(
    query: PostFeatures,
    shortlist: Shortlist,
    strategy: Strategy,
    context: ScoringContext,
    rejected: list[int],
) -> Scores:
    """Scores of the candidates that are alive, in one pass per segment."""
    empty = Segment(Candidates.from_features([], shortlist.dim), np.zeros(0, dtype=np.bool_))
    parts = []
    for segment in shortlist.segments or (empty,):
        known = np.isin(segment.candidates.post_ids, rejected)
        scores = strategy.score(query, segment.candidates, replace(context, rejected=known))
        parts.append(scores if segment.alive.all() else taken(scores, segment.rows))
    return joined(parts)


def _rejected(post: Post, content_hash: str, shortlist: Shortlist) -> list[int]:
    """Candidates that staff have rejected on the same evidence as there is now."""
    mine, other = ("lost", "found") if post.kind == Post.Kind.LOST else ("found", "lost")
    rows = Match.objects.filter(**{mine: post, "status": Match.Status.REJECTED})
    known = shortlist.content_hashes
    return [
        candidate_id
        for candidate_id, digest in rows.values_list(f"{other}_id", "evidence_hash")
        if candidate_id in known and digest == _pair_hash(post, content_hash, known[candidate_id])
    ]


def _pair_hash(query: Post, query_hash: str, candidate_hash: str) -> str:
    if query.kind == Post.Kind.LOST:
        return evidence_hash(query_hash, candidate_hash)
    return evidence_hash(candidate_hash, query_hash)
