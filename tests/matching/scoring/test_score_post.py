"""Scoring a post against all candidates: which posts, evidence hashes, number of queries."""

from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from lostfound.models import Post
from lostfound.services import close_post
from matching.models import Embedding, Match
from matching.scoring.content import content_of, evidence_hash
from matching.scoring.score_post import Query, SearchResult, query_features, search_candidates
from matching.services import reject_match
from tests.support.factories import BuildingFactory, CategoryFactory, StaffFactory
from tests.support.pipeline import WORDS, found, make, matched, pair_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_encoder")]
NO_VECS = (np.zeros(32, dtype=np.float32), np.zeros((0, 32), dtype=np.float32))


def search(post: Post, fingerprint: str = "fake-32") -> SearchResult:
    post = Post.objects.select_related("category__family", "building__zone").get(pk=post.pk)
    vecs = {row.photo_id: row.vec for row in Embedding.objects.filter(post=post)}
    text_vec = vecs.pop(None)
    images = np.stack([*vecs.values()]) if vecs else np.zeros((0, 32), dtype=np.float32)
    digest = content_of(post).content_hash
    query = Query.of(post, text_vec, images, content_hash=digest, fingerprint=fingerprint)
    return search_candidates(query)


def ids(result: SearchResult) -> set[int]:
    return {int(pk) for pk in result.scores.post_ids}


def test_every_open_post_of_the_opposite_kind_is_a_candidate() -> None:
    lost = matched()
    others = [found(title=title) for title in (WORDS, "brown wallet", "grey phone")]
    matched(title="another lost thing")
    closed = found(title="closed")
    close_post(closed, actor=closed.author)
    make(kind="found", kept_note="desk")  # has no vectors yet
    assert ids(search(lost)) == {post.pk for post in others}
    assert ids(search(others[0])) >= {lost.pk}


def test_vectors_of_another_encoder_are_no_candidates() -> None:
    lost = matched()
    found()
    assert ids(search(lost, fingerprint="fake-32-other")) == set()


def test_a_search_writes_nothing() -> None:
    lost = matched()
    found()
    before = list(Match.objects.values())
    with CaptureQueriesContext(connection) as queries:
        search(lost)
    # On PostgreSQL, Django reads many rows through a server-side cursor.
    assert all(query["sql"].startswith(("SELECT", "DECLARE")) for query in queries)
    assert list(Match.objects.values()) == before


def test_the_evidence_hash_is_the_same_from_both_sides() -> None:
    lost, other = matched(), found()
    name = evidence_hash(content_of(lost).content_hash, content_of(other).content_hash)
    assert search(lost).pair_evidence(other.pk) == name
    assert search(other).pair_evidence(lost.pk) == name
    assert pair_of(lost, other).evidence_hash == name


def test_a_pair_rejected_on_this_evidence_is_excluded_from_both_sides() -> None:
    lost, other = matched(), found()
    rival = found(title=f"{WORDS} rival")
    reject_match(pair_of(lost, other), actor=StaffFactory.create())
    result = search(lost)
    exclusions = {score.post_id: score.exclusions for score in result.scores.top(9, excluded=True)}
    assert exclusions == {other.pk: ("rejected",), rival.pk: ()}
    assert [score.exclusions for score in search(other).scores.top(9, excluded=True)] == [
        ("rejected",)
    ]
    Match.objects.update(evidence_hash="of other content")
    assert [score.exclusions for score in search(other).scores.top(9, excluded=True)] == [()]


def test_the_tolerance_in_days_is_a_setting(settings: Settings) -> None:
    lost, _ = matched(happened_on="2026-01-20"), found(happened_on="2026-01-15")
    for days, exclusions in ((4.0, ("found_before_lost",)), (5.0, ())):
        settings.MATCHING = {**settings.MATCHING, "MAX_FOUND_BEFORE_LOST_DAYS": days}
        assert [score.exclusions for score in search(lost).scores.top(9, excluded=True)] == [
            exclusions
        ]


def test_the_threshold_is_the_strategys_own_unless_it_is_set(settings: Settings) -> None:
    lost = matched()
    result = search(lost)
    assert result.threshold == result.strategy.threshold
    settings.MATCHING = {**settings.MATCHING, "THRESHOLD": 0.0}
    assert search(lost).threshold == 0.0


def test_features_describe_the_post_correctly() -> None:
    category, building = CategoryFactory.create(), BuildingFactory.create()
    post = make(category=category, building=building, colour="red", happened_on="2026-01-20")
    features = query_features(post, *NO_VECS)
    assert (features.kind, features.post_id, features.author_id) == (
        "lost",
        post.pk,
        post.author_id,
    )
    assert (features.category, features.family) == (category.code, category.family.code)
    assert (features.building, features.zone) == (building.code, building.zone.code)
    assert post.happened_on is not None
    assert (features.colour, features.day) == ("red", float(post.happened_on.toordinal()))
    bare = query_features(make(kind="found", kept_note="desk", title="cap"), *NO_VECS)
    facts = ("category", "family", "building", "zone", "colour")
    assert [getattr(bare, name) for name in facts] == [None] * 5
    assert bare.kind == "found"
    named = query_features(make(title="파란 모자"), *NO_VECS)
    assert named.colour == "blue"


def count_queries(post: Post) -> int:
    with CaptureQueriesContext(connection) as queries:
        search(post)
    return len(queries)


def test_more_candidates_with_photographs_cost_no_more_queries() -> None:
    lost = matched()
    counts: list[Any] = []
    for more in (1, 12):
        for number in range(more):
            found(title=f"{WORDS} {more} {number}", photos=2, category=CategoryFactory.create())
        Post.objects.exclude(pk=lost.pk).update(colour=f"shade {more}")
        counts.append(count_queries(lost))
    assert counts[0] == counts[1]
    assert count_queries(lost) < counts[0]  # nothing has changed since
