"""`/livez` and `/readyz`, for whatever starts, stops and balances this process.

Answered before host names and HTTPS are checked: they are asked from within, by address. A proxy
need not pass them on.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import ClassVar, Final

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

LIVE: Final = "/livez"
READY: Final = "/readyz"


class Health:
    """Live: this process answers. Ready: its database does too, with every migration applied.

    Redis and the object storage are no part of it: pages answer without them.
    """

    is_migrated: ClassVar = False  # asked for until it is so; a newer database is fine as well

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
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            if not Health.is_migrated:
                executor = MigrationExecutor(connection)
                if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                    return "migrations are not applied: run manage.py migrate"
                Health.is_migrated = True
        except DatabaseError:
            logger.exception("Not ready")
            return "the database does not answer"
        return ""


def _answer(problem: str) -> HttpResponse:
    return HttpResponse(
        f"{problem or 'ok'}\n",
        content_type="text/plain",
        status=HTTPStatus.SERVICE_UNAVAILABLE if problem else HTTPStatus.OK,
        headers={"Cache-Control": "no-store"},
    )
