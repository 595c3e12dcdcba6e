"""Nearest vectors by exact inner products, or by an int8 scan with exact rescoring."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np

from matching.core.arrays import Bools, Floats, Ints
from matching.core.types import Candidates
from matching.core.vectors import Vec, dots

EXACT, INT8 = "exact", "int8"
# Below this share, gathering the rows is faster than reading all: `make bench`, filtered row.
GATHER_BELOW: Final = 0.25
RESCORED: Final = 5  # times k rows are rescored exactly after an int8 scan
LEAST_RESCORED: Final = 100
LEVELS: Final = 127
FURTHER_PHOTOS: Final = 4  # per post at most, after the cover


@dataclass(frozen=True, eq=False)
class Rounded:
    """Vectors quantised to int8. Shape: rows (n, dim) int8; scale (n,), each row's maximum"""

    rows: np.ndarray[Any, np.dtype[np.int8]]
    scale: Floats


_rounded: WeakKeyDictionary[Candidates, dict[str, Rounded]] = WeakKeyDictionary()


def nearest_posts(
    query_vec: Vec, candidates: Candidates, side: str, k: int, filters: Bools, scan: str = EXACT
) -> list[tuple[int, float]]:
    """The k posts with the most similar text, or any most similar photograph, best first.

    Shape: filters (n,), True for posts that may be found
    """
    column = "text_vecs" if side == "text" else "image_vecs"
    rows, similarity = nearest_rows(query_vec, candidates, column, k, filters, scan)
    if side == "image" and len(candidates.photo_owner):
        further = filters[candidates.photo_owner]
        many = k * FURTHER_PHOTOS  # so that photographs of one post do not crowd out other posts
        photos, more = nearest_rows(query_vec, candidates, "photo_vecs", many, further, scan)
        rows = np.concatenate([rows, candidates.photo_owner[photos]])
        similarity = np.concatenate([similarity, more])
    best: dict[int, float] = {}
    for row, found in zip(rows.tolist(), similarity.tolist(), strict=True):
        best[row] = max(found, best.get(row, found))
    ranked = sorted(best.items(), key=lambda one: (-one[1], one[0]))[:k]
    return [(int(candidates.post_ids[row]), found) for row, found in ranked]


def nearest_rows(
    query_vec: Vec,
    candidates: Candidates,
    column: str,
    k: int,
    filters: Bools,
    scan: str = EXACT,
) -> tuple[Ints, Vec]:
    """The k most similar rows, best first, with their similarities; rows of NaN are skipped.

    Args:
        column: `text_vecs`, `image_vecs` or `photo_vecs`.
        scan: `exact`, or `int8` if numkong is installed.

    Shape: filters (n,), True for rows that may be found; (at most k,) twice
    """
    vecs: Vec = getattr(candidates, column)
    rows = np.flatnonzero(filters)
    if len(rows) < GATHER_BELOW * len(vecs):
        similarity = dots(query_vec, vecs[rows])
    elif scan == INT8 and find_spec("numkong") is not None:
        rows = _likely(query_vec, candidates, column, max(RESCORED * k, LEAST_RESCORED), filters)
        similarity = dots(query_vec, vecs[rows])
    else:
        similarity = dots(query_vec, vecs)[rows]
    best = best_of(similarity, k)
    return rows[best], similarity[best]


def best_of(similarity: Vec, k: int) -> Ints:
    """Indices of the k largest values, largest first, ties in order; NaN is skipped.

    Shape: (n,) -> (at most k,)
    """
    known = np.flatnonzero(~np.isnan(similarity))
    if len(known) > k:
        least = np.partition(similarity[known], len(known) - k)[len(known) - k]
        known = known[similarity[known] >= least]
    return known[np.argsort(-similarity[known], kind="stable")[:k]]


def _likely(query_vec: Vec, candidates: Candidates, column: str, many: int, filters: Bools) -> Ints:
    """Rows whose quantised vectors are the most similar."""
    held = _rounded.setdefault(candidates, {})
    if column not in held:
        held[column] = rounded(getattr(candidates, column))
    found = rounded(query_vec[None, :])
    similarity = _int8_dots()(found.rows, held[column].rows) * held[column].scale
    similarity[~filters] = np.nan
    return np.sort(best_of(similarity.astype(np.float32), many))


def rounded(vecs: Vec) -> Rounded:
    """Each row scaled by its maximum and quantised; a row of NaN is recognisable by its scale."""
    scale = np.abs(vecs).max(axis=1) / LEVELS
    steps = np.where(np.isnan(scale) | (scale == 0.0), 1.0, scale)[:, None]
    rows = np.nan_to_num(vecs / steps).round().astype(np.int8)
    return Rounded(rows, scale.astype(np.float64))


def _int8_dots() -> Callable[[Any, Any], Floats]:
    import numkong  # type: ignore[import-not-found, unused-ignore]

    return lambda one, many: np.asarray(numkong.cdist(one, many, "dot"))[0]
