"""Clustered vectors, as those of a CLIP are; uniform ones would flatter every graph index."""

import numpy as np

from matching.core.types import Candidates
from matching.core.vectors import Vec

DIM = 768
CLUSTERS = 30  # about as many as categories
WITHIN = 0.8  # length of what differs within a cluster, against a cluster's centre of length 1
COMMON = 1.0  # length of what all have in common: the cone of a modality


def clustered(n: int, seed: int = 0, dim: int = DIM) -> tuple[Vec, np.ndarray]:
    """Unit vectors, and the cluster of each; the clusters are the same for every seed.

    Shape: (n, dim), (n,)
    """
    fixed, rng = np.random.default_rng(42), np.random.default_rng(seed)
    centres = fixed.normal(size=(CLUSTERS, dim)).astype(np.float32) / np.sqrt(dim)
    common = fixed.normal(size=dim).astype(np.float32) / np.sqrt(dim) * COMMON
    cluster = rng.integers(0, CLUSTERS, n)
    vecs = np.empty((n, dim), dtype=np.float32)
    for start in range(0, n, 50_000):
        block = slice(start, min(start + 50_000, n))
        noise = rng.standard_normal((block.stop - block.start, dim), dtype=np.float32)
        vecs[block] = common + centres[cluster[block]] + noise * (WITHIN / np.sqrt(dim))
        vecs[block] /= np.linalg.norm(vecs[block], axis=1, keepdims=True)
    return vecs, cluster


def candidates(vecs: Vec, cluster: np.ndarray, seed: int = 0) -> Candidates:
    """Found posts with these words, a category for each cluster, and days of one year."""
    rng = np.random.default_rng(1000 + seed)  # not in step with the vectors' own clusters
    n, dim = vecs.shape
    none = np.array([""] * n, dtype="<U12")
    return Candidates(
        post_ids=np.arange(1, n + 1, dtype=np.int64),
        kinds=np.array(["found"] * n),
        text_vecs=vecs,
        image_vecs=np.full((n, dim), np.nan, dtype=np.float32) if n <= 1000 else vecs[:0],
        photo_vecs=np.zeros((0, dim), dtype=np.float32),
        photo_owner=np.zeros(0, dtype=np.int64),
        categories=np.char.add("category-", cluster.astype(str)),
        families=none,
        colours=none,
        buildings=none,
        zones=none,
        days=rng.integers(0, 365, n).astype(np.float64),
        author_ids=rng.integers(0, max(n // 3, 1), n).astype(np.int64),
        token_codes=np.zeros(0, dtype="<U1"),
        token_owner=np.zeros(0, dtype=np.int64),
    )
