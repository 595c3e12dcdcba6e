"""Staff decisions on pairs that they were shown, as columns to learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np

from matching.core.arrays import Bools, Floats, Ints
from matching.core.weights import ANSWER, COMPETITION, OVERLAP, TERMS, EvidenceWeights

BLOCKS: Final = 5  # of time, with about equally many judgements
FIRST_BLOCKS: Final = 2  # used for training only
TOP: Final = 5  # recall counts ranks up to this


# Terms whose weight is not learnt.
NOT_LEARNT: Final = ("prior", OVERLAP, ANSWER, COMPETITION)


@dataclass(frozen=True, eq=False)
class Judgements:
    """n judged pairs in chronological order.

    Shape: terms (n, len(TERMS)) natural logs, NaN where absent; all others (n,)

    Attributes:
        prior: natural log of the odds before any comparison, less what the terms repeat and what
            other candidates take.
        is_match: the person's decision.
        sampling_probability: of being shown; 1 for the pairs that are always shown.
        queries: any number that identifies the lost post.
        people: any number that identifies who decided.
    """

    terms: Floats
    prior: Floats
    is_match: Bools
    sampling_probability: Floats
    queries: Ints
    people: Ints

    def __len__(self) -> int:
        return len(self.prior)

    @property
    def columns(self) -> Mapping[str, Floats]:
        """Terms by name. Shape: each (n,)"""
        return {name: self.terms[:, row] for row, name in enumerate(TERMS)}

    @property
    def patterns(self) -> Ints:
        """Row of `ranking.PATTERNS`, inferred from the channels present. Shape: (n,)"""
        has = {name: ~np.isnan(term) for name, term in self.columns.items()}
        return np.select([has["image_image"], has["text_image"], has["image_text"]], [0, 1, 2], 3)

    def log_odds(self, evidence_weights: EvidenceWeights) -> Floats:
        """Log odds of each pair under these weights. Shape: (n,)"""
        return evidence_weights.log_odds(self.prior, self.columns)

    def take(self, rows: Ints | Bools) -> Self:
        """The judgements at these rows."""
        return type(self)(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Concatenates the parts, of which there must be at least one."""
        return cls(
            **{
                one.name: np.concatenate([getattr(part, one.name) for part in parts])
                for one in fields(cls)
            }
        )

    def blocks(self) -> list[tuple[Self, Self]]:
        """Training and test sets: growing pasts, each with the block of time that followed.

        A lost post is in one block only, that of its last judgement, so that no test leaks.
        """
        _, query = np.unique(self.queries, return_inverse=True)
        last = np.zeros(query.max(initial=-1) + 1, dtype=np.int64)
        np.maximum.at(last, query, np.arange(len(self)))
        oldest_first = np.argsort(last)
        before = np.cumsum(np.bincount(query, minlength=len(last))[oldest_first])
        block = np.empty(len(last), dtype=np.int64)
        block[oldest_first] = np.minimum((before - 1) * BLOCKS // max(len(self), 1), BLOCKS - 1)
        return [
            (self.take(block[query] < number), self.take(block[query] == number))
            for number in range(FIRST_BLOCKS, BLOCKS)
        ]

    def ranks(self, evidence_weights: EvidenceWeights) -> tuple[Ints, Floats]:
        """Rank of each match among the judged candidates of its lost post; ties count half.

        Returns: rows of the matches, their ranks from 1. Shape: (k,), (k,)
        """
        log_odds = self.log_odds(evidence_weights)
        rows = np.flatnonzero(self.is_match)
        rivals = self.queries[rows][:, None] == self.queries[None, :]
        ahead = (log_odds[None, :] > log_odds[rows][:, None]) & rivals
        ties = ((log_odds[None, :] == log_odds[rows][:, None]) & rivals).sum(axis=1) - 1
        return rows, np.asarray(1.0 + ahead.sum(axis=1) + ties / 2.0)
