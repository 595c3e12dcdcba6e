"""The schema that is checked in is the one that the site serves, and the page shows it."""

import io
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "openapi.yaml"
COMMAND = (
    "python manage.py spectacular --fail-on-warn --validate --lang en --file docs/openapi.yaml"
)


def test_the_schema_without_a_warning_is_the_one_that_is_checked_in() -> None:
    drawn = io.StringIO()
    call_command("spectacular", fail_on_warn=True, validate=True, lang="en", stdout=drawn)
    assert drawn.getvalue().strip() == SCHEMA.read_text().strip(), f"Run: {COMMAND}"


def test_every_operation_says_what_a_broken_token_answers() -> None:
    paths = yaml.safe_load(SCHEMA.read_text())["paths"]
    operations = [
        (path, method, operation["responses"])
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]
    assert len(operations) >= 16
    assert [row[:2] for row in operations if "401" not in row[2]] == []


@pytest.mark.django_db
def test_the_page_needs_no_script_within_it() -> None:
    answer = Client().get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("<script") == page.count("<script src=")
    assert "<style" not in page
    assert "https://" not in page  # nothing comes from elsewhere
    assert Client().get("/api/docs/?script=").status_code == 200
    assert Client().get("/api/schema/").status_code == 200
