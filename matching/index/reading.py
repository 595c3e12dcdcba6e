"""Reads posts for the index: facts, content hashes, and embeddings of one encoder."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from lostfound.models import Post
from matching.core.types import Kind, PostFeatures
from matching.core.vectors import Vec, known, stack
from matching.models import Embedding, Modality
from matching.models.embedding import vec_of

AT_ONCE: Final = 500  # posts within one query
FACTS: Final = (
    *("post_id", "post__kind", "post__author_id", "post__category__code"),
    *("post__category__family__code", "post__colour", "post__building__code"),
    *("post__building__zone__code", "post__happened_on", "post__happened_until"),
    *("post__matching_job__tokens", "post__matching_job__named_colour"),
)


def open_post_ids(kind: Kind, fingerprint: str) -> list[int]:
    """Ids of open posts whose text was embedded for the fingerprint, in rising order."""
    rows = Embedding.objects.filter(
        modality=Modality.TEXT,
        fingerprint=fingerprint,
        post__kind=kind,
        post__status=Post.Status.OPEN,
    )
    return sorted(rows.values_list("post_id", flat=True))


def unreadable_post_ids(kind: Kind, fingerprint: str, most: int) -> list[int]:
    """Ids of the newest open posts whose text has no vector, since the encoder cannot read it."""
    rows = Embedding.objects.filter(
        data=b"", fingerprint=fingerprint, post__kind=kind, post__status=Post.Status.OPEN
    )
    return list(rows.order_by("-post_id").values_list("post_id", flat=True)[:most])


def read_posts(
    post_ids: Sequence[int], fingerprint: str, dim: int, kind: Kind | None = None
) -> Iterator[tuple[PostFeatures, str]]:
    """The given posts that are open and have embeddings, with their content hashes.

    Facts, hash and vectors of a post are of one moment, since one query reads them: one for each
    500 posts.

    Args:
        kind: reads posts of this kind alone.
    """
    open_now = Embedding.objects.filter(
        fingerprint=fingerprint, post__status=Post.Status.OPEN, post__matching_job__isnull=False
    )
    if kind is not None:
        open_now = open_now.filter(post__kind=kind)
    for start in range(0, len(post_ids), AT_ONCE):
        rows = (
            open_now.filter(post_id__in=post_ids[start : start + AT_ONCE])
            .order_by("post_id", "photo__position", "photo_id")
            .values_list(*FACTS, "post__matching_job__content_hash", "modality", "dim", "data")
        )
        for _, of_post in groupby(rows, key=itemgetter(0)):
            vecs: dict[str, list[Vec]] = {Modality.TEXT: [], Modality.IMAGE: []}
            for row in of_post:
                *facts, content_hash, modality, length, data = row
                vecs[modality].append(vec_of(data, length))
            if texts := vecs[Modality.TEXT]:
                images = stack(vecs[Modality.IMAGE], dim)
                # Facts and hash are the same in every row.
                yield _features(facts, known(texts[0]), images), content_hash


def _features(facts: Sequence[Any], text_vec: Vec | None, image_vecs: Vec) -> PostFeatures:
    post_id, kind, author_id, category, family, colour, building, zone, *more = facts
    day, last_day, tokens, named = more
    return PostFeatures(
        post_id=post_id,
        kind=kind,
        text_vec=text_vec,
        image_vecs=image_vecs,
        category=category,
        family=family,
        colour=colour or named or None,
        building=building,
        zone=zone,
        day=None if day is None else float(day.toordinal()),
        last_day=None if last_day is None else float(last_day.toordinal()),
        author_id=author_id,
        tokens=tuple(tokens),
    )
