"""How often the model runs for a new post, on a small site and on a large one."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from bench.rows import Row, at_most, figure
from bench.site import run, scratch_site

SMALL, LARGE, LARGE_QUICKLY = 1_000, 1_000_000, 10_000


def forwards_rows(quick: bool) -> list[Row]:
    """Forward passes for one post with text and a photograph, embedded and matched."""
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
            figure(f"matching one post among {n:,}, in process", one["seconds"] * 1e3, "ms")
            for n, one in found.items()
        ),
    ]


def matched_in_ms(n: int) -> float:
    """Time of a post's task without its embedding, on a site with n posts."""
    with scratch_site() as env:
        run(env, "-m", "bench.fill", str(n))
        return float(json.loads(run(env, "-m", "bench.forwards").splitlines()[-1])["rest_ms"])


def match_one() -> dict[str, object]:
    """Match two posts, and count the model's work for the second one."""
    from django.contrib.auth import get_user_model
    from django.core.files.uploadedfile import SimpleUploadedFile

    from bench.pictures import jpeg
    from lostfound.services import submit_post
    from matching.encoders.base import get_encoder
    from matching.services import match_post

    author = get_user_model().objects.create(username="saver")
    before, start, encoded_s = {}, 0.0, _Timer()
    for row in range(2):
        photo = SimpleUploadedFile("a.jpg", jpeg(row), "image/jpeg")
        fields = {"title": f"검은색 지갑 {row}", "kept_note": "1"}
        post = submit_post(author=author, kind="found", fields=fields, photos=[photo])
        encoded_s.watch(get_encoder())
        before, start = dict(get_encoder().forward_counts), time.perf_counter()
        outcome = match_post(post.pk)
        if outcome != "matched":
            raise RuntimeError(outcome)
    seconds = time.perf_counter() - start
    after = get_encoder().forward_counts
    return {
        "forwards": {side: after[side] - before[side] for side in after},
        "seconds": seconds,
        "rest_ms": (seconds - encoded_s.total_s) * 1e3,
    }


class _Timer:
    """Measures how long an encoder works, from the last call of `watch`."""

    def __init__(self) -> None:
        self.total_s = 0.0
        self._is_watching = False

    def watch(self, encoder: Any) -> None:
        """Start counting from now on."""
        self.total_s = 0.0
        if self._is_watching:
            return
        self._is_watching = True
        for name in ("encode_texts", "encode_images"):
            setattr(encoder, name, self._timed(getattr(encoder, name)))

    def _timed(self, encode: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def timed(items: Any) -> Any:
            start = time.perf_counter()
            try:
                return encode(items)
            finally:
                self.total_s += time.perf_counter() - start

        return timed


if __name__ == "__main__":
    django.setup()
    if len(sys.argv) != 1:
        sys.exit("bench.forwards takes no argument")
    print(json.dumps(match_one()))
