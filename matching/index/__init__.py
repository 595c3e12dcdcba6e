"""Which posts a query is compared with: the index protocol, and this process's index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

import numpy as np

from matching.conf import matching_settings
from matching.core.filters import SearchFilters
from matching.core.segments import Segment, concatenate
from matching.core.types import Candidates, Kind, PostFeatures
from matching.core.vectors import Vec

Side = Literal["text", "image"]


class IndexUnavailable(Exception):
    """The index cannot be used; the message says what to install or set."""


@dataclass(frozen=True, eq=False)
class Shortlist:
    """Candidates in segments, and each post's content hash when its embeddings were read."""

    segments: tuple[Segment, ...]
    content_hashes: Mapping[int, str]
    dim: int

    def __len__(self) -> int:
        return sum(int(segment.alive.sum()) for segment in self.segments)

    def candidates(self) -> Candidates:
        """All candidates in one piece, in the order of their post ids."""
        parts = [segment.candidates.take(segment.rows) for segment in self.segments]
        whole = concatenate(parts, self.dim)
        return whole.take(np.argsort(whole.post_ids, kind="stable"))


class CandidateIndex(Protocol):
    """Finds the open posts of a kind. The database is the source of truth."""

    def shortlists(
        self, query: PostFeatures, kinds: Sequence[Kind], fingerprint: str
    ) -> list[Shortlist]:
        """For each kind, the open posts worth scoring, with their embeddings of the fingerprint.

        All kinds are read at the same moment.
        """

    def everything(self, kind: Kind, fingerprint: str, dim: int) -> Shortlist:
        """Every open post of the kind that has embeddings for the fingerprint."""

    def nearest(
        self,
        query_vec: Vec,
        side: Side,
        kind: Kind,
        fingerprint: str,
        k: int,
        filters: SearchFilters,
    ) -> list[tuple[int, float]]:
        """The k open posts with the most similar text or photographs, best first.

        Shape: query_vec (dim,), unit length
        """


@cache
def get_index() -> CandidateIndex:
    """The index of this process."""
    if matching_settings().index == "pgvector":
        from matching.index.pgvector import PgVectorIndex

        return PgVectorIndex()
    from matching.index.memory import MemoryIndex

    return MemoryIndex()
