"""Nearest vectors under filters, exact and with the int8 scan, compared with a plain loop."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from matching.conf import matching_settings
from matching.core.filters import SearchFilters
from matching.core.types import Candidates, PostFeatures
from matching.core.vectors import Vec, unit
from matching.index import get_index, scan
from matching.index.scan import EXACT, INT8, best_of, nearest_posts, nearest_rows
from matching.services import match_post
from tests.support.builders import upload
from tests.support.pipeline import found

DIM = 48
CATEGORIES = ("wallet", "phone", "bag")


def clustered(n: int, rng: np.random.Generator) -> Vec:
    """Unit vectors in clusters, like those of a CLIP."""
    centres = rng.normal(size=(8, DIM))
    return unit(centres[rng.integers(0, 8, n)] + 0.7 * rng.normal(size=(n, DIM)))


def posts(n: int, seed: int = 0) -> Candidates:
    rng = np.random.default_rng(seed)
    texts, photos = clustered(n, rng), clustered(4 * n, rng)
    return Candidates.from_features(
        [
            PostFeatures(
                post_id=100 + row,
                kind="found",
                text_vec=texts[row],
                image_vecs=photos[4 * row : 4 * row + int(rng.integers(0, 4))],
                category=CATEGORIES[row % 3] if row % 7 else None,
                colour="red" if row % 2 else None,
                day=float(row),
            )
            for row in range(n)
        ],
        DIM,
    )


def naive(query: Vec, candidates: Candidates, side: str, k: int, filters: Any) -> list[int]:
    scored = []
    for row in range(len(candidates)):
        if not filters[row]:
            continue
        vecs = [candidates.text_vecs[row]]
        if side == "image":
            further = candidates.photo_vecs[candidates.photo_owner == row]
            vecs = [candidates.image_vecs[row], *further]
        best = max(float(np.dot(query, vec)) for vec in vecs)
        if not np.isnan(best):
            scored.append((-best, row))
    return [int(candidates.post_ids[row]) for _, row in sorted(scored)[:k]]


@pytest.mark.parametrize("how", [EXACT, INT8])
@pytest.mark.parametrize("side", ["text", "image"])
@pytest.mark.parametrize("share", [1.0, 0.5, 0.03, 0.0])
def test_the_same_posts_as_a_plain_loop_finds(how: str, side: str, share: float) -> None:
    candidates = posts(600)
    rng = np.random.default_rng(5)
    for _ in range(4):
        query = clustered(1, rng)[0]
        filters = rng.random(600) < share
        listed = nearest_posts(query, candidates, side, 10, filters, how)
        assert [pk for pk, _ in listed] == naive(query, candidates, side, 10, filters)
        assert all(a[1] >= b[1] for a, b in pairwise(listed))


def test_a_filter_far_from_the_query_costs_no_recall() -> None:
    """The wanted posts are all far away, where a graph would not look."""
    candidates = posts(2000, seed=3)
    query = clustered(1, np.random.default_rng(9))[0]
    similarity = candidates.text_vecs @ query
    filters = similarity < np.quantile(similarity, 0.05)
    for how in (EXACT, INT8):
        rows, _ = nearest_rows(query, candidates, "text_vecs", 20, filters, how)
        expected = np.flatnonzero(filters)[np.argsort(-similarity[filters])[:20]]
        assert set(rows.tolist()) == set(expected.tolist())


def test_the_int8_scan_is_really_used(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned: list[Any] = []
    real = scan._likely

    def noted(*args: Any) -> Any:
        scanned.append(args[2])
        return real(*args)

    monkeypatch.setattr(scan, "_likely", noted)
    candidates, query = posts(300), clustered(1, np.random.default_rng(1))[0]
    everything = np.ones(300, dtype=np.bool_)
    nearest_rows(query, candidates, "text_vecs", 5, everything, EXACT)
    assert scanned == []
    nearest_rows(query, candidates, "text_vecs", 5, everything, INT8)
    assert scanned == ["text_vecs"]


@given(st.lists(st.floats(-1, 1, width=32) | st.just(float("nan")), max_size=30), st.integers(1, 8))
def test_the_largest_are_found_in_order(values: list[float], k: int) -> None:
    array = np.array(values, dtype=np.float32)
    known = [n for n, value in enumerate(values) if value == value]
    expected = sorted(known, key=lambda n: (-values[n], n))[:k]
    assert best_of(array, k).tolist() == expected


def test_a_filter_names_facts() -> None:
    candidates = posts(30)
    for filters, expected in (
        (SearchFilters(), range(30)),
        (
            SearchFilters(categories=frozenset({"wallet"})),
            [r for r in range(30) if r % 3 == 0 and r % 7],
        ),
        (SearchFilters(categories=frozenset({"piano"})), []),
        (SearchFilters(colours=frozenset({"red"}), first_day=10, last_day=14), [11, 13]),
    ):
        assert np.flatnonzero(filters.mask(candidates)).tolist() == list(expected)


@pytest.mark.django_db
@pytest.mark.usefixtures("fake_encoder")
def test_the_index_finds_what_is_stored_now() -> None:
    thing, other = found(title="blue umbrella", photos=1), found(title="red scarf")
    query = np.asarray(thing.embeddings.get(modality="text").vec)
    listed = get_index().nearest(query, "text", "found", "fake-32", 5, SearchFilters())
    assert [pk for pk, _ in listed] == [thing.pk, other.pk]
    assert listed[0][1] == pytest.approx(1.0, abs=1e-5)
    assert get_index().nearest(query, "text", "lost", "fake-32", 5, SearchFilters()) == []
    photo = np.asarray(thing.embeddings.get(modality="image").vec)
    listed = get_index().nearest(photo, "image", "found", "fake-32", 5, SearchFilters())
    assert [pk for pk, _ in listed] == [thing.pk]
    from lostfound.services import edit_post

    edit_post(other, actor=other.author, fields={}, add_photos=[upload(0)])
    match_post(other.pk)
    listed = get_index().nearest(photo, "image", "found", "fake-32", 5, SearchFilters())
    assert {pk for pk, _ in listed} == {thing.pk, other.pk}


def test_an_unknown_scan_is_refused(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "SCAN": "int4"}
    with pytest.raises(ImproperlyConfigured, match="exact, int8"):
        matching_settings()
