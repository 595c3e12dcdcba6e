"""Keeps the pgvector table in sync with the posts; any process may do so, one at a time."""

import threading
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection, connections, transaction

from matching.core.types import Kind
from matching.core.vectors import Vec
from matching.index import IndexUnavailable
from matching.index.reading import AT_ONCE, open_post_ids, read_posts

KINDS: Final[tuple[Kind, Kind]] = ("lost", "found")
SIDES: Final = ("text", "image")
LOCK: Final = 7_460_221  # advisory lock of this work, unique within the database
HNSW: Final = "m = 16, ef_construction = 64"
MISSING_EXTENSION: Final = (
    "MATCHING_INDEX is pgvector, but this PostgreSQL has no extension of that name. Install it on "
    "the server (package postgresql-NN-pgvector, or the image pgvector/pgvector), let a superuser "
    "run CREATE EXTENSION vector, and start again; or set MATCHING_INDEX=memory."
)
OTHER_DATABASE: Final = (
    "MATCHING_INDEX is pgvector, and the database is no PostgreSQL. Set DATABASE_URL to one, or "
    "MATCHING_INDEX=memory."
)
_graphs_of: set[tuple[str, int]] = set()  # created or seen by this process
_graphs_lock = threading.Lock()


def create_table(cursor: Any) -> None:
    """Create the table and its state if they do not exist; needs pgvector.

    Raises: IndexUnavailable
    """
    cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'")
    if not cursor.fetchone()[0]:
        raise IndexUnavailable(MISSING_EXTENSION)
    cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
    cursor.execute(
        """
        CREATE TABLE IF NOT EXISTS matching_pgvector (
            id bigserial PRIMARY KEY, post_id bigint NOT NULL, fingerprint text NOT NULL,
            kind text NOT NULL, side text NOT NULL, category text, family text, colour text,
            building text, zone text, day double precision, e halfvec NOT NULL)
        """
    )
    cursor.execute(
        "CREATE INDEX IF NOT EXISTS matching_pgvector_post ON matching_pgvector (post_id)"
    )
    cursor.execute(
        "CREATE INDEX IF NOT EXISTS matching_pgvector_facts "
        "ON matching_pgvector (kind, side, category, day)"
    )
    cursor.execute(
        """
        CREATE TABLE IF NOT EXISTS matching_pgvector_state (
            fingerprint text PRIMARY KEY, horizon bigint NOT NULL, last bigint NOT NULL,
            applied bigint[] NOT NULL)
        """
    )


def index_problem(using: str) -> str:
    """Why the index cannot work in this database; empty if it can."""
    if connections[using].vendor != "postgresql":
        return OTHER_DATABASE
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'")
        return "" if cursor.fetchone()[0] else MISSING_EXTENSION


def bring_up_to_date(fingerprint: str, dim: int) -> None:
    """Apply every change that has been committed so far.

    Raises: IndexUnavailable
    """
    _make_graphs(fingerprint, dim)
    with transaction.atomic(), connection.cursor() as cursor:
        if _pending(cursor, fingerprint) == []:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        horizon, last = _now(cursor)
        pending = _pending(cursor, fingerprint)
        changed = sorted({post_id for _, post_id in pending or [] if post_id is not None})
        if pending is None or any(post_id is None for _, post_id in pending):
            cursor.execute("DELETE FROM matching_pgvector")
            cursor.execute("DELETE FROM matching_pgvector_state")
            ids = [pk for kind in KINDS for pk in open_post_ids(kind, fingerprint)]
            _write(cursor, ids, fingerprint, dim)
        elif changed:
            cursor.execute("DELETE FROM matching_pgvector WHERE post_id = ANY(%s)", [changed])
            _write(cursor, changed, fingerprint, dim)
        # Changes of transactions in progress stay above the horizon, so they are listed by id.
        cursor.execute(
            "INSERT INTO matching_pgvector_state (fingerprint, horizon, last, applied) "
            "SELECT %(of)s, %(horizon)s, %(last)s, coalesce(array_agg(id), ARRAY[]::bigint[]) "
            'FROM matching_indexchange WHERE "transaction" >= %(horizon)s AND id = ANY(%(known)s) '
            "ON CONFLICT (fingerprint) DO UPDATE SET horizon = EXCLUDED.horizon, "
            "last = EXCLUDED.last, applied = EXCLUDED.applied",
            {
                "of": fingerprint,
                "horizon": horizon,
                "last": last,
                "known": _known(cursor, fingerprint) + [pk for pk, _ in pending or []],
            },
        )


