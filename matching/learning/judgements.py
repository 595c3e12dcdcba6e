"""What people decided about pairs that they were shown, as columns that can be learnt from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np

from matching.core.arrays import Bools, Floats, Ints
from matching.core.weights import TERMS, EvidenceWeights

BLOCKS: Final = 5  # of time, of about equally many judgements
FIRST_BLOCKS: Final = 2  # are only learnt from
TOP: Final = 5  # ranks that recall is counted in


@dataclass(frozen=True, eq=False)
class Judgements:
    """n judged pairs in the order of time.

    Shape: terms (n, len(TERMS)) natural logs, NaN where absent; all others (n,)

    Attributes:
        prior: natural log of the odds before anything is compared.
        is_match: what the person said.
        shown_with: probability of being shown; 1 for what everybody sees.
        queries: the lost post, by any number.
        people: who decided, by any number.
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
        """Row of `ranking.PATTERNS`, by the channels that are there. Shape: (n,)"""
        has = {name: ~np.isnan(term) for name, term in self.columns.items()}
        return np.select([has["image_image"], has["text_image"], has["image_text"]], [0, 1, 2], 3)

    def log_odds(self, evidence_weights: EvidenceWeights) -> Floats:
        """Shape: (n,)"""
        return evidence_weights.log_odds(self.prior, self.columns)

    def take(self, rows: Ints | Bools) -> Self:
        """The judgements at these rows."""
        return type(self)(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """One after the other; at least one."""
        return cls(
            **{
                one.name: np.concatenate([getattr(part, one.name) for part in parts])
                for one in fields(cls)
            }
        )

    def blocks(self) -> list[tuple[Self, Self]]:
        """Ever longer pasts, each with the block of time that followed: to learn from, and to test.

        A lost post is in one block only, that of its last judgement.
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
        """Where each match stands among what was judged of its lost post; ties count half.

        Returns: rows of the matches, their ranks from 1. Shape: (k,), (k,)
        """
        log_odds = self.log_odds(evidence_weights)
        rows = np.flatnonzero(self.is_match)
        rivals = self.queries[rows][:, None] == self.queries[None, :]
        ahead = (log_odds[None, :] > log_odds[rows][:, None]) & rivals
        ties = ((log_odds[None, :] == log_odds[rows][:, None]) & rivals).sum(axis=1) - 1
        return rows, np.asarray(1.0 + ahead.sum(axis=1) + ties / 2.0)
