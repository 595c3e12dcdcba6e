"""Nearest vectors by exact inner products, or by an int8 scan whose best are scored exactly."""

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
# Below this share it is quicker to gather the rows than to read all: `make bench`, filtered row.
GATHER_BELOW: Final = 0.25
RESCORED: Final = 5  # times as many as asked for are scored exactly after an int8 scan
LEAST_RESCORED: Final = 100
LEVELS: Final = 127
FURTHER_PHOTOS: Final = 4  # of one post at most, after its cover


@dataclass(frozen=True, eq=False)
class Rounded:
    """Vectors in a byte for each number. Shape: rows (n, dim) int8; scale (n,), largest number"""

    rows: np.ndarray[Any, np.dtype[np.int8]]
    scale: Floats


_rounded: WeakKeyDictionary[Candidates, dict[str, Rounded]] = WeakKeyDictionary()


def nearest_posts(
    query_vec: Vec, candidates: Candidates, side: str, k: int, filters: Bools, scan: str = EXACT
) -> list[tuple[int, float]]:
    """The k posts whose words, or any of whose photographs, are the most similar, best first.

    Shape: wanted (n,), True for posts that may be found
    """
    column = "text_vecs" if side == "text" else "image_vecs"
    rows, similarity = nearest_rows(query_vec, candidates, column, k, filters, scan)
    if side == "image" and len(candidates.photo_owner):
        further = filters[candidates.photo_owner]
        many = k * FURTHER_PHOTOS  # so that one post's do not push out another's
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
    """The k most similar rows, best first, with their similarities; rows of NaN never count.

    Args:
        column: `text_vecs`, `image_vecs` or `photo_vecs`.
        scan: `exact`, or `int8` where numkong is installed.

    Shape: wanted (n,), True for rows that may be found; (at most k,) twice
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
    """Places of the k largest, the largest first, equal ones in their order. NaN is none of them.

    Shape: (n,) -> (at most k,)
    """
    known = np.flatnonzero(~np.isnan(similarity))
    if len(known) > k:
        least = np.partition(similarity[known], len(known) - k)[len(known) - k]
        known = known[similarity[known] >= least]
    return known[np.argsort(-similarity[known], kind="stable")[:k]]


def _likely(query_vec: Vec, candidates: Candidates, column: str, many: int, filters: Bools) -> Ints:
    """Rows whose rounded vectors are the most similar."""
    held = _rounded.setdefault(candidates, {})
    if column not in held:
        held[column] = rounded(getattr(candidates, column))
    found = rounded(query_vec[None, :])
    similarity = _int8_dots()(found.rows, held[column].rows) * held[column].scale
    similarity[~filters] = np.nan
    return np.sort(best_of(similarity.astype(np.float32), many))


def rounded(vecs: Vec) -> Rounded:
    """Each row scaled to its largest number; a row of NaN stays known as one by its scale."""
    scale = np.abs(vecs).max(axis=1) / LEVELS
    steps = np.where(np.isnan(scale) | (scale == 0.0), 1.0, scale)[:, None]
    rows = np.nan_to_num(vecs / steps).round().astype(np.int8)
    return Rounded(rows, scale.astype(np.float64))


def _int8_dots() -> Callable[[Any, Any], Floats]:
    import numkong  # type: ignore[import-not-found, unused-ignore]

    return lambda one, many: np.asarray(numkong.cdist(one, many, "dot"))[0]
