"""What a user would take instead; none of it is needed to run the application."""

import sqlite3
from collections.abc import Callable
from typing import Any

import faiss
import numpy as np
from sklearn.metrics.pairwise import cosine_similarity

from matching.core.vectors import Vec

Search = Callable[[Vec], Any]
HNSW_LINKS, HNSW_BUILD, HNSW_SEARCH = 16, 64, 200
BRUTE_UP_TO = 100_000  # above it scikit-learn and sqlite-vec take seconds for each query


def memory_peers(vecs: Vec, k: int) -> dict[str, Search]:
    """Each peer's search for the k nearest; those that cannot run here are left out."""
    faiss.omp_set_num_threads(1)
    n, dim = vecs.shape
    flat = faiss.IndexFlatIP(dim)
    flat.add(vecs)
    peers: dict[str, Search] = {"faiss flat": lambda q: flat.search(q[None], k)[1][0]}
    if n <= BRUTE_UP_TO:
        graph = faiss.IndexHNSWSQ(dim, faiss.ScalarQuantizer.QT_8bit, HNSW_LINKS)
        graph.hnsw.efConstruction, graph.hnsw.efSearch = HNSW_BUILD, HNSW_SEARCH
        graph.train(vecs)
        faiss.omp_set_num_threads(2)
        graph.add(vecs)
        faiss.omp_set_num_threads(1)
        peers["faiss HNSW-SQ8"] = lambda q: graph.search(q[None], k)[1][0]
        peers["scikit-learn"] = lambda q: np.argsort(-cosine_similarity(q[None], vecs)[0])[:k]
        if (search := _sqlite_vec(vecs, k)) is not None:
            peers["sqlite-vec"] = search
    return peers


def _sqlite_vec(vecs: Vec, k: int) -> Search | None:
    """None where this Python's sqlite3 cannot load extensions."""
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
