"""A month of Seoul's found things, read from a recorded server and compared with lost posts."""

import json
import sys
import time
from datetime import timedelta
from typing import Any, Final

import django
import numpy as np

from bench.rows import Row, alternately, at_most, figure
from bench.site import run, scratch_site

MONTH: Final = 13_308  # rows of Seoul within a month, counted by others in October 2026
QUICK_MONTH: Final = 3_000
THINGS: Final = 50_000
QUICK_THINGS: Final = 5_000
MOST_S: Final = 300
MOST_MB: Final = 40  # a page of 500 rows and its queries; the rows alone would be 60
SLOWER: Final = 1.05  # of a ratio between two works of one process
ENVIRONMENT: Final = {
    "LOG_LEVEL": "ERROR",
    "MATCHING_FINDER": "off",
    "MALLOC_TRIM_THRESHOLD_": "65536",  # return freed memory at once
}


def police_rows(quick: bool) -> list[Row]:
    """Seconds, memory and changes of the import; matching beside as many posts of the site."""
    number, things = (QUICK_MONTH, QUICK_THINGS) if quick else (MONTH, THINGS)
    with scratch_site(**ENVIRONMENT) as env:
        first_s, second_s, grown_mb, changed = _last_line(
            run(env, "-m", "bench.police", "import", str(number))
        )
    with scratch_site(**ENVIRONMENT) as env:
        run(env, "-m", "bench.fill", str(2 * things))
        police_s, site_s = _last_line(run(env, "-m", "bench.police", "match", str(things)))
    named = f"{number:,} rows from the police"
    detail = f"{police_s * 1e3:.0f} ms, and {site_s * 1e3:.0f} ms against posts"
    return [
        at_most(f"import of {named}", MOST_S, first_s, "s"),
        figure("the same a second time", second_s, "s"),
        at_most("rows that the second time changes", 0, changed, ""),
        at_most(f"memory that the import of {named} takes", MOST_MB, grown_mb, "MB"),
        at_most(
            f"a lost post against {things:,} things at the police, and against posts",
            SLOWER,
            police_s / site_s,
            "times",
            detail,
        ),
    ]


def _last_line(printed: str) -> Any:
    return json.loads(printed.splitlines()[-1])


def read_twice(number: int) -> list[float]:
    """Seconds of both runs, memory that the first one added at most, rows changed by the second."""
    from bench.busy_process import resident_mb
    from lostfound.models import PoliceFound
    from lostfound.police.client import POLICE, PoliceClient
    from lostfound.police.importer import fetch_police
    from tests.support.police_server import KEY, police_server, thing

    seconds, held = [], []
    with police_server() as server:
        server.rows = {"F": [thing(row) for row in range(number)]}
        client = PoliceClient(server.url, KEY)
        fetch_police(client, services=[POLICE], days=1)  # what the first use loads does not count
        PoliceFound.objects.all().delete()
        held.append(resident_mb())
        for _ in range(2):
            start = time.perf_counter()
            (done,) = fetch_police(client, services=[POLICE])
            seconds.append(time.perf_counter() - start)
            held.append(resident_mb())
            assert done.state == "complete", done.detail
            assert done.rows == number
        assert PoliceFound.objects.count() == number
    return [*seconds, max(held) - held[0], done.added + done.changed + done.expired]


def match_both(number: int) -> list[float]:
    """Seconds to score a lost post against things at the police, and against posts of the site."""
    from django.utils import timezone

    from bench.vectors import clustered
    from lostfound.models import PoliceFound, Post
    from matching.conf import matching_settings
    from matching.core.registry import needs_profile
    from matching.encoders.base import current_fingerprint, get_encoder
    from matching.models import PoliceEmbedding
    from matching.scoring.score_post import query_as_stored, search_candidates
    from matching.services.police import best_at_police
    from matching.services.profiles import current_profile

    fingerprint, dim = current_fingerprint(), get_encoder().dim
    vecs, _ = clustered(number, seed=2, dim=dim)
    rng, today = np.random.default_rng(3), timezone.localdate()
    rows = PoliceFound.objects.bulk_create(
        [
            PoliceFound(
                service="police",
                atc_id=f"F{row:016d}",
                title=f"thing {row}",
                found_on=today - timedelta(days=int(rng.integers(0, 120))),
                region="LCA000",
                content_hash="",
            )
            for row in range(number)
        ],
        batch_size=1000,
    )
    PoliceEmbedding.objects.bulk_create(
        [
            PoliceEmbedding(
                found=row,
                content_hash="",
                fingerprint=fingerprint,
                dim=dim,
                data=vec.astype("<f4").tobytes(),
            )
            for row, vec in zip(rows, vecs, strict=True)
        ],
        batch_size=1000,
    )
    is_profiled = needs_profile(matching_settings().strategy)
    profile = current_profile(fingerprint) if is_profiled else None
    posts = Post.objects.lost().open().select_related("category__family", "building__zone")
    queries = [query_as_stored(post, fingerprint, profile) for post in posts[:10]]
    known = [query for query in queries if query is not None]
    turn = {"police": iter(known * 20), "site": iter(known * 20)}
    times = alternately(
        {
            "police": lambda: best_at_police(next(turn["police"])),
            "site": lambda: search_candidates(next(turn["site"])),
        },
        times=20,
        warm_up=2,
    )
    return [times["police"].median_s, times["site"].median_s]


if __name__ == "__main__":
    django.setup()
    work = read_twice if sys.argv[1] == "import" else match_both
    print(json.dumps(work(int(sys.argv[2]))))