def literal(vec: Vec) -> str:
    """A vector as a literal of pgvector."""
    return "[" + ",".join(f"{value:.6g}" for value in vec.tolist()) + "]"


def _now(cursor: Any) -> tuple[int, int]:
    """The oldest transaction in progress, and the newest change."""
    cursor.execute(
        "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, "
        "(SELECT coalesce(max(id), 0) FROM matching_indexchange)"
    )
    horizon, last = cursor.fetchone()
    return int(horizon), int(last)


def _pending(cursor: Any, fingerprint: str) -> list[tuple[int, int | None]] | None:
    """Changes not applied yet, as ids and posts; None if everything has to be read again."""
    cursor.execute(
        "SELECT horizon, last, applied FROM matching_pgvector_state WHERE fingerprint = %s",
        [fingerprint],
    )
    state = cursor.fetchone()
    if state is None:
        return None
    horizon, last, applied = state
    cursor.execute("SELECT min(id), max(id) FROM matching_indexchange")
    first, newest = cursor.fetchone()
    if (newest or 0) < last or (first or 0) > last + 1:
        return None  # pruned before this index applied it
    cursor.execute(
        'SELECT id, post_id FROM matching_indexchange WHERE "transaction" >= %s '
        "AND NOT id = ANY(%s)",
        [horizon, applied],
    )
    return list(cursor.fetchall())


def _known(cursor: Any, fingerprint: str) -> list[int]:
    cursor.execute(
        "SELECT applied FROM matching_pgvector_state WHERE fingerprint = %s", [fingerprint]
    )
    row = cursor.fetchone()
    return list(row[0]) if row else []


def _write(cursor: Any, post_ids: Sequence[int], fingerprint: str, dim: int) -> None:
    for start in range(0, len(post_ids), AT_ONCE):
        rows = []
        for post, _digest in read_posts(post_ids[start : start + AT_ONCE], fingerprint, dim):
            facts = (post.category, post.family, post.colour, post.building, post.zone, post.day)
            sides = [("image", vec) for vec in post.image_vecs]
            if post.text_vec is not None:
                sides.append(("text", post.text_vec))
            rows += [
                (post.post_id, fingerprint, post.kind, side, *facts, literal(vec))
                for side, vec in sides
            ]
        cursor.executemany(
            "INSERT INTO matching_pgvector (post_id, fingerprint, kind, side, category, family, "
            "colour, building, zone, day, e) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::halfvec)",
            rows,
        )


def _make_graphs(fingerprint: str, dim: int) -> None:
    """Create one graph per kind, side and dimension."""
    if connection.vendor != "postgresql":
        raise IndexUnavailable(OTHER_DATABASE)
    key = (connection.settings_dict["NAME"], dim)
    with _graphs_lock:
        if key in _graphs_of:
            return
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            create_table(cursor)
            for kind in KINDS:
                for side in SIDES:
                    cursor.execute(
                        f"CREATE INDEX IF NOT EXISTS matching_pgvector_{kind}_{side}_{dim} "
                        f"ON matching_pgvector USING hnsw ((e::halfvec({dim})) halfvec_ip_ops) "
                        f"WITH ({HNSW}) WHERE kind = '{kind}' AND side = '{side}' "
                        f"AND vector_dims(e) = {dim}"
                    )
        if not connection.in_atomic_block:  # a surrounding transaction may roll it back
            _graphs_of.add(key)
