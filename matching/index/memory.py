"""An exact index in this process's memory, updated before each query.

Posts are kept in immutable segments; a changed post is marked dead in its segment and added to a
small one at the end. Small segments are merged with others of similar size, so that work prepared
for a large segment stays valid.

Memory: 100,000 posts of 768 dimensions take 0.6 GB if each has a photograph, and 0.3 GB if none
has. `calibrated_v3` prepares as much again for each of texts, photographs and both cross channels,
1.8 GB at most.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from matching.conf import matching_settings
from matching.core.arrays import Bools, Ints
from matching.core.filters import SearchFilters
from matching.core.segments import Segment, concatenate
from matching.core.types import Candidates, Kind, PostFeatures
from matching.core.vectors import Vec
from matching.encoders.base import known_text_fingerprint
from matching.index import Shortlist, Side
from matching.index.changes import ChangeCursor
from matching.index.reading import open_post_ids, read_posts
from matching.index.scan import nearest_posts

RECENT: Final = 256  # posts that are rebuilt with each change
LARGEST: Final = 32_768  # posts in a segment
MERGED_AT_ONCE: Final = 8  # segments of similar size


class MemoryIndex:
    """The candidates of both kinds, shared by all threads of the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cursor: ChangeCursor | None = None
        self._sides: dict[tuple[Kind, str, str], _Side] = {}

    def shortlists(
        self, query: PostFeatures, kinds: Sequence[Kind], fingerprint: str
    ) -> list[Shortlist]:
        """See `CandidateIndex`; every open post, with one query if nothing has changed."""
        return self._everything(kinds, fingerprint, query.image_vecs.shape[1])

    def everything(self, kind: Kind, fingerprint: str, dim: int) -> Shortlist:
        """See `CandidateIndex`."""
        return self._everything([kind], fingerprint, dim)[0]

    def _everything(self, kinds: Sequence[Kind], fingerprint: str, dim: int) -> list[Shortlist]:
        encoders = fingerprint, known_text_fingerprint()
        with self._lock:
            # A replaced encoder never comes back without a change of settings.
            for key in [key for key in self._sides if key[1:] != encoders]:
                del self._sides[key]
            self._refresh()
            return [self._side(kind, *encoders, dim).shortlist() for kind in kinds]

    def _side(self, kind: Kind, fingerprint: str, second: str, dim: int) -> "_Side":
        side = self._sides.get((kind, fingerprint, second))
        if side is None or side.dim != dim:
            side = self._sides[kind, fingerprint, second] = _Side(kind, fingerprint, second, dim)
        return side

    def nearest(
        self,
        query_vec: Vec,
        side: Side,
        kind: Kind,
        fingerprint: str,
        k: int,
        filters: SearchFilters,
    ) -> list[tuple[int, float]]:
        """See `CandidateIndex`; exact under any filter."""
        shortlist = self.everything(kind, fingerprint, len(query_vec))
        best: dict[int, float] = {}
        for segment in shortlist.segments:
            counted = filters.mask(segment.candidates) & segment.alive
            for post_id, similarity in nearest_posts(
                query_vec, segment.candidates, side, k, counted, matching_settings().scan
            ):
                best[post_id] = similarity
        return sorted(best.items(), key=lambda found: (-found[1], found[0]))[:k]

    def _refresh(self) -> None:
        changed = self._cursor.changed() if self._cursor is not None else None
        if changed is None:
            self._sides.clear()
            self._cursor = ChangeCursor()
        elif changed and self._sides:
            self._read_again(sorted(changed))

    def _read_again(self, post_ids: list[int]) -> None:
        """A post may have changed its side: both look at what was read once."""
        known = {(side.fingerprint, side.second, side.dim) for side in self._sides.values()}
        if len(known) > 1:  # one of them was replaced by an encoder of another dimension
            self._sides.clear()
            return
        ((fingerprint, second, dim),) = known
        read = list(read_posts(post_ids, fingerprint, dim, second=second))
        for side in self._sides.values():
            fresh = [(post, digest) for post, digest in read if post.kind == side.kind]
            side.replace(post_ids, fresh)


