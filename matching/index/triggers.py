"""Database triggers that record which posts changed, installed by `migrate` on both databases.

To change a table on SQLite, Django rebuilds it without its triggers, so they are reinstalled after
every `migrate`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connections

PREFIX: Final = "index_change"


@dataclass(frozen=True)
class Watched:
    """A table, its column with the post's id, and the columns whose changes matter.

    `post` is empty for a table whose changes may concern any post.
    """

    table: str
    post: str
    columns: tuple[str, ...] = ()


WATCHED: Final = (
    Watched(
        "lostfound_post",
        "id",
        (
            *("kind", "status", "category_id", "colour", "building_id", "author_id"),
            *("happened_on", "happened_until"),
        ),
    ),
    Watched("lostfound_photo", "post_id", ("position",)),
    Watched(
        "matching_matchingjob", "post_id", ("content_hash", "tokens", "named_colour", "named_brand")
    ),
    Watched("matching_embedding", "post_id", ("data", "fingerprint", "post_id", "photo_id")),
    Watched("lostfound_category", "", ("code", "family_id")),
    Watched("lostfound_family", "", ("code",)),
    Watched("lostfound_building", "", ("code", "zone_id")),
    Watched("lostfound_zone", "", ("code",)),
)


def install_triggers(using: str) -> None:
    """Install every trigger, replacing existing ones."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if not {watched.table for watched in WATCHED} | {"matching_indexchange"} <= tables:
        return  # the first migrations are still running
    with connection.cursor() as cursor:
        there = [_existing(watched, connection, cursor) for watched in WATCHED]
        make = _postgres if connection.vendor == "postgresql" else _sqlite
        for statement in make(there):
            cursor.execute(statement)


def drop_triggers(using: str) -> None:
    """Drop every trigger, before a column goes that one refers to; `migrate` installs them anew."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for watched in WATCHED:
            of_table = f" ON {watched.table}" if connection.vendor == "postgresql" else ""
            for name in _names(watched):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{of_table}")


def _existing(watched: Watched, connection: Any, cursor: Any) -> Watched:
    """Without columns that an earlier state of the database lacks."""
    described = connection.introspection.get_table_description(cursor, watched.table)
    columns = {column.name for column in described}
    return replace(watched, columns=tuple(c for c in watched.columns if c in columns))


def missing_triggers(using: str) -> list[str]:
    """Names of triggers that are missing in the database."""
    connection = connections[using]
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {row[0] for row in cursor.fetchall()}
    return [name for watched in WATCHED for name in _names(watched) if name not in there]


def _names(watched: Watched) -> list[str]:
    events = ("insert", "update", "delete") if watched.post else ("update",)
    return [f"{PREFIX}_{watched.table}_{event}" for event in events]


def _sqlite(all_watched: Iterable[Watched]) -> list[str]:
    statements = []
    for watched in all_watched:
        for name in _names(watched):
            event = name.rpartition("_")[2]
            when = ""
            if event == "update":
                changed = " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in watched.columns)
                when = f"WHEN {changed} "
            rows = {"insert": ["NEW"], "delete": ["OLD"], "update": ["NEW", "OLD"]}[event]
            posts = [f"{row}.{watched.post}" for row in rows] if watched.post else ["NULL"]
            if watched.post == "id":
                posts = posts[:1]
            noted = "".join(
                f'INSERT INTO matching_indexchange (post_id, "transaction", at) '
                f"VALUES ({post}, 0, strftime('%Y-%m-%d %H:%M:%f', 'now')); "
                for post in posts
            )
            statements += [
                f"DROP TRIGGER IF EXISTS {name}",
                f"CREATE TRIGGER {name} AFTER {event.upper()} ON {watched.table} "
                f"{when}BEGIN {noted}END",
            ]
    return statements


def _postgres(all_watched: Iterable[Watched]) -> list[str]:
    statements = []
    for watched in all_watched:
        function = f"{PREFIX}_{watched.table}"
        insert = 'INSERT INTO matching_indexchange (post_id, "transaction") VALUES '
        now = "pg_current_xact_id()::text::bigint"
        if not watched.post:
            body = f"{insert}(NULL, {now});"
        else:
            body = (
                f"IF TG_OP <> 'INSERT' THEN {insert}(OLD.{watched.post}, {now}); END IF; "
                f"IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND "
                f"NEW.{watched.post} <> OLD.{watched.post}) "
                f"THEN {insert}(NEW.{watched.post}, {now}); END IF;"
            )
        statements.append(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} RETURN NULL; END $$"
        )
        for name in _names(watched):
            event = name.rpartition("_")[2]
            when = ""
            if event == "update":
                changed = " OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in watched.columns)
                when = f"WHEN ({changed}) "
            statements += [
                f"DROP TRIGGER IF EXISTS {name} ON {watched.table}",
                f"CREATE TRIGGER {name} AFTER {event.upper()} ON {watched.table} "
                f"FOR EACH ROW {when}EXECUTE FUNCTION {function}()",
            ]
    return statements


def after_migrate(using: str, **_kwargs: Any) -> None:
    """Receiver of Django's `post_migrate`."""
    install_triggers(using)
