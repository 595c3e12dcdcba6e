"""The tests' database as a file for separate processes, because migrating takes long."""

import shutil
import sqlite3
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from tests.support.paths import ROOT
from tests.support.shared import MadeOnce
from tests.support.worker_site import migrate

MIGRATED, FILE = "migrated", "db.sqlite3"
WITH_MIGRATIONS = ("django", "django-allauth", "django-q2")
SOURCES = (".py", ".json", ".toml")

_rows: dict[str, str] = {}


def _migrated_from() -> str:
    """A digest of everything that `migrate` could depend on: migrations import the product."""
    packages = [f"{name} {version(name)}" for name in WITH_MIGRATIONS]
    digest = sha256(repr([packages, sys.version, sqlite3.sqlite_version]).encode())
    for package in ("lostfound", "matching"):
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in SOURCES:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="session")
def kept_migrated(request: pytest.FixtureRequest) -> Path:
    """Where pytest's cache has the migrated database of an earlier run with the same sources."""
    return request.config.cache.mkdir(MIGRATED) / f"{_migrated_from()}.sqlite3"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, made_once: MadeOnce, kept_migrated: Path
) -> pytest.MonkeyPatch:
    """Within pytest-django's set-up alone, `migrate` copies what was migrated before.

    By an earlier run, or by another worker of this one.
    """
    migrate = MigrateCommand.handle

    def handle(self: MigrateCommand, *args: Any, **options: Any) -> None:
        to = connections[options["database"]]
        if to.vendor != "sqlite":
            migrate(self, *args, **options)
            return

        def migrate_here(folder: Path) -> None:
            if kept_migrated.exists():
                shutil.copy(kept_migrated, folder / FILE)
                return
            migrate(self, *args, **options)
            with closing(sqlite3.connect(folder / FILE)) as file:
                to.connection.backup(file)
            for outdated in kept_migrated.parent.iterdir():
                outdated.unlink(missing_ok=True)
            unfinished = kept_migrated.with_suffix(".unfinished")
            shutil.copy(folder / FILE, unfinished)
            unfinished.rename(kept_migrated)

        to.ensure_connection()
        with closing(sqlite3.connect(made_once(MIGRATED, migrate_here) / FILE)) as file:
            file.backup(to.connection)

    patched = pytest.MonkeyPatch()
    patched.setattr(MigrateCommand, "handle", handle)
    return patched


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_modify_db_settings: pytest.MonkeyPatch,
    django_db_blocker: DjangoDbBlocker,
    run_folder: Path,
) -> Path | None:
    """The database before the first test, as a file; None if it is not in memory."""
    django_db_modify_db_settings.undo()
    name = str(connection.settings_dict["NAME"])
    is_in_memory = connection.vendor == "sqlite" and "memory" in name
    # Where no test that runs uses the database, none was made: this is the one of the settings.
    if is_in_memory or name.startswith("test_"):
        with django_db_blocker.unblock():
            _rows["migrated"] = connection.creation.serialize_db_to_string()
    return run_folder / MIGRATED / FILE if is_in_memory else None


@pytest.fixture(scope="session")
def migrated(django_db_setup: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    return django_db_setup or migrate(tmp_path_factory.mktemp("migrated"))


@pytest.fixture
def var_dir(migrated: Path, tmp_path: Path) -> Path:
    """A separate VAR_DIR with a migrated database."""
    folder = tmp_path / "var"
    folder.mkdir()
    shutil.copy(migrated, folder / "db.sqlite3")
    return folder


@contextmanager
def in_a_file(path: Path, migrated: Path) -> Iterator[None]:
    """Use a file as the default database: threads that share memory never wait for locks."""
    alias = "default"
    usual, settings = connections[alias], connections.settings[alias]
    if usual.vendor != "sqlite":
        yield
        return
    shutil.copy(migrated, path)
    connections.settings[alias] = {**settings, "NAME": str(path)}
    connections[alias] = connections.create_connection(alias)
    try:
        yield
    finally:
        connections[alias].close()
        connections.settings[alias] = settings
        connections[alias] = usual


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, Any, Any]:
    """After a test that commits, restore the database to its state after the migrations.

    Django would run such tests last, but xdist workers that steal tests do not keep that order.
    """
    result = yield
    if nextitem is None:  # the database is gone already
        return result
    mark = item.get_closest_marker("django_db")
    if isinstance(item, pytest.Function) and mark and mark.kwargs.get("transaction"):
        blocker: DjangoDbBlocker = item._request.getfixturevalue("django_db_blocker")
        with blocker.unblock():
            call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
            connection.creation.deserialize_db_from_string(_rows["migrated"])
            models = apps.get_models(include_auto_created=True)
            # Rows with keys of their own leave PostgreSQL's sequences behind.
            with connection.cursor() as cursor:
                for statement in connection.ops.sequence_reset_sql(no_style(), models):
                    cursor.execute(statement)
            ContentType.objects.clear_cache()
    return result
