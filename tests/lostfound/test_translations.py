"""Korean is complete, and English needs no catalogue."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.translation import gettext, ngettext
from pytest_django import Settings

from lostfound.management.commands import messages
from lostfound.text.notifications import CLAIM_ADVICE, CLAIM_HEADLINES


@pytest.mark.slow
def test_every_string_has_a_checked_korean_text_and_the_compiled_file_is_fresh() -> None:
    call_command("messages", "--check", stdout=io.StringIO())


def test_korean_and_english_speak_without_gettext_installed() -> None:
    with translation.override("ko"):
        assert gettext("I lost something") == "잃어버렸어요"
        assert ngettext("%(number)s similar thing", "%(number)s similar things", 2).startswith(
            "비슷한"
        )
    with translation.override("en"):
        assert gettext("I lost something") == "I lost something"


@pytest.fixture
def project(settings: Settings, tmp_path: Path) -> Path:
    (tmp_path / "lostfound" / "templates").mkdir(parents=True)
    (tmp_path / "lostfound" / "code.py").write_text('x = gettext_lazy("A wallet")\n')
    (tmp_path / "lostfound" / "templates" / "page.html").write_text(
        "{% load i18n %}\n<p>\n    {% translate \"A 'quoted' key\" %}\n"
        "  {% blocktranslate trimmed count n=3 %}\n   {{ n }} key\n"
        "  {% plural %}\n   {{ n }} keys\n  {% endblocktranslate %}\n</p>\n"
    )
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    return tmp_path


def catalog_of(project: Path) -> Catalog:
    return messages.stored_catalog(project / "locale" / "ko" / "LC_MESSAGES" / "django.po")


def test_strings_are_collected_from_code_and_templates(project: Path) -> None:
    call_command("messages", stdout=io.StringIO())
    assert {message.id for message in catalog_of(project) if message.id} == {
        "A wallet",
        "A 'quoted' key",
        ("%(n)s key", "%(n)s keys"),
    }


def test_the_check_fails_until_all_is_translated_and_compiled(project: Path) -> None:
    with pytest.raises(CommandError):
        call_command("messages", "--check", stdout=io.StringIO())
    call_command("messages", stdout=io.StringIO())
    po = project / "locale" / "ko" / "LC_MESSAGES" / "django.po"
    filled = po.read_text().replace('msgstr ""', 'msgstr "하나"').replace('[0] ""', '[0] "%(n)s개"')
    po.write_text(filled.replace('msgid ""\nmsgstr "하나"', 'msgid ""\nmsgstr ""', 1))
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("messages", "--check", stdout=out)
    assert out.getvalue().splitlines() == ["django.mo is not compiled from django.po"]
    call_command("messages", stdout=io.StringIO())
    call_command("messages", "--check", stdout=io.StringIO())


def test_a_lost_placeholder_is_a_problem(project: Path) -> None:
    catalog = messages.KoreanCatalog()
    catalog.add("Hello %(name)s", "안녕 %(nmae)s")
    assert list(messages.broken(catalog))


def test_known_texts_survive_and_unused_ones_go(project: Path) -> None:
    stored = Catalog(locale="ko")
    stored.add("A wallet", "지갑")
    stored.add("Gone", "없어짐")
    wanted = messages.updated_catalog(stored)
    assert wanted.get("A wallet").string == "지갑"  # type: ignore[union-attr]
    assert wanted.get("Gone") is None


def test_messages_about_claims_are_korean() -> None:
    with translation.override("ko"):
        texts = [str(text) for text in (*CLAIM_HEADLINES.values(), *CLAIM_ADVICE.values())]
    assert [text for text in texts if not any("가" <= char <= "힣" for char in text)] == []


def test_no_gettext_has_a_name_that_the_catalogue_does_not_know() -> None:
    unknown = re.compile(r"gettext\w* as (?!_\b)\w+")
    code = [file for app in ("lostfound", "matching") for file in Path(app).rglob("*.py")]
    assert len(code) > 100
    assert [str(file) for file in code if unknown.search(file.read_text())] == []
