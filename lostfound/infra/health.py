"""`/livez` and `/readyz`, for process managers and load balancers.

Answered before host name and HTTPS checks, because probes come from inside the network, by address.
A proxy need not forward them.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar, Final

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

LIVE: Final = "/livez"
READY: Final = "/readyz"


class Health:
    """Live: this process answers. Ready: its database answers too, with all migrations applied.

    Redis and the object storage are not checked, because pages work without them.
    """

    is_migrated: ClassVar = False  # checked until true; a newer database is fine too

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == LIVE:
            return _answer("")
        if request.path_info == READY:
            return _answer(self._problem())
        return self.get_response(request)

    def _problem(self) -> str:
        try:
            if _is_file_missing():
                return "the database's file is missing: restore it, or run manage.py migrate"
            if Health.is_migrated and _reads_a_row():
                return ""
            Health.is_migrated = False  # an expected row is gone: check everything again
            executor = MigrationExecutor(connection)
            if not executor.loader.applied_migrations:
                return "the database is empty: restore it, or run manage.py migrate"
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "migrations are not applied: run manage.py migrate"
            Health.is_migrated = True
        except (DatabaseError, OSError):
            logger.exception("Not ready")
            return "the database does not answer"
        return ""


def _is_file_missing() -> bool:
    """Whether SQLite's file is missing; a check must never create a new, empty one."""
    current = connections[DEFAULT_DB_ALIAS]
    if not isinstance(current, SQLite) or current.is_in_memory_db():
        return False
    # An open connection still reads from a file that has been moved or overwritten.
    current.close()
    return not Path(current.settings_dict["NAME"]).is_file()


def _reads_a_row() -> bool:
    """Whether a row can be read that every database of this project has."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM django_migrations ORDER BY id DESC LIMIT 1")
            return cursor.fetchone() is not None
    except DatabaseError:
        return False  # the caller determines the reason


def _answer(problem: str) -> HttpResponse:
    return HttpResponse(
        f"{problem or 'ok'}\n",
        content_type="text/plain",
        status=HTTPStatus.SERVICE_UNAVAILABLE if problem else HTTPStatus.OK,
        headers={"Cache-Control": "no-store"},
    )
