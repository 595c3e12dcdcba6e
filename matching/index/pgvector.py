"""An index inside PostgreSQL with pgvector, for several machines with one database.

A table of half-precision vectors with the posts' facts, and an HNSW graph per kind and side. The
first query after a change applies the recorded changes. What the graphs find is then scored exactly
from the stored embeddings.
"""

import time
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from django.db import connection, transaction

from matching.conf import matching_settings
from matching.core.filters import SearchFilters
from matching.core.segments import Segment
from matching.core.types import Candidates, Kind, PostFeatures
from matching.core.vectors import Vec
from matching.encoders.base import known_text_fingerprint
from matching.index import Shortlist, Side
from matching.index.pg_sync import bring_up_to_date, literal
from matching.index.reading import open_post_ids, read_posts, unreadable_post_ids

# How many of the nearest posts are scored exactly, for each way to compare.
NEAREST: Final = 250
# The maximum of pgvector: among 100,000 posts it finds .985 of the best 20 instead of .93, in 4 ms
# instead of 2.
EF_SEARCH: Final = 1000
# If a smaller share passes a filter, the graph meets too few of them among the nearest: of a
# million posts it found .92 of the best 20 at 3%, .96 at 10%.
GRAPH_SHARE = 0.05
COUNT_HOLDS_S: Final = 600.0
# Forces the planner to use the graph, the only plan that returns rows in order without a sort.
GRAPH_PLAN: Final = (
    "hnsw.iterative_scan = relaxed_order",
    *("enable_seqscan = off", "enable_bitmapscan = off", "enable_sort = off"),
)
COLUMNS: Final = ("category", "family", "colour", "building", "zone")


