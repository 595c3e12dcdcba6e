"""The documents name what there is: settings, files, commands."""

import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT, read_by_settings

PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "matching/bundled/README.md",
]
# Made in development only, for the rotation of a key, and for one database: said where they are.
NOT_IN_README = {"DEBUG", "SECRET_KEY_FALLBACKS", "SQLITE_TIMEOUT_S", "MATCHING_ENCODER"}


def test_the_readme_names_every_setting_and_no_other() -> None:
    table = (ROOT / "README.md").read_text().partition("## Configuration")[2]
    first_cells = "".join(re.findall(r"^\| (`[^|]+)\|", table, re.M))
    named = set(re.findall(r"`([A-Z0-9_]+)`", first_cells))
    assert named == read_by_settings() - NOT_IN_README


def test_the_example_file_sets_what_exists() -> None:
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^(?:# )?([A-Z0-9_]+)=", example, re.M)) <= read_by_settings()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_of_the_documents_exist(page: Path) -> None:
    folders = [ROOT / app / "management" / "commands" for app in ("lostfound", "matching")]
    own = {path.stem for folder in folders for path in folder.glob("*.py")}
    django = {"migrate", "collectstatic", "createsuperuser", "check", "spectacular", "runserver"}
    for command in re.findall(r"manage\.py ([a-z]\w+)", page.read_text()):
        assert command in own | django, command
