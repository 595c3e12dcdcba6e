"""Reads posts for the index: facts, content hashes, and embeddings of one encoder."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from lostfound.models import Post
from matching.core.types import Kind, PostFeatures
from matching.core.vectors import Vec, stack
from matching.models import Embedding, Modality

AT_ONCE: Final = 500  # posts per pair of queries
FACTS: Final = (
    *("pk", "author_id", "category__code", "category__family__code", "colour"),
    *("building__code", "building__zone__code", "happened_on", "matching_job__content_hash"),
    "matching_job__tokens",
)


def open_post_ids(kind: Kind, fingerprint: str) -> list[int]:
    """Ids of open posts whose text has an embedding for the fingerprint, in rising order."""
    rows = Embedding.objects.filter(
        modality=Modality.TEXT,
        fingerprint=fingerprint,
        post__kind=kind,
        post__status=Post.Status.OPEN,
    )
    return sorted(rows.values_list("post_id", flat=True))


def read_posts(
    post_ids: Sequence[int], kind: Kind, fingerprint: str, dim: int
) -> Iterator[tuple[PostFeatures, str]]:
    """The given posts that are open and have embeddings, with their content hashes.

    Two queries for each 500 posts.
    """
    for start in range(0, len(post_ids), AT_ONCE):
        ids = post_ids[start : start + AT_ONCE]
        # Facts and content hash are read before the embeddings: a post that is embedded in
        # between then shows an old hash, and the pair is left to that post's own task.
        facts = list(
            Post.objects.open()
            .filter(pk__in=ids, kind=kind, matching_job__isnull=False)
            .order_by("pk")
            .values_list(*FACTS)
        )
        texts, images = _vectors(ids, fingerprint)
        for row in facts:
            if row[0] in texts:
                yield _features(row, kind, texts[row[0]], stack(images[row[0]], dim)), row[8]


def _vectors(ids: Sequence[int], fingerprint: str) -> tuple[dict[int, Vec], dict[int, list[Vec]]]:
    texts: dict[int, Vec] = {}
    images: dict[int, list[Vec]] = defaultdict(list)
    rows = Embedding.objects.filter(post_id__in=ids, fingerprint=fingerprint)
    ordered = rows.order_by("post_id", "photo__position", "photo_id")
    for post_id, modality, data in ordered.values_list("post_id", "modality", "data"):
        vec = np.frombuffer(bytes(data), dtype="<f4").astype(np.float32)
        if modality == Modality.TEXT:
            texts[post_id] = vec
        else:
            images[post_id].append(vec)
    return texts, images


def _features(row: tuple[Any, ...], kind: Kind, text_vec: Vec, image_vecs: Vec) -> PostFeatures:
    post_id, author_id, category, family, colour, building, zone, day, _digest, tokens = row
    return PostFeatures(
        post_id=post_id,
        kind=kind,
        text_vec=text_vec,
        image_vecs=image_vecs,
        category=category,
        family=family,
        colour=colour or None,
        building=building,
        zone=zone,
        day=float(day.toordinal()),
        author_id=author_id,
        tokens=tuple(tokens),
    )
