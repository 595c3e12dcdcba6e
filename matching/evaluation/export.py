"""Exports a site's posts as a benchmark dataset, with its confirmed matches as true pairs.

The dataset is anonymous: vectors and numbers only, no text, photographs or accounts.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from lostfound.models import Post
from lostfound.text.brands import brand_in
from lostfound.text.colours import colour_in
from matching.core.arrays import Floats, Ints
from matching.core.profile import ScoringProfile
from matching.core.vectors import Vec
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.dataset_file import LAST_DAYS, NO_CODE
from matching.models import Embedding, Match, Modality

# A post that was closed for any other reason says nothing about matching.
EXPORTED_STATUSES = (Post.Status.OPEN, Post.Status.MATCHED)


def site_dataset(profile: ScoringProfile) -> BenchmarkDataset:
    """The dataset of all open and matched posts whose text the profile's encoder has read."""
    sides = {kind: _posts(kind, profile.fingerprint) for kind in ("lost", "found")}
    buildings = {
        post.building.code: post.building.zone.code
        for side in sides.values()
        for post in side
        if post.building
    }
    places, zones = sorted(buildings), sorted(set(buildings.values()))
    families = list(dict.fromkeys(str(family) for family in profile.families))
    arrays: dict[str, Any] = {}
    for kind, posts in sides.items():
        arrays[f"text_{kind}"] = _vectors(posts, Modality.TEXT, profile)
        arrays[f"image_{kind}"] = _vectors(posts, Modality.IMAGE, profile)
        if profile.sentence_dim:
            arrays[f"sentence_{kind}"] = _vectors(posts, Modality.TEXT, profile, second=True)
        arrays[f"category_{kind}"] = _codes(
            [post.category.code if post.category else None for post in posts],
            [str(code) for code in profile.categories],
        )
        arrays[f"place_{kind}"] = _codes(
            [post.building.code if post.building else None for post in posts], places
        )
        arrays[f"day_{kind}"] = _days([post.happened_on for post in posts])
        arrays[f"colour_{kind}"] = np.array(
            [post.colour or colour_in(post.text) for post in posts], dtype=np.str_
        )
        arrays[f"brand_{kind}"] = np.array([brand_in(post.text) for post in posts], dtype=np.str_)
    arrays[LAST_DAYS] = _days([post.happened_until for post in sides["lost"]])
    lost, found = (
        {post.pk: row for row, post in enumerate(sides[kind])} for kind in ("lost", "found")
    )
    confirmed = Match.objects.filter(status=Match.Status.CONFIRMED).order_by("pk")
    pairs = [
        (lost[one], found[other])
        for one, other in confirmed.values_list("lost", "found")
        if one in lost and other in found
    ]
    return BenchmarkDataset(
        **arrays,
        prompts=profile.prompt_vecs,
        family=np.array([families.index(str(f)) for f in profile.families], dtype=np.int64),
        zone=np.array([zones.index(buildings[code]) for code in places], dtype=np.int64),
        pair_lost=np.array([row for row, _ in pairs], dtype=np.int64),
        pair_found=np.array([row for _, row in pairs], dtype=np.int64),
    )


def _posts(kind: str, fingerprint: str) -> list[Post]:
    having = Embedding.objects.filter(fingerprint=fingerprint, modality=Modality.TEXT)
    having = having.exclude(data=b"")  # a text that the encoder cannot read
    posts = Post.objects.filter(
        kind=kind, status__in=EXPORTED_STATUSES, pk__in=having.values("post")
    )
    return list(posts.with_facts().select_related("category", "building__zone").order_by("pk"))


def _vectors(
    posts: Sequence[Post], modality: str, profile: ScoringProfile, *, second: bool = False
) -> Vec:
    """One vector per post, for images that of the cover. Shape: (n, dim), NaN where missing

    Args:
        second: of the second text encoder.
    """
    rows = {post.pk: row for row, post in enumerate(posts)}
    fingerprint = profile.sentence_fingerprint if second else profile.fingerprint
    dim = profile.sentence_dim if second else profile.dim
    vecs = np.full((len(posts), dim), np.nan, dtype=np.float32)
    stored = Embedding.objects.filter(fingerprint=fingerprint, modality=modality).exclude(data=b"")
    # The cover has the lowest position, so it comes last and overwrites the others.
    for embedding in stored.order_by("-photo__position", "-pk").iterator(chunk_size=2000):
        if embedding.post_id in rows:
            vecs[rows[embedding.post_id]] = embedding.vec
    return vecs


def _codes(codes: Sequence[str | None], known: Sequence[str]) -> Ints:
    row_of = {code: row for row, code in enumerate(known)}
    return np.array([row_of.get(code, NO_CODE) if code else NO_CODE for code in codes], np.int64)


def _days(days: Sequence[date | None]) -> Floats:
    return np.array([np.nan if day is None else day.toordinal() for day in days], dtype=np.float64)
