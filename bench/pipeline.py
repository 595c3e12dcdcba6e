"""The time from saving a post to its matches, through a real worker process."""

import json
import sys
import time

import django

from bench.rows import Row, Times, at_most, figure
from bench.site import run, scratch_site, started

POSTS = 10_000
SAVED, SAVED_QUICKLY = 40, 15
LIMIT_S = 60.0


def pipeline_rows(quick: bool) -> list[Row]:
    """Posts with and without a photograph, one after the other, with an idle worker."""
    with scratch_site() as env:
        run(env, "-m", "bench.fill", str(POSTS))
        with started(env, "manage.py", "runworker"):
            output = run(env, "-m", "bench.pipeline", str(SAVED_QUICKLY if quick else SAVED))
    found = json.loads(output.splitlines()[-1])
    seconds = sorted(found["seconds"])
    p95 = seconds[min(round(0.95 * len(seconds)), len(seconds) - 1)]
    detail = f"{POSTS:,} open posts, {len(seconds)} saved: median {Times(seconds).median_s:.2f} s"
    return [
        at_most("saved to matched, bundled model, idle worker, p95", 1.5, p95, "s", detail),
        figure("the first one, with a worker that has just started", found["first_s"], "s"),
    ]


def save_and_wait(number: int) -> list[float]:
    """Save posts one by one, and print the seconds until each is matched."""
    from django.contrib.auth import get_user_model
    from django.core.files.uploadedfile import SimpleUploadedFile

    from bench.pictures import jpeg
    from lostfound.services import submit_post
    from matching.models import MatchingJob

    author = get_user_model().objects.create(username="saver")
    seconds = []
    for row in range(number):
        photos = [SimpleUploadedFile("a.jpg", jpeg(row), "image/jpeg")] if row % 2 else []
        fields = {"title": f"검은색 지갑 {row}, black wallet", "kept_note": "1"}
        post = submit_post(author=author, kind="found", fields=fields, photos=photos)
        start = time.perf_counter()
        while MatchingJob.objects.get(post=post).status not in ("done", "failed"):
            if time.perf_counter() - start > LIMIT_S:
                raise RuntimeError("The worker did not match the post.")
            time.sleep(0.005)
        seconds.append(time.perf_counter() - start)
        if MatchingJob.objects.get(post=post).status == "failed":
            raise RuntimeError(MatchingJob.objects.get(post=post).error)
    return seconds


if __name__ == "__main__":
    django.setup()
    first, *others = save_and_wait(int(sys.argv[1]) + 1)
    print(json.dumps({"first_s": first, "seconds": others}))
