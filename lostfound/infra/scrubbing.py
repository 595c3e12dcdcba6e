"""Removing what deleted rows leave in the files of a database."""

import logging

from django.db import OperationalError, connection

logger = logging.getLogger(__name__)


def scrub_database() -> None:
    """Rewrite a SQLite file without the remains of deleted rows; nothing on PostgreSQL.

    `secure_delete` overwrites deleted rows, but not the copies that SQLite leaves when it moves
    rows between pages, nor those in the write-ahead log. Takes an exclusive lock, and as much
    space as the database, for the time of copying it; SQLite refuses it within a transaction. If
    it fails, the next run tries again.

    PostgreSQL's autovacuum reuses the space, and nothing reads it in between.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except OperationalError:  # locked for long, or no space
        logger.exception("Could not clean the database file")
