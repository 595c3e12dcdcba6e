"""The production profile starts only if it is safe, and passes the system checks."""

from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from lostfound.checks import check_mail, check_site_url
from lostfound.settings import EXAMPLE_SECRET_KEY
from tests.support.python_process import run_python

PRODUCTION = {
    "PROFILE": "production",
    "SECRET_KEY": "a-key-of-this-site-alone-" + "x7Q" * 20,
    "ALLOWED_HOSTS": "lost.example.ac.kr",
    "SITE_URL": "https://lost.example.ac.kr",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "mail.example.ac.kr",
    "MATCHING_MODEL": "Bingsu/clip-vit-large-patch14-ko",
}


@pytest.mark.processes
def test_production_checks_clean(tmp_path: Path) -> None:
    command = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    done = run_python(*command, **PRODUCTION | {"VAR_DIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.processes
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"DEBUG": "1"}, "refuses to start with DEBUG on"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "shorter than 50"),
        ({"SECRET_KEY": EXAMPLE_SECRET_KEY}, "the example key"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty"),
        ({"PROFILE": "produktion"}, "PROFILE"),
        ({"POSTS_PER_HOUR": "many"}, "POSTS_PER_HOUR"),
    ],
)
def test_unsafe_production_refuses_to_start(
    tmp_path: Path, change: dict[str, str], message: str
) -> None:
    environment = PRODUCTION | {"VAR_DIR": str(tmp_path)} | change
    done = run_python("-c", "import lostfound.settings", **environment)
    assert done.returncode != 0
    assert message in done.stderr


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"SITE_URL": "http://127.0.0.1:8000"}, "lostfound.W001"),
        ({"SITE_URL": "http://lost.example.ac.kr"}, "lostfound.W001"),
        ({"SITE_URL": "lost.example.ac.kr"}, "lostfound.W001"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "lostfound.W002"),
    ],
)
def test_missing_settings_of_production_are_reported(change: dict[str, str], check: str) -> None:
    values = {
        "SITE_URL": PRODUCTION["SITE_URL"],
        "EMAIL_BACKEND": PRODUCTION["EMAIL_BACKEND"],
        "HTTPS": True,
    }
    with override_settings(**values):
        assert [*check_site_url(None), *check_mail(None)] == []
    with override_settings(**values | change):
        warned = [*check_site_url(None), *check_mail(None)]
    assert [message.id for message in warned] == [check]


@pytest.mark.processes
def test_migrate_is_all_that_is_needed(tmp_path: Path) -> None:
    script = """
import django
django.setup()
from django.core.cache import cache
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("migrate", verbosity=0)
cache.set("key", "가")
assert cache.get("key") == "가"
from lostfound.models import Category, Office
assert Category.objects.count() > 20 and Office.objects.count() == 3
"""
    done = run_python("-c", script, VAR_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db
def test_cache_table_is_there() -> None:
    assert "cache" in connection.introspection.table_names()
    cache.set("key", 1)
    assert cache.incr("key") == 2
