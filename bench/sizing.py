"""The disk space of a post, starting from an empty database: `python -m bench.sizing`.

On PostgreSQL: `python -m tests.support.servers.postgres python -m bench.sizing`.
"""

import argparse
import hashlib
import os
import tempfile
import uuid
from datetime import timedelta
from typing import Final

DIM: Final = 768  # of the production model's vectors
MATCHES: Final = 5  # stored pairs per post
EVENTS: Final = 2
CHUNK: Final = 1000
TERMS: Final = ("prior", "category", "text_text", "image_image", "text_image", "image_text", "time")
TABLES: Final = (
    *("lostfound_post", "lostfound_postevent", "lostfound_photo"),
    *("matching_matchingjob", "matching_embedding", "matching_match"),
)


def digest(number: int) -> str:
    """A hash like those of contents."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def fill(posts: int) -> None:
    """Create matched posts of typical length with one photograph each."""
    import numpy as np
    from django.utils import timezone

    from lostfound.models import Photo, Post, PostEvent, User
    from matching.models import Embedding, Match, MatchingJob, Modality

    people = [User(username=f"person{n}", email=f"{n}@example.com") for n in range(100)]
    User.objects.bulk_create(people)
    people = list(User.objects.all())
    rng = np.random.default_rng(1)
    fingerprint = "clip:Bingsu/clip-vit-large-patch14-ko:0123456789ab"
    for start in range(0, posts, CHUNK):
        made = Post.objects.bulk_create(
            Post(
                kind="lost" if n % 2 else "found",
                author=people[n % len(people)],
                title=f"파란색 접이식 우산 {n}",
                description="손잡이에 노란 리본이 달려 있고 안쪽에 이름표가 붙어 있어요. " * 2,
                colour="blue",
                place_note="2층 열람실 창가 자리",
            )
            for n in range(start, start + CHUNK)
        )
        photos = Photo.objects.bulk_create(
            Photo(
                post=post,
                full=f"photos/full/ab/{uuid.uuid4().hex}.jpg",
                thumbnail=f"photos/thumb/ab/{uuid.uuid4().hex}.jpg",
                width_px=1600,
                height_px=1200,
                content_hash=digest(post.pk),
            )
            for post in made
        )
        for _ in range(EVENTS):
            PostEvent.objects.bulk_create(
                PostEvent(post=post, actor=post.author, action="submitted", to_status="open")
                for post in made
            )
        MatchingJob.objects.bulk_create(
            MatchingJob(
                post=post,
                status="done",
                attempts=1,
                fingerprint=fingerprint,
                content_hash=digest(post.pk),
                strategy="calibrated_v3",
                profile_version=1,
                sent_at=timezone.now(),
                finished_at=timezone.now() + timedelta(seconds=1),
            )
            for post in made
        )
        for modality, seen in ((Modality.TEXT, [None] * CHUNK), (Modality.IMAGE, photos)):
            Embedding.objects.bulk_create(
                Embedding(
                    post=post,
                    photo=photo,
                    modality=modality,
                    content_hash=digest(post.pk),
                    fingerprint=fingerprint,
                    dim=DIM,
                    data=rng.standard_normal(DIM).astype("<f4").tobytes(),
                )
                for post, photo in zip(made, seen, strict=True)
            )
        lost, found = made[1::2], made[::2]
        Match.objects.bulk_create(
            Match(
                lost=one,
                found=found[(number + step) % len(found)],
                status="suggested",
                strategy="calibrated_v3",
                fingerprint=fingerprint,
                score=0.5,
                terms={name: float(rng.normal()) for name in TERMS},
                evidence_hash=digest(one.pk),
            )
            for number, one in enumerate(lost)
            for step in range(2 * MATCHES)
        )


def sizes() -> dict[str, tuple[int, int]]:
    """Rows and bytes of each table, including its indexes."""
    from django.db import connection

    measured = {}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("CHECKPOINT")
        for table in TABLES:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            rows = cursor.fetchone()[0]
            if connection.vendor == "postgresql":
                cursor.execute("SELECT pg_total_relation_size(%s)", [table])
            else:
                cursor.execute(
                    "SELECT SUM(pgsize) FROM dbstat WHERE name = %s OR name IN "
                    "(SELECT name FROM sqlite_master WHERE tbl_name = %s)",
                    [table, table],
                )
            measured[table] = rows, int(cursor.fetchone()[0])
    return measured


def main() -> None:
    """Fill the database, and print bytes per row and per post."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000, help="a multiple of 1000")
    posts = parser.parse_args().posts
    import django
    from django.core.management import call_command

    django.setup()
    from django.db import connection

    from lostfound.models import Post

    call_command("migrate", verbosity=0)
    if Post.objects.exists():
        raise SystemExit("This fills a database with posts, so it must be empty.")
    fill(posts)
    measured = sizes()
    print(f"{connection.vendor}, {posts} posts, {DIM} dimensions")
    for table, (rows, size) in measured.items():
        print(f"{table:22} {rows:8} rows {size / rows:6.0f} bytes a row {size / posts:6.0f} a post")
    whole = sum(size for _, size in measured.values())
    print(
        f"{'together':22} {whole / posts:.0f} bytes a post, {whole / posts / 10:.0f} MB for 100,000"
    )


def run() -> None:
    """Run `main`, on a temporary database unless one is set."""
    with tempfile.TemporaryDirectory(prefix="sizing-") as folder:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lostfound.settings")
        os.environ["VAR_DIR"] = folder
        os.environ["LOG_LEVEL"] = "WARNING"
        main()


if __name__ == "__main__":
    run()
