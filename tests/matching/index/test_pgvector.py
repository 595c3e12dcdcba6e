"""The index in PostgreSQL gives the same results as the exact one, whatever happens.

Only runs if the tests run on PostgreSQL.
"""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from pytest_django import Settings

from lostfound.models import Category, Post
from lostfound.services import close_post, edit_post, reopen_post
from matching.core.filters import SearchFilters
from matching.core.vectors import unit
from matching.index import get_index
from matching.index import pgvector as pgvector_index
from matching.index.memory import MemoryIndex
from matching.index.pgvector import GRAPH_PLAN, PgVectorIndex
from matching.models import Embedding, IndexChange, Match
from matching.scoring.score_post import query_features
from matching.services import build_scoring_profile, match_post
from tests.support.builders import upload
from tests.support.factories import CategoryFactory, FoundPostFactory
from tests.support.pipeline import found, make, matched

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
    pytest.mark.usefixtures("fake_encoder"),
]


@pytest.fixture(autouse=True)
def pgvector(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "INDEX": "pgvector"}
    get_index.cache_clear()


def nearest(
    vec: Any, side: Any = "text", k: int = 5, filters: SearchFilters | None = None
) -> list[int]:
    """The results of this index, which must equal those of the exact one."""
    query_args = (
        np.asarray(vec, dtype=np.float32),
        side,
        "found",
        "fake-32",
        k,
        filters or SearchFilters(),
    )
    listed = get_index().nearest(*query_args)  # type: ignore[arg-type]
    exact = MemoryIndex().nearest(*query_args)  # type: ignore[arg-type]
    assert [round(score, 3) for _, score in listed] == [round(score, 3) for _, score in exact]
    return [pk for pk, _ in listed]


def words_of(post: Post) -> Any:
    return Embedding.objects.get(post=post, modality="text").vec


def test_it_is_the_index_of_the_setting() -> None:
    assert isinstance(get_index(), PgVectorIndex)


def test_posts_come_go_and_change_with_their_rows() -> None:
    first, second = found(title="blue umbrella"), found(title="red scarf")
    query = words_of(first)
    assert nearest(query) == [first.pk, second.pk]
    close_post(first, actor=first.author)
    assert nearest(query) == [second.pk]
    reopen_post(first, actor=first.author)
    assert nearest(query) == [first.pk, second.pk]
    edit_post(second, actor=second.author, fields={"title": "blue umbrella folding"})
    match_post(second.pk)
    assert nearest(query) == [first.pk, second.pk]
    edit_post(second, actor=second.author, fields={}, add_photos=[upload(3)])
    match_post(second.pk)
    photo = Embedding.objects.get(post=second, modality="image").vec
    assert nearest(photo, "image") == [second.pk]
    Post.objects.filter(pk=first.pk).delete()
    assert nearest(query) == [second.pk]


def test_facts_filter_and_are_followed() -> None:
    category = CategoryFactory.create(code="thing-1")
    first, second = found(title="one", category=category), found(title="two", colour="red")
    query = words_of(first)
    assert nearest(query, filters=SearchFilters(categories=frozenset({"thing-1"}))) == [first.pk]
    assert nearest(query, filters=SearchFilters(colours=frozenset({"red"}))) == [second.pk]
    assert first.happened_on is not None
    day = float(first.happened_on.toordinal())
    assert nearest(query, filters=SearchFilters(last_day=day - 1)) == []
    Category.objects.filter(pk=category.pk).update(code="thing-2")
    assert nearest(query, filters=SearchFilters(categories=frozenset({"thing-1"}))) == []
    assert nearest(query, filters=SearchFilters(categories=frozenset({"thing-2"}))) == [first.pk]


def many(n: int) -> np.ndarray:
    """Found posts with clustered words, made without the encoder. Shape: (n, 32)"""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(6, 32))
    vecs = unit(centres[rng.integers(0, 6, n)] + 0.6 * rng.normal(size=(n, 32)))
    base = found(title="the first")
    posts = FoundPostFactory.create_batch(n, author=base.author)
    rows = [post.matching_job for post in posts]
    for row in rows:
        row.content_hash = "x"
        row.save()
    Embedding.objects.bulk_create(
        Embedding(
            post=post,
            modality="text",
            content_hash="x",
            fingerprint="fake-32",
            dim=32,
            data=vec.astype("<f4").tobytes(),
        )
        for post, vec in zip(posts, vecs, strict=True)
    )
    return vecs


