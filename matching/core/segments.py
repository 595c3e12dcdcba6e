"""Candidates in immutable segments, so that work prepared for a segment stays valid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from matching.core.arrays import Bools, Ints
from matching.core.types import Candidates, Scores
from matching.core.vectors import of_one_width

OWNED: Final = {"photo_vecs": "photo_owner", "token_codes": "token_owner"}


@dataclass(frozen=True, eq=False)
class Segment:
    """Some candidates; a candidate that has changed since is no longer alive.

    Shape: alive (n,)
    """

    candidates: Candidates
    alive: Bools

    @property
    def rows(self) -> Ints:
        """Indices of the candidates that are alive. Shape: (k,)"""
        return np.flatnonzero(self.alive)


def concatenate(parts: Sequence[Candidates], dim: int) -> Candidates:
    """All candidates of the parts, in order."""
    if not parts:
        return Candidates.from_features([], dim)
    offsets = np.cumsum([0, *(len(part) for part in parts)])
    columns: dict[str, Any] = {}
    for column in fields(Candidates):
        values = [getattr(part, column.name) for part in parts]
        if column.name in OWNED.values():
            values = [value + offset for value, offset in zip(values, offsets, strict=False)]
        if column.name == "sentence_vecs":
            values = of_one_width(values)
        columns[column.name] = np.concatenate(values)
    return Candidates(**columns)


def joined(parts: Iterable[Scores]) -> Scores:
    """The scores of all parts, in order; at least one part, all from one strategy."""
    listed = list(parts)
    first = listed[0]
    log_odds = [part.log_odds for part in listed if part.log_odds is not None]
    return Scores(
        post_ids=np.concatenate([part.post_ids for part in listed]),
        score=np.concatenate([part.score for part in listed]),
        terms={name: np.concatenate([part.terms[name] for part in listed]) for name in first.terms},
        exclusions={
            name: np.concatenate([part.exclusions[name] for part in listed])
            for name in first.exclusions
        },
        log_odds=np.concatenate(log_odds) if log_odds else None,
    )


def taken(scores: Scores, rows: Ints) -> Scores:
    """The scores at these rows. Shape: (k,)"""
    return Scores(
        post_ids=scores.post_ids[rows],
        score=scores.score[rows],
        terms={name: term[rows] for name, term in scores.terms.items()},
        exclusions={name: exclusion[rows] for name, exclusion in scores.exclusions.items()},
        log_odds=None if scores.log_odds is None else scores.log_odds[rows],
    )
