"""Which posts a query is compared with: the protocol, and the index of this process."""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from matching.core.types import Candidates, Kind


@dataclass(frozen=True, eq=False)
class Shortlist:
    """Candidates, and the content hash of each post when its vectors were read."""

    candidates: Candidates
    content_hashes: dict[int, str]


class CandidateIndex(Protocol):
    """Finds the open posts of a kind. The database's rows are the only truth."""

    def candidates(self, kind: Kind, fingerprint: str, dim: int) -> Shortlist:
        """Every open post of the kind with vectors of the fingerprint, as it is stored now."""


@cache
def get_index() -> CandidateIndex:
    """The index of this process."""
    from matching.index.memory import MemoryIndex

    return MemoryIndex()
