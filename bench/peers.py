"""Libraries that a user might use instead; the application does not need them."""

import os
import sqlite3
from collections.abc import Callable
from typing import Any

import faiss
import numpy as np
from sklearn.metrics.pairwise import cosine_similarity

from matching.core.arrays import Ints
from matching.core.vectors import Vec

Search = Callable[[Vec], Any]
SAMPLE = 50_000  # vectors that the 8-bit quantiser is trained on
HNSW_LINKS, HNSW_BUILD, HNSW_SEARCH = 16, 64, 200


def memory_peers(vecs: Vec, k: int) -> dict[str, Search]:
    """Each peer's search for the k nearest; peers that cannot run here are left out."""
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexFlatIP(vecs.shape[1])
    flat.add(vecs)
    peers: dict[str, Search] = {"faiss flat": lambda q: flat.search(q[None], k)[1][0]}
    graph = faiss_graph(vecs)
    peers["faiss HNSW-SQ8"] = lambda q: graph.search(q[None], k)[1][0]
    peers["scikit-learn"] = lambda q: np.argsort(-cosine_similarity(q[None], vecs)[0])[:k]
    if (search := _sqlite_vec(vecs, k)) is not None:
        peers["sqlite-vec"] = search
    return peers


def faiss_graph(vecs: Vec) -> Any:
    """An HNSW graph of 8-bit vectors, as faiss recommends for this size; built with all threads."""
    graph = faiss.IndexHNSWSQ(vecs.shape[1], faiss.ScalarQuantizer.QT_8bit, HNSW_LINKS)
    graph.hnsw.efConstruction, graph.hnsw.efSearch = HNSW_BUILD, HNSW_SEARCH
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    graph.train(vecs[:SAMPLE])
    graph.add(vecs)
    faiss.omp_set_num_threads(1)
    return graph


def faiss_filtered(graph: Any, passing: Ints, k: int) -> Search:
    """A search of the graph restricted to these rows by a bitmap."""
    bits = np.zeros(graph.ntotal, dtype=np.bool_)
    bits[passing] = True
    packed = np.packbits(bits, bitorder="little")
    selector = faiss.IDSelectorBitmap(packed)
    filters = faiss.SearchParametersHNSW(sel=selector, efSearch=HNSW_SEARCH)

    def search(query: Vec) -> Any:
        rows = graph.search(query[None], k, params=filters)[1][0]
        return rows[rows >= 0]

    search.keeps = (packed, selector)  # type: ignore[attr-defined] # faiss only holds raw pointers
    return search


def _sqlite_vec(vecs: Vec, k: int) -> Search | None:
    """None if this Python's sqlite3 cannot load extensions."""
    connection = sqlite3.connect(":memory:")
    if not hasattr(connection, "enable_load_extension"):
        return None
    import sqlite_vec

    connection.enable_load_extension(True)
    sqlite_vec.load(connection)
    connection.execute(
        f"CREATE VIRTUAL TABLE v USING vec0(e float[{vecs.shape[1]}] distance_metric=cosine)"
    )
    connection.executemany(
        "INSERT INTO v(rowid, e) VALUES (?, ?)",
        ((row, vec.tobytes()) for row, vec in enumerate(vecs)),
    )
    query = "SELECT rowid FROM v WHERE e MATCH ? AND k = ? ORDER BY distance"
    return lambda q: [row for (row,) in connection.execute(query, (q.tobytes(), k))]