class _Side:
    """The open posts of one kind."""

    def __init__(self, kind: Kind, fingerprint: str, second: str, dim: int) -> None:
        self.kind, self.fingerprint, self.second, self.dim = kind, fingerprint, second, dim
        self._segments: list[Candidates] = []  # the largest first
        self._alive: list[Bools] = []
        self._place: dict[int, int] = {}  # segment number by post
        self._recent: dict[int, PostFeatures] = {}
        self._hashes: dict[int, str] = {}
        self._shortlist: Shortlist | None = None
        ids = open_post_ids(kind, fingerprint)
        for start in range(0, len(ids), LARGEST):
            chunk = ids[start : start + LARGEST]
            read = list(read_posts(chunk, fingerprint, dim, kind, second=second))
            self._hashes.update((features.post_id, digest) for features, digest in read)
            self._add(Candidates.from_features([features for features, _ in read], dim))

    def shortlist(self) -> Shortlist:
        """A snapshot of the current candidates, which later updates do not change."""
        if self._shortlist is None:
            segments = [
                Segment(candidates, alive.copy())
                for candidates, alive in zip(self._segments, self._alive, strict=True)
            ]
            if self._recent:
                recent = Candidates.from_features(list(self._recent.values()), self.dim)
                segments.append(Segment(recent, np.ones(len(recent), dtype=np.bool_)))
            self._shortlist = Shortlist(tuple(segments), dict(self._hashes), self.dim)
        return self._shortlist

    def replace(self, post_ids: list[int], fresh: list[tuple[PostFeatures, str]]) -> None:
        """Replace these posts by their current state.

        Args:
            fresh: the ones that belong to this side now, with their content hashes.
        """
        known = [pk for pk in post_ids if pk in self._hashes]
        if not fresh and not known:
            return
        self._strike(known)
        for features, digest in fresh:
            self._recent[features.post_id] = features
            self._hashes[features.post_id] = digest
        if len(self._recent) > RECENT:
            self._add(Candidates.from_features(list(self._recent.values()), self.dim))
            self._recent = {}
            self._merge()
        self._shortlist = None

    def _strike(self, post_ids: Iterable[int]) -> None:
        for pk in post_ids:
            del self._hashes[pk]
            if self._recent.pop(pk, None) is None:
                number = self._place.pop(pk)
                self._alive[number][self._row(number, pk)] = False

    def _row(self, number: int, post_id: int) -> int:
        return int(np.flatnonzero(self._segments[number].post_ids == post_id)[0])

    def _add(self, candidates: Candidates) -> None:
        number = len(self._segments)
        self._segments.append(candidates)
        self._alive.append(np.ones(len(candidates), dtype=np.bool_))
        self._place.update(dict.fromkeys(candidates.post_ids.tolist(), number))

    def _merge(self) -> None:
        """Merge the last segments if enough of them are as small as the last one."""
        while (size := self._like_the_last()) > 0:
            parts = [
                candidates.take(_rows(alive))
                for candidates, alive in zip(
                    self._segments[-size:], self._alive[-size:], strict=True
                )
            ]
            del self._segments[-size:], self._alive[-size:]
            self._add(concatenate(parts, self.dim))

    def _like_the_last(self) -> int:
        """How many segments at the end should be merged; 0 for none."""
        if not self._segments:
            return 0
        limit = MERGED_AT_ONCE * max(len(self._segments[-1]), RECENT)
        size = 0
        for candidates in reversed(self._segments):
            if len(candidates) >= min(limit, LARGEST):
                break
            size += 1
        return size if size >= MERGED_AT_ONCE else 0


def _rows(alive: Bools) -> Ints:
    return np.flatnonzero(alive)
