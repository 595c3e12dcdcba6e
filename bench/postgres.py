"""The PostgreSQL index on a scratch server: time and recall against the exact plan."""

import json
import sys
from functools import partial
from typing import Any

import django
import numpy as np

from bench.rows import Row, Times, at_least, figure, timed
from bench.site import run, scratch_site
from bench.vectors import candidates, clustered

TOP = 20
QUERIES = 40
MANY, QUERIES_OF_MANY = 100_000, 10  # above it the exact plan takes seconds
SHARES = (0.01, 0.03, 0.1, 0.2, 0.5)  # of the posts that pass a filter


def postgres_rows(quick: bool) -> list[Row]:
    """Search and filtered search in PostgreSQL, measured in a separate process."""
    from tests.support.servers.postgres import PostgresServer

    sizes = (10_000,) if quick else (1_000, 10_000, 100_000, 1_000_000)
    rows = []
    with PostgresServer() as server:
        for n in sizes:
            url = server.make_database(f"bench{n}")
            with scratch_site(DATABASE_URL=url, MATCHING_INDEX="pgvector") as env:
                output = run(env, "-m", "bench.postgres", str(n))
            rows += _rows(n, json.loads(output.splitlines()[-1]))
    return rows


def _rows(n: int, found: dict[str, Any]) -> list[Row]:
    rows = []
    for name in ("graph", "exact", "filter agrees", "filter disagrees"):
        seconds, recall = found[name]["seconds"], found[name]["recall"]
        label = f"search of {n:,}: pgvector {name}"
        rows.append(figure(label, Times(seconds).median_s * 1e3, "ms", f"{Times(seconds).words}"))
        least = 0.95 if name == "graph" else 0.99
        rows.append(at_least(f"{label}, recall of the best {TOP}", least, recall, "share"))
    for passing, times in found["crossover"].items():
        rows.append(
            figure(
                f"pgvector, {n:,}: {int(passing):,} pass the filter, exact against graph",
                times["exact"] / times["graph"],
                "times",
                f"exact {times['exact'] * 1e3:.1f} ms, graph {times['graph'] * 1e3:.1f} ms, "
                f"recall of the graph {times['recall']:.3f}",
            )
        )
    return rows


def measure(n: int) -> dict[str, dict[str, object]]:
    """Fill the index's table, and query it."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import override_settings

    from matching.conf import matching_settings
    from matching.core.filters import SearchFilters
    from matching.core.vectors import dots
    from matching.index.pg_sync import _make_graphs, create_table, literal
    from matching.index.pgvector import PgVectorIndex

    vecs, cluster = clustered(n)
    posts = candidates(vecs, cluster)
    with connection.cursor() as cursor:
        create_table(cursor)
        with cursor.copy(
            "COPY matching_pgvector (post_id, fingerprint, kind, side, category, day, e) FROM STDIN"
        ) as copy:
            for row in range(n):
                copy.write_row(
                    (
                        row,
                        "bench",
                        "found",
                        "text",
                        posts.categories[row],
                        posts.days[row],
                        literal(vecs[row]),
                    )
                )
        cursor.execute(
            "SET maintenance_work_mem = '3GB'"
        )  # building is slow if the graph does not fit
        _make_graphs("bench", vecs.shape[1])
        cursor.execute("ANALYZE matching_pgvector")
    index = PgVectorIndex()
    queries = clustered(QUERIES if n <= MANY else QUERIES_OF_MANY, seed=1)[0]
    matching = dict(settings.MATCHING)
    near, far = posts.categories[0], posts.categories[1]
    chosen = matching_settings().exact_below
    plans = {
        "graph": (SearchFilters(), 1),
        "exact": (SearchFilters(), n + 1),
        "filter agrees": (SearchFilters(categories=frozenset({near})), chosen),
        "filter disagrees": (SearchFilters(categories=frozenset({far}), last_day=100.0), chosen),
    }
    found = {}
    for name, (filters, exact_below) in plans.items():
        mask = filters.mask(posts)
        seconds, hits, possible = [], 0, 0
        with override_settings(MATCHING={**matching, "EXACT_BELOW": exact_below}):
            for query in queries:
                search = partial(index._search, query, "text", "found", "bench", TOP, filters)
                seconds += timed(search, 1).seconds
                listed = {pk for pk, _ in search()}
                rows = np.flatnonzero(mask)
                best = set(rows[np.argsort(-dots(query, vecs[rows]))[:TOP]].tolist())
                hits, possible = hits + len(listed & best), possible + len(best)
        found[name] = {"seconds": seconds, "recall": hits / max(possible, 1)}
    found["crossover"] = crossover(index, posts, vecs, matching)
    return found


def crossover(index: Any, posts: Any, vecs: Any, matching: dict[str, Any]) -> dict[str, Any]:
    """Both plans under date filters that ever more posts pass."""
    from django.test.utils import override_settings

    from matching.core.filters import SearchFilters
    from matching.core.vectors import dots
    from matching.index import pgvector

    pgvector.GRAPH_SHARE = 0.0  # the plans are chosen here
    queries = clustered(10, seed=2)[0]
    found = {}
    for share in SHARES:
        filters = SearchFilters(last_day=365 * share)
        rows = np.flatnonzero(filters.mask(posts))
        times: dict[str, float] = {}
        hits = 0
        for plan, exact_below in (("exact", len(vecs) + 1), ("graph", 1)):
            seconds: list[float] = []
            with override_settings(MATCHING={**matching, "EXACT_BELOW": exact_below}):
                for query in queries:
                    search = partial(index._search, query, "text", "found", "bench", TOP, filters)
                    seconds += timed(search, 1).seconds
                    if plan == "graph":
                        best = set(rows[np.argsort(-dots(query, vecs[rows]))[:TOP]].tolist())
                        hits += len(best & {pk for pk, _ in search()})
            times[plan] = Times(seconds).median_s
        times["recall"] = hits / (TOP * len(queries))
        found[str(len(rows))] = times
    return found


if __name__ == "__main__":
    django.setup()
    print(json.dumps(measure(int(sys.argv[1]))))
