"""What a machine's keeper is told: live as long as it answers, ready with its database."""

from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from lostfound.health import Health
from tests.lostfound.making import run_python
from tests.servers.postgres import PostgresServer

ASK = """
import django
django.setup()
from django.core.management import call_command
from django.test import Client
for step in ("before", "after"):
    answer = Client().get("/readyz")
    print(answer.status_code, answer.content.decode().strip())
    call_command("migrate", verbosity=0)
"""


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Health, "is_migrated", False)


@pytest.mark.django_db
def test_it_is_asked_by_address_and_without_https(settings: Settings) -> None:
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


def test_not_ready_before_its_migrations(postgres: PostgresServer, tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/db.sqlite3", postgres.make_database("ready")):
        done = run_python("-c", ASK, VAR_DIR=str(tmp_path), DATABASE_URL=url)
        assert done.stdout.splitlines() == [
            "503 migrations are not applied: run manage.py migrate",
            "200 ok",
        ], done.stderr


@pytest.mark.django_db
def test_a_ready_process_asks_one_question(django_assert_num_queries: object) -> None:
    Client().get("/readyz")
    with django_assert_num_queries(1):  # type: ignore[operator]
        Client().get("/readyz")
