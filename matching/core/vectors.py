"""Unit vectors and cosines, safe for zero vectors. Must not import anything but NumPy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Vec = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class PhotoVec:
    """A photograph's embedding and the fingerprint of the encoder that made it."""

    fingerprint: str
    vec: Vec = field(repr=False)


def unit(vecs: npt.NDArray[Any]) -> Vec:
    """Scale to length 1 along the last axis; a zero vector stays zero, a row of NaN stays NaN.

    Shape: (..., dim) -> (..., dim)
    """
    # In float64, so that neither tiny nor huge float32 components under- or overflow.
    wide = np.asarray(vecs, dtype=np.float64)
    lengths = np.linalg.norm(wide, axis=-1, keepdims=True)
    return (wide / np.where(lengths == 0.0, 1.0, lengths)).astype(np.float32)


def stack(vecs: Sequence[Vec], dim: int) -> Vec:
    """Vectors as rows; an empty array of the right width when there are none.

    Shape: (n, dim)
    """
    return np.stack(vecs).astype(np.float32) if vecs else np.zeros((0, dim), dtype=np.float32)


def known(vec: Vec) -> Vec | None:
    """The vector; None for one of zeros, as of an unreadable text. Shape: (dim,)"""
    return vec if vec.any() else None


def means_of_known(vecs: Vec, sizes: Sequence[int]) -> Vec:
    """The mean direction of each run of rows, of the given sizes, without rows of zeros.

    A run of zeros alone gets the mean of all others, so that centring leaves nothing of it.

    Shape: (n, dim) -> (len(sizes), dim), unit length
    """
    is_known = vecs.any(axis=1)
    everything = vecs[is_known].mean(axis=0) if is_known.any() else np.zeros(vecs.shape[1])
    ends = np.cumsum(sizes)[:-1]
    parts = zip(np.split(vecs, ends), np.split(is_known, ends), strict=True)
    means = [part[has].mean(axis=0) if has.any() else everything for part, has in parts]
    return unit(np.stack(means))


def dots(query_vec: Vec, candidate_vecs: Vec) -> Vec:
    """Inner product of one vector with each row.

    Not `@`: BLAS sums a row in an order that depends on the row's position, so the last bit of a
    pair's score could change with the candidates around it. `vecdot` takes each row alone, and
    still reads memory as fast as one thread can: `python -m bench --only scan`.

    Shape: (dim,), (n, dim) -> (n,)
    """
    products: Vec = np.vecdot(candidate_vecs, query_vec, dtype=np.float32)
    return products


def row_dots(left_vecs: Vec, right_vecs: Vec) -> Vec:
    """Inner product of each row with the row at the same index.

    Shape: (n, dim), (n, dim) -> (n,)
    """
    products: Vec = np.vecdot(left_vecs, right_vecs, dtype=np.float32)
    return products


def of_one_width(parts: Sequence[Vec]) -> list[Vec]:
    """Matrices of one width: those of another one, in which nothing is known, as NaN.

    Shape: each (n_i, k_i) -> (n_i, the largest k)
    """
    width = max(part.shape[1] for part in parts)
    return [
        part if part.shape[1] == width else np.full((len(part), width), np.nan, dtype=np.float32)
        for part in parts
    ]


def cosine(query_vec: npt.NDArray[Any], candidate_vecs: npt.NDArray[Any]) -> Vec:
    """Cosine of one vector with each row; 0 where either is a zero vector.

    Shape: (dim,), (n, dim) -> (n,)
    Range: -1 to 1, NaN for a row of NaN
    """
    return np.clip(dots(unit(query_vec), unit(candidate_vecs)), -1.0, 1.0)
