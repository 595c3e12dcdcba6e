"""Search in memory, against memory bandwidth, a bare dot product, and other libraries."""

from functools import partial
from typing import Any

import numpy as np

from bench.peers import faiss_filtered, faiss_graph, memory_peers
from bench.rows import Row, Times, alternately, at_least, at_most, figure, timed
from bench.vectors import candidates, clustered
from matching.core.arrays import Bools, Ints
from matching.core.filters import SearchFilters
from matching.core.types import Candidates
from matching.core.vectors import Vec, dots
from matching.index.scan import EXACT, INT8, nearest_rows

TOP = 20
SHARE = 0.03  # of posts that pass a filter


def scan_rows(quick: bool) -> list[Row]:
    """The exact scan, against reading the same bytes once with one thread."""
    n = 50_000 if quick else 100_000
    vecs, _ = clustered(n)
    query, words = vecs[7], vecs.view(np.int64)
    times = alternately(
        # The fastest read in NumPy: one pass of bitwise or over whole words.
        {"read": lambda: np.bitwise_or.reduce(words, axis=None), "scan": lambda: dots(query, vecs)},
        times=15,
    )
    share = times["read"].median_s / times["scan"].median_s
    detail = f"{n:,} x 768: scan {times['scan'].words}, read {times['read'].words}"
    return [at_least("fp32 exact scan against memory bandwidth", 0.85, share, "share", detail)]


def filtered_rows(quick: bool) -> list[Row]:
    """A filter that few posts pass, near the query and far from it."""
    n = 50_000 if quick else 100_000
    vecs, cluster = clustered(n)
    posts = candidates(vecs, cluster)
    everything = np.ones(n, dtype=np.bool_)
    query = vecs[7]
    graph = faiss_graph(vecs)
    rows = []
    near = f"category-{cluster[7]}"
    far = f"category-{np.bincount(cluster[np.argsort(dots(query, vecs))[: n // 10]]).argmax()}"
    for name, category in (("agrees", near), ("disagrees", far)):
        filters = SearchFilters(categories=frozenset({category}), last_day=365.0 * SHARE * 30)
        passing = np.flatnonzero(filters.mask(posts))
        times = alternately(
            {
                "bare": lambda passing=passing: dots(query, vecs[passing]),
                "ours": lambda filters=filters: nearest_rows(
                    query, posts, "text_vecs", TOP, filters.mask(posts) & everything, EXACT
                ),
            },
            times=31,
            warm_up=3,
        )
        found = set(nearest_rows(query, posts, "text_vecs", TOP, filters.mask(posts))[0].tolist())
        best = passing[np.argsort(-(vecs[passing] @ query))[:TOP]]
        recall = len(found & set(best.tolist())) / max(len(best), 1)
        ratio = times["ours"].median_s / times["bare"].median_s
        detail = (
            f"{len(passing):,} of {n:,} pass: ours {times['ours'].words}, "
            f"bare {times['bare'].words}"
        )
        label = f"filtered search, filter {name} with the query"
        rows.append(at_most(f"{label}: against gather and dot", 1.5, ratio, "times", detail))
        rows.append(at_least(f"{label}: recall", 1.0, recall, "share"))
        peer = faiss_filtered(graph, passing, TOP)
        of_peer = timed(partial(peer, query), 15)
        recall = len(set(peer(query).tolist()) & set(best.tolist())) / max(len(best), 1)
        words = f"{of_peer.words}, recall {recall:.3f}"
        rows.append(figure(f"{label}: faiss HNSW-SQ8", of_peer.median_s * 1e3, "ms", words))
    return rows


def int8_rows(quick: bool) -> list[Row]:
    """The int8 scan with exact rescoring, against the exact scan."""
    n = 50_000 if quick else 100_000
    vecs, cluster = clustered(n)
    posts = candidates(vecs, cluster)
    everything = np.ones(n, dtype=np.bool_)
    queries = clustered(100, seed=1)[0]
    hits = 0
    for query in queries:
        exact, _ = nearest_rows(query, posts, "text_vecs", TOP, everything, EXACT)
        quickly, _ = nearest_rows(query, posts, "text_vecs", TOP, everything, INT8)
        hits += len(set(exact.tolist()) & set(quickly.tolist()))
    works = {
        how: lambda how=how: nearest_rows(queries[0], posts, "text_vecs", TOP, everything, how)
        for how in (EXACT, INT8)
    }
    times = alternately(works, times=15, warm_up=2)
    ratio = times[EXACT].median_s / times[INT8].median_s
    detail = f"{n:,}: int8 {times[INT8].words}, exact {times[EXACT].words}"
    return [
        at_least("int8 scan: recall of the best 20", 0.999, hits / (TOP * len(queries)), "share"),
        figure("int8 scan: times faster than the exact scan", ratio, "times", detail),
    ]


def peer_rows(quick: bool) -> list[Row]:
    """Ours against scikit-learn, faiss and sqlite-vec, at growing sizes."""
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000, 1_000_000)
    rows = []
    for n in sizes:
        vecs, cluster = clustered(n)
        posts = candidates(vecs, cluster)
        everything = np.ones(n, dtype=np.bool_)
        queries = clustered(20, seed=1)[0]
        exact = [set(np.argsort(-(vecs @ q), kind="stable")[:TOP].tolist()) for q in queries]
        works: dict[str, Any] = {
            f"ours, {how}": partial(_rows_of, posts, everything, how) for how in (EXACT, INT8)
        }
        works |= memory_peers(vecs, TOP)
        rows += _measured(n, works, queries, exact)
    return rows


def _rows_of(posts: Candidates, filters: Bools, how: str, query: Vec) -> Ints:
    return nearest_rows(query, posts, "text_vecs", TOP, filters, how)[0]


def _measured(n: int, works: dict[str, Any], queries: Any, exact: list[set[int]]) -> list[Row]:
    rows = []
    for name, work in works.items():
        hits = sum(
            len({int(row) for row in work(query)} & best)
            for query, best in zip(queries, exact, strict=True)
        )
        seconds: list[float] = []
        for query in queries:
            seconds += timed(partial(work, query), 1, warm_up=0).seconds
        times = Times(seconds)
        recall = hits / (TOP * len(queries))
        rows.append(
            figure(
                f"search of {n:,}: {name}",
                times.median_s * 1e3,
                "ms",
                f"{times.words}, recall {recall:.3f}",
            )
        )
    return rows
