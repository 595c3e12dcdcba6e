"""Scores a post against all candidates; only reads the database, and needs no encoder."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import numpy as np

from lostfound.models import Post
from lostfound.text.brands import brand_in
from lostfound.text.colours import colour_in
from matching.conf import matching_settings
from matching.core.competition import among
from matching.core.duplicates import Crowd, crowd, nearest, score_duplicates
from matching.core.filters import SearchFilters
from matching.core.profile import ScoringProfile
from matching.core.registry import get_strategy, needs_profile
from matching.core.segments import Segment, concatenate, joined, taken
from matching.core.strategies import Strategy
from matching.core.types import Candidates, Kind, PostFeatures, Score, Scores, ScoringContext
from matching.core.vectors import Vec, known, stack
from matching.encoders.base import known_text_fingerprint
from matching.index import Shortlist, get_index
from matching.models import Embedding, Match, MatchingJob, Modality
from matching.scoring.content import evidence_hash, evidence_hashes


@dataclass(frozen=True, eq=False)
class Query:
    """A post that is compared with others.

    Attributes:
        content_hash: of the content whose vectors `features` holds.
        profile: the site's statistics, for a strategy that needs them.
    """

    post: Post
    features: PostFeatures
    content_hash: str
    fingerprint: str
    profile: ScoringProfile | None = None

    @classmethod
    def of(
        cls,
        post: Post,
        text_vec: Vec,
        image_vecs: Vec,
        *,
        content_hash: str,
        fingerprint: str,
        tokens: tuple[str, ...] = (),
        profile: ScoringProfile | None = None,
        sentence_vec: Vec | None = None,
    ) -> Self:
        """A post by its vectors.

        Args:
            tokens: hashes of what names one single thing, as `PostContent` has them.
            sentence_vec: of the text, by `second_encoder` of the profile.

        Shape: text_vec (dim,) and sentence_vec (sentence_dim,), zero for an unreadable text;
            image_vecs (n_photos, dim)
        """
        features = query_features(post, text_vec, image_vecs, tokens, sentence_vec)
        return cls(post, features, content_hash, fingerprint, profile)

    @property
    def profile_version(self) -> int | None:
        """Number of the stored profile; None where the strategy needs none."""
        return self.profile.version if self.profile else None

    @property
    def opposite(self) -> Kind:
        """The kind of post that it is matched with."""
        return "found" if self.features.kind == "lost" else "lost"


@dataclass(frozen=True, eq=False)
class SearchResult:
    """The scores of all candidates, and the content hashes that they are based on."""

    query: Query
    scores: Scores
    candidate_hashes: Mapping[int, str]
    strategy: Strategy
    threshold: float

    @property
    def competes(self) -> bool:
        """Whether scores are probabilities, which depend on the other pairs of both posts."""
        return self.scores.log_odds is not None

    def pair_evidence(self, candidate_id: int) -> str:
        """The evidence hash of the query and one candidate."""
        return self.pair_evidence_of([candidate_id])[candidate_id]

    def pair_evidence_of(self, candidate_ids: Sequence[int]) -> dict[int, str]:
        """The evidence hash of the query and each of these candidates."""
        return _pair_evidence(self.query, candidate_ids, self.candidate_hashes)


@dataclass(frozen=True, eq=False)
class ScoredPost:
    """Everything that scoring says of a post, and the pairs that it had before.

    Attributes:
        duplicates: None if the strategy has no profile to judge them by.
    """

    query: Query
    pairs: Sequence[Match]
    result: SearchResult
    duplicates: "DuplicateSearch | None"

    @property
    def seen_hashes(self) -> tuple[Mapping[int, str], Mapping[int, str]]:
        """The content hashes by which posts of the other and of the same kind were compared."""
        own = self.duplicates.candidate_hashes if self.duplicates else {}
        return self.result.candidate_hashes, own


def threshold_of(strategy: Strategy) -> float:
    """The score from which a pair is suggested."""
    own = matching_settings().threshold
    return strategy.threshold if own is None else own


def score_post(query: Query) -> ScoredPost:
    """Compare a post with the open posts of both kinds."""
    pairs = list(Match.objects.of_post(query.post))
    kinds: list[Kind] = [query.opposite]
    if query.profile is not None:
        kinds.append(query.features.kind)
    opposite, *own = get_index().shortlists(query.features, kinds, query.fingerprint)
    duplicates = None
    if query.profile is not None:
        duplicates = _score_duplicates(query, own[0], query.profile)
    return ScoredPost(query, pairs, _score_candidates(query, opposite, pairs), duplicates)


def search_candidates(query: Query) -> SearchResult:
    """Score a post against every open post of the opposite kind."""
    rejected = Match.objects.of_post(query.post).filter(status=Match.Status.REJECTED)
    (shortlist,) = get_index().shortlists(query.features, [query.opposite], query.fingerprint)
    return _score_candidates(query, shortlist, rejected)


def search_as_stored(
    post: Post, fingerprint: str, profile: ScoringProfile | None
) -> SearchResult | None:
    """Score a post by its stored embeddings; None if they or the needed profile are missing."""
    query = query_as_stored(post, fingerprint, profile)
    return None if query is None else search_candidates(query)


def query_as_stored(post: Post, fingerprint: str, profile: ScoringProfile | None) -> Query | None:
    """A post by its stored embeddings; None if they or the needed profile are missing."""
    job = MatchingJob.objects.filter(post=post).first()
    second = second_encoder(profile)
    embeddings = Embedding.objects.filter(post=post, fingerprint__in=[fingerprint, second])
    rows = list(embeddings.order_by("photo__position", "photo_id"))
    sentences = [row.vec for row in rows if row.fingerprint == second]
    rows = [row for row in rows if row.fingerprint == fingerprint]
    texts = [row.vec for row in rows if row.modality == Modality.TEXT]
    strategy = get_strategy(matching_settings().strategy)
    if job is None or not texts or (profile is None and needs_profile(strategy.name)):
        return None
    images = stack([row.vec for row in rows if row.modality != Modality.TEXT], len(texts[0]))
    return Query.of(
        post,
        texts[0],
        images,
        content_hash=job.content_hash,
        fingerprint=fingerprint,
        tokens=tuple(job.tokens),
        profile=profile,
        sentence_vec=sentences[0] if sentences else None,
    )


def second_encoder(profile: ScoringProfile | None) -> str:
    """Fingerprint of the second text encoder whose vectors can be compared; empty if there is none.

    After a change of the setting, they cannot be until there is a profile for it.
    """
    current = known_text_fingerprint()
    return current if profile is not None and profile.sentence_fingerprint == current else ""


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
    (listed,) = get_index().shortlists(query, ["found"], fingerprint)
    segments = tuple(
        Segment(segment.candidates, segment.alive & filters.mask(segment.candidates))
        for segment in listed.segments
    )
    passing = replace(listed, segments=segments)
    return _scored(query, passing, strategy, ScoringContext(profile=profile), []).top(k)


def score_things(
    query: PostFeatures,
    post_ids: Sequence[int],
    *,
    fingerprint: str,
    profile: ScoringProfile,
) -> dict[int, Score]:
    """Scores of these found posts for a query, by id, as far as they are on its shortlist."""
    (listed,) = get_index().shortlists(query, ["found"], fingerprint)
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

    query: Query
    scores: Scores  # of the nearest candidates
    candidate_hashes: Mapping[int, str]  # of all candidates
    profile_version: int

    def pair_evidence(self, candidate_id: int) -> str:
        """The evidence hash of the query and one candidate, the same from either side."""
        other_hash = self.candidate_hashes[candidate_id]
        if self.query.post.pk < candidate_id:
            return evidence_hash(self.query.content_hash, other_hash)
        return evidence_hash(other_hash, self.query.content_hash)


def _score_candidates(query: Query, shortlist: Shortlist, pairs: Iterable[Match]) -> SearchResult:
    current = matching_settings()
    strategy = get_strategy(current.strategy)
    context = ScoringContext(
        profile=query.profile, max_found_before_lost_days=current.max_found_before_lost_days
    )
    rejected = _rejected(query, pairs, shortlist.content_hashes)
    return SearchResult(
        query=query,
        scores=_scored(query.features, shortlist, strategy, context, rejected),
        candidate_hashes=shortlist.content_hashes,
        strategy=strategy,
        threshold=threshold_of(strategy),
    )


def _score_duplicates(
    query: Query, shortlist: Shortlist, profile: ScoringProfile
) -> DuplicateSearch:
    """Score a post against the nearest open posts of its own kind."""
    features = query.features
    near, among = [], Crowd(0, 0)
    for segment in shortlist.segments:
        among += crowd(features, segment.candidates, segment.alive)
        near.append(segment.candidates.take(nearest(features, segment.candidates, segment.alive)))
    scores = score_duplicates(features, concatenate(near, profile.dim), profile, among)
    return DuplicateSearch(query, scores, shortlist.content_hashes, profile.version)


def query_features(
    post: Post,
    text_vec: Vec,
    image_vecs: Vec,
    tokens: tuple[str, ...] = (),
    sentence_vec: Vec | None = None,
) -> PostFeatures:
    """The features of a post that strategies score.

    Shape: as `Query.of`
    """
    return PostFeatures(
        post_id=post.pk,
        kind="lost" if post.kind == Post.Kind.LOST else "found",
        text_vec=known(text_vec),
        image_vecs=image_vecs,
        category=post.category.code if post.category else None,
        family=post.category.family.code if post.category else None,
        colour=post.colour or colour_in(post.text) or None,
        brand=brand_in(post.text) or None,
        building=post.building.code if post.building else None,
        zone=post.building.zone.code if post.building else None,
        day=_ordinal(post.happened_on),
        last_day=_ordinal(post.happened_until),
        author_id=post.author_id,
        tokens=tokens,
        sentence_vec=None if sentence_vec is None else known(sentence_vec),
    )


def _ordinal(day: date | None) -> float | None:
    return None if day is None else float(day.toordinal())


def _scored(
    query: PostFeatures,
    shortlist: Shortlist,
    strategy: Strategy,
    context: ScoringContext,
    rejected: list[int],
) -> Scores:
    """Scores of the candidates that are alive, beside each other, in one pass per segment."""
    empty = Segment(Candidates.from_features([], shortlist.dim), np.zeros(0, dtype=np.bool_))
    parts = []
    for segment in shortlist.segments or (empty,):
        is_rejected = np.isin(segment.candidates.post_ids, rejected)
        scores = strategy.score(query, segment.candidates, replace(context, rejected=is_rejected))
        parts.append(scores if segment.alive.all() else taken(scores, segment.rows))
    return among(joined(parts))


def _rejected(query: Query, pairs: Iterable[Match], hashes: Mapping[int, str]) -> list[int]:
    """Candidates that staff have rejected on the same evidence as there is now."""
    rejected = {
        match.other_id(query.post): match.evidence_hash
        for match in pairs
        if match.status == Match.Status.REJECTED
    }
    evidence = _pair_evidence(query, [pk for pk in rejected if pk in hashes], hashes)
    return [pk for pk, digest in evidence.items() if digest == rejected[pk]]


def _pair_evidence(
    query: Query, candidate_ids: Iterable[int], hashes: Mapping[int, str]
) -> dict[int, str]:
    chosen = {pk: hashes[pk] for pk in candidate_ids}
    return evidence_hashes(query.content_hash, chosen, is_lost=query.features.kind == "lost")