@pytest.mark.slow
@pytest.mark.both_databases
def test_the_graph_is_used_above_the_crossover_and_finds_nearly_all(settings: Settings) -> None:
    vecs = many(600)
    settings.MATCHING = {**settings.MATCHING, "EXACT_BELOW": 100}
    exact = MemoryIndex()
    hits = 0
    for query in vecs[::30]:
        query_args = (query, "text", "found", "fake-32", 10, SearchFilters())
        listed = {pk for pk, _ in get_index().nearest(*query_args)}  # type: ignore[arg-type]
        hits += len(listed & {pk for pk, _ in exact.nearest(*query_args)})  # type: ignore[arg-type]
    assert hits >= 0.97 * 10 * 20
    with connection.cursor() as cursor:
        for setting in GRAPH_PLAN:
            cursor.execute(f"SET LOCAL {setting}")
        cursor.execute(
            "EXPLAIN SELECT post_id FROM matching_pgvector WHERE kind = 'found' "
            "AND side = 'text' AND vector_dims(e) = 32 AND fingerprint = 'fake-32' "
            "ORDER BY e::halfvec(32) <#> %s::halfvec(32) LIMIT 10",
            [str(vecs[0].tolist())],
        )
        assert "matching_pgvector_found_text_32" in "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.slow
@pytest.mark.both_databases
def test_the_graph_is_not_used_if_few_posts_pass_the_filter(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    vecs = many(600)
    settings.MATCHING = {**settings.MATCHING, "EXACT_BELOW": 5}
    graph_calls: list[str] = []
    by_graph = pgvector_index._by_graph

    def noted(cursor: Any, *rest: Any) -> Any:
        graph_calls.append("graph")
        return by_graph(cursor, *rest)

    monkeypatch.setattr(pgvector_index, "_by_graph", noted)
    days = Post.objects.order_by("pk").values_list("pk", "happened_on")[1:]
    few = [pk for pk, _day in days[:20]]  # 3 of 100
    assert days[0][1] is not None
    early = days[0][1] - timedelta(days=3)
    Post.objects.filter(pk__in=few).update(happened_on=early)
    filters = SearchFilters(last_day=float(early.toordinal()))
    assert set(nearest(vecs[0], k=10, filters=filters)) <= set(few) and graph_calls == []
    nearest(vecs[0], k=10)
    assert graph_calls == ["graph"]


@pytest.mark.slow
@pytest.mark.both_databases
def test_what_the_graph_cannot_find_under_a_filter_is_found_exactly(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pgvector_index, "GRAPH_SHARE", 0.0)
    vecs = many(600)
    settings.MATCHING = {**settings.MATCHING, "EXACT_BELOW": 5}
    with connection.cursor() as cursor:
        # It gives up at once, as it does among a million posts that do not pass.
        cursor.execute("SET LOCAL hnsw.max_scan_tuples = 1")
        far = np.argsort(vecs @ vecs[0])[:20]
        ids = list(Post.objects.order_by("pk").values_list("pk", flat=True))[1:]
        stated = Post.objects.get(pk=ids[0]).happened_on
        assert stated is not None
        day = stated - timedelta(days=3)
        Post.objects.filter(pk__in=[ids[row] for row in far]).update(happened_on=day)
        listed = nearest(vecs[0], k=10, filters=SearchFilters(last_day=float(day.toordinal())))
        assert set(listed) <= {ids[row] for row in far} and len(listed) == 10
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)  # the planner's settings are restored


def test_a_small_shortlist_scores_as_the_exact_index_does(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "calibrated_v3"}
    for title in ("black umbrella long", "red scarf wool", "silver laptop sleeve"):
        found(title=title, photos=1)
    lost = matched(title="black umbrella folding", photos=1)
    build_scoring_profile()
    match_post(lost.pk)
    here = list(Match.objects.order_by("found").values_list("found", "score"))
    (shortlist,) = get_index().shortlists(
        query_features(lost, words_of(lost), np.zeros((0, 32), dtype=np.float32)),
        ["found"],
        "fake-32",
    )
    everything = MemoryIndex().everything("found", "fake-32", 32)
    assert dict(shortlist.content_hashes) == dict(everything.content_hashes)
    assert here


def test_after_unread_changes_were_pruned_everything_is_read_again() -> None:
    first = found(title="one")
    assert nearest(words_of(first)) == [first.pk]
    second = found(title="two")
    newest = IndexChange.objects.latest("pk")
    query = words_of(first)
    close_post(first, actor=first.author)
    IndexChange.objects.filter(pk__lte=newest.pk).delete()
    assert nearest(query) == [second.pk]


def test_a_post_without_vectors_is_not_there() -> None:
    make(kind="found", kept_note="desk")
    other = found(title="two")
    assert nearest(words_of(other)) == [other.pk]
