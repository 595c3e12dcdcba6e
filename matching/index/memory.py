"""An exact index in this process's memory, brought up to date before each query.

Vector rows are never changed, only added and deleted, so their key says whether one is known.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from lostfound.models import Post
from matching.core.types import Candidates, Kind, PostFeatures
from matching.core.vectors import Vec, stack
from matching.index import Shortlist
from matching.models import Modality, Vector

FETCH_AT_ONCE: Final = 500  # keys within one query; above it everything is read
FACTS: Final = (
    *("pk", "author_id", "category__code", "category__family__code", "colour"),
    *("building__code", "building__zone__code", "happened_on", "embedding__content_hash"),
    "embedding__tokens",
)


class MemoryIndex:
    """The candidates of either kind as columns, laid out again only when a row has changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sides: dict[tuple[str, str], _Side] = {}

    def candidates(self, kind: Kind, fingerprint: str, dim: int) -> Shortlist:
        """See `CandidateIndex`. Two queries, and one more where vectors were added."""
        with self._lock:
            # An encoder that was replaced never comes back without a change of settings.
            for key in [key for key in self._sides if key[1] != fingerprint]:
                del self._sides[key]
            side = self._sides.setdefault((kind, fingerprint), _Side(kind, fingerprint))
            return side.refreshed(dim)


class _Side:
    """The open posts of one kind."""

    def __init__(self, kind: Kind, fingerprint: str) -> None:
        self.kind: Kind = kind
        self.fingerprint = fingerprint
        self._vecs: dict[int, Vec] = {}
        self._seen: tuple[Any, ...] = ()
        self._shortlist: Shortlist | None = None

    def refreshed(self, dim: int) -> Shortlist:
        # Facts with the content hash come before the vectors: a post that is embedded in
        # between then shows an old hash, by which the pair is left to that post's own task.
        facts = list(
            Post.objects.open()
            .filter(kind=self.kind, embedding__isnull=False)
            .order_by("pk")
            .values_list(*FACTS)
        )
        stored = list(
            self._rows()
            .order_by("post_id", "photo__position", "photo_id")
            .values_list("pk", "post_id", "modality")
        )
        seen = (facts, stored, dim)
        if self._shortlist is None or seen != self._seen:
            self._read({row[0] for row in stored})
            self._shortlist = self._laid_out(facts, stored, dim)
            self._seen = seen
        return self._shortlist

    def _rows(self) -> Any:
        return Vector.objects.filter(
            fingerprint=self.fingerprint,
            post__kind=self.kind,
            post__status=Post.Status.OPEN,
        )

    def _read(self, wanted: set[int]) -> None:
        self._vecs = {pk: vec for pk, vec in self._vecs.items() if pk in wanted}
        missing = sorted(wanted - self._vecs.keys())
        if not missing:
            return
        rows = self._rows()
        if len(missing) <= FETCH_AT_ONCE:
            rows = Vector.objects.filter(pk__in=missing)
        for pk, data in rows.values_list("pk", "data").iterator(chunk_size=2000):
            self._vecs[pk] = np.frombuffer(bytes(data), dtype="<f4").astype(np.float32)

    def _laid_out(
        self, facts: Iterable[tuple[Any, ...]], stored: Iterable[tuple[int, int, str]], dim: int
    ) -> Shortlist:
        texts: dict[int, Vec] = {}
        images: dict[int, list[Vec]] = defaultdict(list)
        for pk, post_id, modality in stored:
            vec = self._vecs.get(pk)
            if vec is None:  # deleted since: its post is being embedded anew
                continue
            if modality == Modality.TEXT:
                texts[post_id] = vec
            else:
                images[post_id].append(vec)
        features, hashes = [], {}
        for row in facts:
            post_id, author_id, category, family, colour, building, zone, day, digest, tokens = row
            if post_id not in texts:
                continue
            features.append(
                PostFeatures(
                    post_id=post_id,
                    kind=self.kind,
                    text_vec=texts[post_id],
                    image_vecs=stack(images[post_id], dim),
                    category=category,
                    family=family,
                    colour=colour or None,
                    building=building,
                    zone=zone,
                    day=float(day.toordinal()),
                    author_id=author_id,
                    tokens=tuple(tokens),
                )
            )
            hashes[post_id] = digest
        return Shortlist(Candidates.from_features(features, dim), hashes)
