"""Clustered vectors whose variance over the directions falls as in texts of a real CLIP.

The eigenvalues of 1,203 names of things (LVIS, ViT-B/32) relative to the first are .64 for the
4th, .28 for the 16th, .11 for the 64th and .015 for the 256th of 512; `SPREAD` gives .47, .22, .09
and .016. No model's vectors are spread equally in all directions, and no graph can navigate them.
"""

import numpy as np

from matching.core.types import Candidates
from matching.core.vectors import Vec

DIM = 768
CLUSTERS = 30  # about as many as there are categories
WITHIN = 0.8  # length of the variation within a cluster, relative to its centre
COMMON = 1.0  # length of the common part: the cone of a modality
SPREAD = (0.55, 240.0, 1.7)  # of 512 directions: power, and where and how fast it ends


def clustered(n: int, seed: int = 0, dim: int = DIM) -> tuple[Vec, np.ndarray]:
    """Unit vectors and their clusters; the clusters are the same for every seed.

    Shape: (n, dim), (n,)
    """
    fixed, rng = np.random.default_rng(42), np.random.default_rng(seed)
    centres = fixed.normal(size=(CLUSTERS, dim)).astype(np.float32) / np.sqrt(dim)
    turned = _directions(dim)
    common = fixed.normal(size=dim).astype(np.float32) / np.sqrt(dim) * COMMON
    cluster = rng.integers(0, CLUSTERS, n)
    vecs = np.empty((n, dim), dtype=np.float32)
    for start in range(0, n, 50_000):
        block = slice(start, min(start + 50_000, n))
        noise = rng.standard_normal((block.stop - block.start, dim), dtype=np.float32) @ turned
        vecs[block] = common + centres[cluster[block]] + noise * (WITHIN / np.sqrt(dim))
        vecs[block] /= np.linalg.norm(vecs[block], axis=1, keepdims=True)
    return vecs, cluster


def _directions(dim: int) -> Vec:
    """A matrix that gives isotropic noise the spread, keeping its length. Shape: (dim, dim)"""
    power, end, steep = SPREAD
    nth = np.arange(1, dim + 1) * 512 / dim
    deviation = np.sqrt(nth**-power * np.exp(-((nth / end) ** steep)))
    deviation /= np.sqrt(np.mean(deviation**2))
    axes, _ = np.linalg.qr(np.random.default_rng(43).normal(size=(dim, dim)))
    return (deviation[:, None] * axes.T).astype(np.float32)


def candidates(vecs: Vec, cluster: np.ndarray, seed: int = 0) -> Candidates:
    """Found posts with these text vectors, one category per cluster, and days within a year."""
    rng = np.random.default_rng(1000 + seed)  # independent of the vectors' seed
    n, dim = vecs.shape
    none = np.array([""] * n, dtype="<U12")
    days = rng.integers(0, 365, n).astype(np.float64)
    return Candidates(
        post_ids=np.arange(1, n + 1, dtype=np.int64),
        kinds=np.array(["found"] * n),
        text_vecs=vecs,
        image_vecs=np.full((n, dim), np.nan, dtype=np.float32) if n <= 1000 else vecs[:0],
        sentence_vecs=np.zeros((n, 0), dtype=np.float32),
        photo_vecs=np.zeros((0, dim), dtype=np.float32),
        photo_owner=np.zeros(0, dtype=np.int64),
        categories=np.char.add("category-", cluster.astype(str)),
        families=none,
        colours=none,
        brands=none,
        buildings=none,
        zones=none,
        days=days,
        last_days=days,
        author_ids=rng.integers(0, max(n // 3, 1), n).astype(np.int64),
        token_codes=np.zeros(0, dtype="<U1"),
        token_owner=np.zeros(0, dtype=np.int64),
    )