class PgVectorIndex:
    """The candidates of both kinds, in the database itself."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Side, Kind, str], tuple[float, int]] = {}

    def shortlists(
        self, query: PostFeatures, kinds: Sequence[Kind], fingerprint: str
    ) -> list[Shortlist]:
        """See `CandidateIndex`; the nearest posts by text and photographs, in every combination.

        Posts without a text that the encoder can read are among them, up to a number; a post
        without any vector is compared with the newest ones.
        """
        mine = [query.text_vec] if query.text_vec is not None else []
        mine += [query.cover_vec] if query.cover_vec is not None else []
        dim = query.image_vecs.shape[1]
        bring_up_to_date(fingerprint, dim)
        return [self._shortlist(mine, kind, fingerprint, dim) for kind in kinds]

    def _shortlist(
        self, query_vecs: Sequence[Vec], kind: Kind, fingerprint: str, dim: int
    ) -> Shortlist:
        ids = set(unreadable_post_ids(kind, fingerprint, NEAREST))
        if not query_vecs:
            ids |= set(open_post_ids(kind, fingerprint)[-NEAREST:])
        for vec in query_vecs:
            sides: tuple[Side, Side] = ("text", "image")
            for side in sides:
                ids |= {
                    pk
                    for pk, _ in self._search(
                        vec, side, kind, fingerprint, NEAREST, SearchFilters()
                    )
                }
        return _read(sorted(ids), kind, fingerprint, dim)

    def everything(self, kind: Kind, fingerprint: str, dim: int) -> Shortlist:
        """See `CandidateIndex`."""
        return _read(open_post_ids(kind, fingerprint), kind, fingerprint, dim)

    def nearest(
        self,
        query_vec: Vec,
        side: Side,
        kind: Kind,
        fingerprint: str,
        k: int,
        filters: SearchFilters,
    ) -> list[tuple[int, float]]:
        """See `CandidateIndex`; exact if few posts pass the filter."""
        bring_up_to_date(fingerprint, len(query_vec))
        return self._search(query_vec, side, kind, fingerprint, k, filters)

    def _search(
        self,
        query_vec: Vec,
        side: Side,
        kind: Kind,
        fingerprint: str,
        k: int,
        filters: SearchFilters,
    ) -> list[tuple[int, float]]:
        where, values = _where(side, kind, fingerprint, len(query_vec), filters)
        limit = k * (1 if side == "text" else 5)
        with transaction.atomic(), connection.cursor() as cursor:
            rows: list[tuple[int, float]] = []
            of_all = GRAPH_SHARE * self._count(cursor, side, kind, fingerprint, len(query_vec))
            is_exact = _are_few(cursor, where, values, max(k, round(of_all)))
            if not is_exact:
                rows = _by_graph(cursor, query_vec, where, values, limit)
            # The graph gives up if the posts that pass are far from the query.
            if len(rows) < limit:
                rows = _exactly(cursor, query_vec, where, values, limit)
        best: dict[int, float] = {}
        for post_id, similarity in rows:
            best[post_id] = max(float(similarity), best.get(post_id, float(similarity)))
        return sorted(best.items(), key=lambda found: (-found[1], found[0]))[:k]

    def _count(self, cursor: Any, side: Side, kind: Kind, fingerprint: str, dim: int) -> int:
        """The number of vectors of a kind and side, cached for ten minutes."""
        key = (side, kind, fingerprint)
        held = self._counts.get(key)
        if held is None or time.monotonic() > held[0]:
            where, values = _where(side, kind, fingerprint, dim, SearchFilters())
            cursor.execute(f"SELECT count(*) FROM matching_pgvector WHERE {where}", values)
            held = self._counts[key] = time.monotonic() + COUNT_HOLDS_S, int(cursor.fetchone()[0])
        return held[1]


def _are_few(cursor: Any, where: str, values: list[Any], least: int) -> bool:
    """Whether few enough pass to compare them all, or the graph would miss too many of them."""
    limit = max(matching_settings().exact_below, least)
    cursor.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM matching_pgvector WHERE {where} LIMIT %s) few",
        [*values, limit + 1],
    )
    return bool(cursor.fetchone()[0] <= limit)


def _by_graph(
    cursor: Any, query_vec: Vec, where: str, values: list[Any], limit: int
) -> list[tuple[int, float]]:
    """Approximately the nearest, as post and similarity; fewer than `limit` if it gave up."""
    before = transaction.savepoint()
    try:
        for setting in GRAPH_PLAN:
            cursor.execute(f"SET LOCAL {setting}")
        cursor.execute(f"SET LOCAL hnsw.ef_search = {EF_SEARCH}")
        return _nearest(cursor, query_vec, where, values, limit, "")
    finally:
        transaction.savepoint_rollback(before)  # also resets the settings


def _exactly(
    cursor: Any, query_vec: Vec, where: str, values: list[Any], limit: int
) -> list[tuple[int, float]]:
    """Exactly the nearest: no index covers the expression, so the planner has to compare all."""
    return _nearest(cursor, query_vec, where, values, limit, " + 0")


def _nearest(
    cursor: Any, query_vec: Vec, where: str, values: list[Any], limit: int, addend: str
) -> list[tuple[int, float]]:
    dim, vec = len(query_vec), literal(query_vec)
    distance = f"(e::halfvec({dim}) <#> %s::halfvec({dim}))"
    cursor.execute(
        f"SELECT post_id, -{distance} FROM matching_pgvector WHERE {where} "
        f"ORDER BY {distance}{addend} LIMIT %s",
        [vec, *values, vec, limit],
    )
    return list(cursor.fetchall())


def _where(
    side: Side, kind: Kind, fingerprint: str, dim: int, filters: SearchFilters
) -> tuple[str, list[Any]]:
    """The condition; kind and side are literals, so that the planner can match a graph's."""
    parts = [f"kind = '{kind}'", f"side = '{side}'", f"vector_dims(e) = {dim}", "fingerprint = %s"]
    values: list[Any] = [fingerprint]
    plural = ("categories", "families", "colours", "buildings", "zones")
    for column, name in zip(COLUMNS, plural, strict=True):
        codes = getattr(filters, name)
        if codes is not None:
            parts.append(f"{column} = ANY(%s)")
            values.append(list(codes))
    if filters.first_day is not None:
        parts.append("day >= %s")
        values.append(filters.first_day)
    if filters.last_day is not None:
        parts.append("day <= %s")
        values.append(filters.last_day)
    return " AND ".join(parts), values


def _read(post_ids: list[int], kind: Kind, fingerprint: str, dim: int) -> Shortlist:
    second = known_text_fingerprint()
    read = list(read_posts(post_ids, fingerprint, dim, kind, second=second))
    candidates = Candidates.from_features([features for features, _ in read], dim)
    segment = Segment(candidates, np.ones(len(candidates), dtype=np.bool_))
    return Shortlist((segment,), {post.post_id: digest for post, digest in read}, dim)
