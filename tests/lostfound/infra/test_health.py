"""Health probes: live as long as the process answers, ready with its database."""

from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from lostfound.infra.health import Health
from tests.support.python_process import run_python
from tests.support.servers.postgres import PostgresServer

ASK = """
import django
django.setup()
from django.core.management import call_command
from django.test import Client
def ask():
    answer = Client().get("/readyz")
    print(answer.status_code, answer.content.decode().strip())
ask()
call_command("migrate", verbosity=0)
ask()
"""

GONE = "the database's file is missing: restore it, or run manage.py migrate"
# One process that keeps its connection from one question to the next, as a web server does.
LOSE = """
import os
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.test import Client
file = Path(settings.DATABASES["default"]["NAME"])
away = file.with_name("away")
def ask(step):
    answer = Client().get("/readyz")
    print(step, answer.status_code, answer.content.decode().strip(), file.is_file())
ask("there")
file.rename(away)
ask("away")
ask("still away")
file.touch()
ask("empty")
away.replace(file)
ask("back")
size = file.stat().st_size
file.write_bytes(os.urandom(size))
ask("garbage")
ask("still garbage")
"""


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Health, "is_migrated", False)


@pytest.mark.django_db
def test_probes_come_by_address_and_without_https(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["lost.example.ac.kr"]
    settings.SECURE_SSL_REDIRECT = True
    for path in ("/livez", "/readyz"):
        answer = Client().get(path, headers={"host": "10.0.0.7:8000"})
        assert (answer.status_code, answer.content) == (200, b"ok\n")
        assert answer["Cache-Control"] == "no-store"


def test_live_needs_no_database() -> None:
    assert Client().get("/livez").status_code == 200


@pytest.mark.django_db
def test_not_ready_without_its_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("connection refused at 10.0.0.9")

    monkeypatch.setattr(connection, "cursor", away)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert b"10.0.0.9" not in answer.content


@pytest.mark.processes
def test_not_ready_before_its_migrations(postgres: PostgresServer, tmp_path: Path) -> None:
    for url, problem in (
        (f"sqlite:///{tmp_path}/db.sqlite3", "the database's file is missing"),
        (postgres.make_database("ready"), "the database is empty"),
    ):
        done = run_python("-c", ASK, VAR_DIR=str(tmp_path), DATABASE_URL=url)
        assert done.stdout.splitlines() == [
            f"503 {problem}: restore it, or run manage.py migrate",
            "200 ok",
        ], done.stderr


@pytest.mark.processes
def test_not_ready_once_its_file_is_moved_away_or_written_over(var_dir: Path) -> None:
    done = run_python("-c", LOSE, VAR_DIR=str(var_dir))
    assert done.stdout.splitlines() == [
        "there 200 ok True",
        f"away 503 {GONE} False",
        f"still away 503 {GONE} False",  # and none was made by asking
        "empty 503 the database is empty: restore it, or run manage.py migrate True",
        "back 200 ok True",
        "garbage 503 the database does not answer True",
        "still garbage 503 the database does not answer True",
    ], done.stderr


@pytest.mark.django_db
def test_not_ready_once_its_tables_are_gone() -> None:
    assert Client().get("/readyz").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations")
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content[:12]) == (503, b"the database")


@pytest.mark.django_db
def test_a_ready_process_asks_one_question(django_assert_num_queries: object) -> None:
    Client().get("/readyz")
    with django_assert_num_queries(1):  # type: ignore[operator]
        Client().get("/readyz")
