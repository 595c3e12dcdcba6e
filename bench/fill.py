"""`python -m bench.fill N`: N open posts with clustered vectors, as if all had been matched.

Their vectors are random, not computed: the model would take an hour, without any difference for the
search.
"""

import sys
from datetime import timedelta

import django
import numpy as np


def fill(n: int) -> None:
    """Create n posts, half lost and half found, half of them with a photograph's vector."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from bench.vectors import clustered
    from lostfound.models import Building, Category, Photo, Post
    from matching.conf import matching_settings
    from matching.encoders.base import current_fingerprint, get_encoder
    from matching.models import Embedding, MatchingJob
    from matching.services import build_scoring_profile

    rng = np.random.default_rng(0)
    fingerprint, dim = current_fingerprint(), get_encoder().dim
    texts, cluster = clustered(n, seed=0, dim=dim)
    images, _ = clustered(n, seed=1, dim=dim)
    people = get_user_model().objects.bulk_create(
        [get_user_model()(username=f"person{number}") for number in range(max(n // 5, 2))]
    )
    categories, buildings = list(Category.objects.all()), list(Building.objects.all())
    today = timezone.localdate()
    posts = Post.objects.bulk_create(
        [
            Post(
                kind="lost" if row % 2 else "found",
                author=people[int(rng.integers(len(people)))],
                title=f"post {row}",
                category=categories[cluster[row] % len(categories)] if rng.random() < 0.8 else None,
                building=buildings[int(rng.integers(len(buildings)))],
                happened_on=today - timedelta(days=int(rng.integers(0, 120))),
            )
            for row in range(n)
        ],
        batch_size=1000,
    )
    photos = Photo.objects.bulk_create(
        [
            Photo(
                post=post,
                full=f"none/{post.pk}",
                thumbnail=f"none/{post.pk}",
                width_px=1,
                height_px=1,
                content_hash=f"{post.pk:064x}",
                mask=Photo.Mask.ALLOWED,  # there is no file that could be masked
            )
            for post in posts[: n // 2]
        ],
        batch_size=1000,
    )
    Embedding.objects.bulk_create(
        [_vector(post, None, texts[row], fingerprint) for row, post in enumerate(posts)],
        batch_size=1000,
    )
    Embedding.objects.bulk_create(
        [_vector(p.post, p, images[row], fingerprint) for row, p in enumerate(photos)],
        batch_size=1000,
    )
    rows = MatchingJob.objects.bulk_create(
        [
            MatchingJob(
                post=post,
                status="done",
                fingerprint=fingerprint,
                content_hash=f"{post.pk:064x}",
                strategy=matching_settings().strategy,
            )
            for post in posts
        ],
        batch_size=1000,
    )
    version = build_scoring_profile().pk
    MatchingJob.objects.filter(pk__in=[rows[0].pk]).update(profile_version=version)
    MatchingJob.objects.update(profile_version=version)


def _vector(post, photo, vec, fingerprint):  # type: ignore[no-untyped-def]
    from matching.models import Embedding

    return Embedding(
        post=post,
        photo=photo,
        modality="text" if photo is None else "image",
        content_hash=f"{post.pk:064x}",
        fingerprint=fingerprint,
        dim=len(vec),
        data=vec.astype("<f4").tobytes(),
    )


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]))
