"""Everything that the documents refer to exists: settings, files, commands."""

import re
from pathlib import Path

import pytest

from lostfound.infra.environment import settings_page
from lostfound.settings import env
from tests.support.paths import ROOT, read_by_settings

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "matching/bundled/README.md",
]
SETTINGS_PAGE = ROOT / "docs" / "settings.md"


def test_the_table_of_settings_is_the_one_that_is_generated() -> None:
    assert SETTINGS_PAGE.read_text() == settings_page(env.declared), (
        "Run: python manage.py settings_table"
    )


def test_the_table_names_every_setting_and_no_other() -> None:
    first_cells = re.findall(r"^\| `([A-Z0-9_]+)` \|", SETTINGS_PAGE.read_text(), re.M)
    assert set(first_cells) == read_by_settings()
    assert len(first_cells) == len(env.declared), "a setting is declared twice"


def test_every_setting_says_what_it_does_under_a_heading() -> None:
    assert all(one.section and one.about and "|" not in one.about for one in env.declared)


def test_settings_read_the_environment_in_no_other_way() -> None:
    source = (ROOT / "lostfound" / "settings.py").read_text()
    declared = re.findall(
        r'env\.(?:text|texts|boolean|integer|number|database)\(\s*"([A-Z0-9_]+)"', source
    )
    assert sorted(declared) == sorted(one.name for one in env.declared)
    assert "environ" not in source.replace("environment", "").replace("Environment", "")


def test_the_readme_leads_to_the_settings() -> None:
    assert "](docs/settings.md)" in (ROOT / "README.md").read_text()


def test_the_example_file_sets_what_exists() -> None:
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^(?:# )?([A-Z0-9_]+)=", example, re.M))
    assert named and named <= read_by_settings()


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
