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
    "post__matching_job__named_brand",
)
VECTOR: Final = ("modality", "fingerprint", "content_hash", "dim", "data")


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
    post_ids: Sequence[int],
    fingerprint: str,
    dim: int,
    kind: Kind | None = None,
    *,
    second: str = "",
) -> Iterator[tuple[PostFeatures, str]]:
    """The given posts that are open and have embeddings, with their content hashes.

    Facts, hash and vectors of a post are of one moment, since one query reads them: one for each
    500 posts.

    Args:
        kind: reads posts of this kind alone.
        second: fingerprint of the second text encoder, whose vectors are read as well.
    """
    open_now = Embedding.objects.filter(
        fingerprint__in=[fingerprint, *filter(None, [second])],
        post__status=Post.Status.OPEN,
        post__matching_job__isnull=False,
    )
    if kind is not None:
        open_now = open_now.filter(post__kind=kind)
    for start in range(0, len(post_ids), AT_ONCE):
        rows = (
            open_now.filter(post_id__in=post_ids[start : start + AT_ONCE])
            .order_by("post_id", "photo__position", "photo_id")
            .values_list(*FACTS, "post__matching_job__content_hash", *VECTOR)
        )
        for _, of_post in groupby(rows, key=itemgetter(0)):
            texts: dict[str, tuple[str, Vec]] = {}
            covers_first: list[Vec] = []
            for row in of_post:
                *facts, content_hash, modality, encoder, text_hash, length, data = row
                if modality == Modality.TEXT:
                    texts[encoder] = text_hash, vec_of(data, length)
                elif encoder == fingerprint:
                    covers_first.append(vec_of(data, length))
            if fingerprint in texts:
                text_hash, text_vec = texts[fingerprint]
                # While an edited text is being embedded, the second vector is of the old one.
                second_hash, second_vec = texts.get(second, ("", text_vec))
                yield (
                    _features(
                        facts,  # the same in every row, as is the hash
                        known(text_vec),
                        stack(covers_first, dim),
                        known(second_vec) if second_hash == text_hash else None,
                    ),
                    content_hash,
                )


def _features(
    facts: Sequence[Any], text_vec: Vec | None, image_vecs: Vec, sentence_vec: Vec | None
) -> PostFeatures:
    post_id, kind, author_id, category, family, colour, building, zone, *more = facts
    day, last_day, tokens, named, brand = more
    return PostFeatures(
        post_id=post_id,
        kind=kind,
        text_vec=text_vec,
        image_vecs=image_vecs,
        category=category,
        family=family,
        colour=colour or named or None,
        brand=brand or None,
        building=building,
        zone=zone,
        day=None if day is None else float(day.toordinal()),
        last_day=None if last_day is None else float(last_day.toordinal()),
        author_id=author_id,
        tokens=tuple(tokens),
        sentence_vec=sentence_vec,
    )
