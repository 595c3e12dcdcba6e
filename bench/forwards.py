"""How often the model runs for a new post, on a small site and on a large one."""

import json
import sys
import time

import django

from bench.rows import Row, at_most, told
from bench.site import run, scratch_site

SMALL, LARGE, LARGE_QUICKLY = 1_000, 1_000_000, 10_000


def forwards_rows(quick: bool) -> list[Row]:
    """One post with words and a photograph, embedded and matched."""
    large = LARGE_QUICKLY if quick else LARGE
    found = {}
    for n in (SMALL, large):
        with scratch_site() as env:
            run(env, "-m", "bench.fill", str(n))
            found[n] = json.loads(run(env, "-m", "bench.forwards").splitlines()[-1])
    counts = {n: one["forwards"] for n, one in found.items()}
    more = max(counts[large][side] - counts[SMALL][side] for side in ("text", "image"))
    detail = ", ".join(f"{n:,} posts: {count}" for n, count in counts.items())
    return [
        at_most(f"more forwards for a new post at {large:,} posts", 0, more, "items", detail),
        *(
            told(f"matching one post among {n:,}, in process", one["seconds"] * 1e3, "ms")
            for n, one in found.items()
        ),
    ]


def match_one() -> dict[str, object]:
    """Match two posts, and count what the model did for the second one."""
    from django.contrib.auth import get_user_model
    from django.core.files.uploadedfile import SimpleUploadedFile

    from bench.pictures import jpeg
    from lostfound.services import submit_post
    from matching.encoder import get_encoder
    from matching.services import match_post

    author = get_user_model().objects.create(username="saver")
    before, start = {}, 0.0
    for row in range(2):
        photo = SimpleUploadedFile("a.jpg", jpeg(row), "image/jpeg")
        fields = {"title": f"검은색 지갑 {row}", "kept_note": "1"}
        post = submit_post(author=author, kind="found", fields=fields, photos=[photo])
        before, start = dict(get_encoder().forward_counts), time.perf_counter()
        outcome = match_post(post.pk)
        if outcome != "matched":
            raise RuntimeError(outcome)
    after = get_encoder().forward_counts
    return {
        "forwards": {side: after[side] - before[side] for side in after},
        "seconds": time.perf_counter() - start,
    }


if __name__ == "__main__":
    django.setup()
    if len(sys.argv) != 1:
        sys.exit("bench.forwards takes no argument")
    print(json.dumps(match_one()))
