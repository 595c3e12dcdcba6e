"""A site of an earlier version: migrating takes long, so its database is made once and copied."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.support.databases import FILE
from tests.support.shared import MadeOnce

Targets = Sequence[tuple[str, str]]
SiteBefore = Callable[[Targets], Any]


def migrate(targets: Targets) -> Any:
    """The models as they are after these migrations.

    Uses the command, because only that renames content types along with their models.
    """
    for app, name in targets:
        call_command("migrate", app, name, verbosity=0)
    return _models()


@pytest.fixture
def site_before(migrated: Path, made_once: MadeOnce) -> Iterator[SiteBefore]:
    """`site_before(targets)`: the database at these migrations, and its models.

    The database is migrated to the newest ones again after the test.
    """

    def at(targets: Targets) -> Any:
        if connection.vendor != "sqlite":
            return migrate(targets)

        def make(folder: Path) -> None:
            migrate(targets)
            with closing(sqlite3.connect(folder / FILE)) as file:
                connection.connection.backup(file)

        name = "before-" + "-".join(name for _, name in targets)
        _copy(made_once(name, make) / FILE)
        return _models()

    yield at
    if connection.vendor == "sqlite":
        _copy(migrated)
    else:
        call_command("migrate", verbosity=0)


def _models() -> Any:
    """The models as the database has them."""
    loader = MigrationExecutor(connection).loader
    applied = [node for node in loader.applied_migrations or {} if node in loader.graph.nodes]
    return loader.project_state(applied).apps


def _copy(path: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as file:
        file.backup(connection.connection)
    ContentType.objects.clear_cache()
