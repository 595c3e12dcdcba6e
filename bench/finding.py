"""The first page of a search, through the real server, the search process and the bundled model."""

import time
import urllib.error
import urllib.request
from itertools import product
from urllib.parse import urlencode

import django

from bench.rows import Row, at_most, figure
from bench.site import run, scratch_site, started

POSTS = 10_000
SEARCHES, QUICK_SEARCHES = 200, 60
PORT = 8124
READY_S = 60
COLOURS = ("검은", "파란", "흰색", "빨간", "회색", "갈색", "분홍", "black", "silver", "green")
THINGS = (
    *("우산", "지갑", "무선이어폰", "노트북", "열쇠", "학생증", "텀블러", "목도리", "안경", "모자"),
    *("umbrella", "wallet", "earphones", "laptop", "keys", "tumbler", "glasses", "backpack"),
)
PLACES = ("도서관에서 주운", "학생회관", "")


def finding_rows(quick: bool) -> list[Row]:
    """Searches by different words, with and without facts, one after the other."""
    number = QUICK_SEARCHES if quick else SEARCHES
    url = f"http://127.0.0.1:{PORT}"
    with scratch_site(ALLOWED_HOSTS="127.0.0.1", SITE_URL=url, DEBUG="0", HTTPS="0") as env:
        run(env, "manage.py", "collectstatic", "--no-input", "--verbosity", "0")
        run(env, "-m", "bench.fill", str(POSTS))
        run(env, "-m", "bench.finding")
        web = ("-m", "gunicorn", "lostfound.wsgi", "--bind", f"127.0.0.1:{PORT}")
        with started(env, "manage.py", "runworker"), started(env, *web, "--log-level", "warning"):
            _wait_until_it_searches(url)
            seconds = sorted(_ask(url, params) for params in queries(number))
    p95 = seconds[min(round(0.95 * len(seconds)), len(seconds) - 1)] * 1e3
    median = seconds[len(seconds) // 2] * 1e3
    detail = f"{POSTS:,} open posts, {len(seconds)} searches: median {median:.0f} ms"
    return [
        at_most("first page of a search, bundled model, p95", 300, p95, "ms", detail),
        figure("the slowest of them", seconds[-1] * 1e3, "ms"),
    ]


def queries(number: int) -> list[dict[str, str]]:
    """Search parameters in Korean and English, every fourth with a fact."""
    words = [
        f"{place} {colour} {thing}" for place, thing, colour in product(PLACES, THINGS, COLOURS)
    ]
    step = len(words) / number
    return [
        {"q": words[int(row * step)].strip(), **({"since": "2026-01-01"} if row % 4 == 0 else {})}
        for row in range(number)
    ]


def write_words() -> None:
    """Replace the titles that `fill` made by realistic ones, with their embeddings."""
    from lostfound.models import Post
    from matching.encoders.base import get_encoder
    from matching.models import Embedding

    titles = [f"{colour} {thing}" for colour, thing in product(COLOURS, THINGS)]
    vectors = dict(zip(titles, get_encoder().encode_texts(titles), strict=True))
    posts = list(Post.objects.order_by("pk"))
    for row, post in enumerate(posts):
        post.title = titles[row % len(titles)]
    Post.objects.bulk_update(posts, ["title"], batch_size=1000)
    titled = {post.pk: post.title for post in posts}
    rows = list(Embedding.objects.filter(modality="text"))
    for vector in rows:
        vector.data = vectors[titled[vector.post_id]].astype("<f4").tobytes()
    Embedding.objects.bulk_update(rows, ["data"], batch_size=1000)


def _ask(url: str, params: dict[str, str]) -> float:
    start = time.perf_counter()
    with urllib.request.urlopen(f"{url}/search/?{urlencode(params)}", timeout=30) as answer:
        page = answer.read().decode()
    seconds = time.perf_counter() - start
    if page.count('class="card') < 2:
        raise RuntimeError(f"Nothing was found for {params}.")
    return seconds


def _wait_until_it_searches(url: str) -> None:
    """Wait until the search process has read all vectors; before, only exact words are compared."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/api/v1/search/?q=umbrella", timeout=30) as answer:
                if b'"by_meaning":true' in answer.read():
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.5)
    raise RuntimeError("Semantic search did not become available.")


if __name__ == "__main__":
    django.setup()
    write_words()
