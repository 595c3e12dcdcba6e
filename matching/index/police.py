"""The things at the police as candidates, held in this process in segments.

The same memory as so many posts without photographs: see `matching.index.memory`.
"""

import threading
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any, Final

import numpy as np
from django.db.models import Max

from lostfound.models import Category, PoliceFetch, PoliceFound
from matching.core.segments import Segment
from matching.core.types import Candidates, PostFeatures
from matching.core.vectors import Vec, known
from matching.models import Modality, PoliceEmbedding
from matching.models.embedding import vec_of

SEGMENT: Final = 32_768  # things
ROWS_AT_ONCE: Final = 2000
FIELDS: Final = (
    *("found_id", "found__category__code", "found__category__family__code"),
    *("found__police_class", "found__colour", "found__found_on", "dim", "data"),
)

_lock = threading.Lock()
_held: tuple[Any, tuple[Segment, ...]] | None = None


def police_segments(fingerprint: str, dim: int) -> tuple[Segment, ...]:
    """Every listed thing that has a vector, read again when the list has changed."""
    global _held
    rows = PoliceEmbedding.objects.filter(fingerprint=fingerprint, found__gone_at=None)
    # What changes the candidates changes one of these, and each is the end of a database index.
    version = (
        *(fingerprint, dim),
        PoliceEmbedding.objects.aggregate(newest=Max("pk"))["newest"],
        PoliceFound.objects.aggregate(newest=Max("gone_at"))["newest"],
        PoliceFetch.objects.values_list("pk", "ended_at").first(),
    )
    with _lock:
        if _held is None or _held[0] != version:
            _held = None  # first, because two may not fit into memory
            _held = version, tuple(_read(rows, dim))
        return _held[1]


def forget_police() -> None:
    """Forget what was read."""
    global _held
    with _lock:
        _held = None


def _read(rows: Any, dim: int) -> Iterator[Segment]:
    families = _families()
    images = {
        row.found_id: row.vec[None, :] for row in rows.filter(modality=Modality.IMAGE).iterator()
    }  # of the likeliest things alone
    none = np.zeros((0, dim), dtype=np.float32)
    found = (
        rows.filter(modality=Modality.TEXT)
        .order_by("found_id")
        .values_list(*FIELDS)
        .iterator(chunk_size=ROWS_AT_ONCE)
    )
    while part := [
        _features(row, families, images.get(row[0], none)) for row in islice(found, SEGMENT)
    ]:
        candidates = Candidates.from_features(part, dim)
        yield Segment(candidates, np.ones(len(part), dtype=np.bool_))


def _features(row: tuple[Any, ...], families: dict[str, str], image_vecs: Vec) -> PostFeatures:
    pk, category, family, police_class, colour, found_on, length, data = row
    day: date = found_on
    return PostFeatures(
        post_id=pk,
        kind="found",
        text_vec=known(vec_of(data, length)),
        image_vecs=image_vecs,
        category=category,
        family=family or families.get(police_class),
        colour=colour or None,
        day=float(day.toordinal()),
    )


def _families() -> dict[str, str]:
    """The family that a class of the police stands for, where there is just one."""
    found: dict[str, set[str]] = {}
    for police_class, family in Category.objects.values_list("police_class", "family__code"):
        if police_class:
            found.setdefault(police_class, set()).add(family)
            found.setdefault(police_class[:3], set()).add(family)
    return {code: names.pop() for code, names in found.items() if len(names) == 1}
