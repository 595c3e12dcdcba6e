"""Overridden Korean messages still exist in the libraries, and ours are shown."""

import json
from pathlib import Path

import allauth
import django.contrib.admin
import django.contrib.auth
import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.utils.translation import gettext, ngettext, override

import lostfound
from lostfound.models import User
from lostfound.text.translation_overrides import COUNTED, OF_ALLAUTH, OF_DJANGO

LIBRARIES = (django.contrib.admin, django.contrib.auth, allauth)


@pytest.fixture(scope="module")
def theirs() -> dict[str, str]:
    """Korean texts of the libraries by their first English form."""
    return {
        english: korean
        for library in LIBRARIES
        for english, korean in texts_of(Path(str(library.__file__)).parent, "django").items()
    }


def texts_of(folder: Path, domain: str) -> dict[str, str]:
    """The Korean texts of a package's catalogue by their first English form."""
    texts = {}
    with (folder / "locale/ko/LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        for message in read_po(file):
            if message.id:
                first, text = (
                    one if isinstance(one, str) else (one or ("",))[0]
                    for one in (message.id, message.string)
                )
                texts[first] = text
    return texts


@pytest.mark.parametrize("text", [*OF_DJANGO, *OF_ALLAUTH])
def test_a_borrowed_sentence_is_theirs_in_english_and_ours_in_korean(
    text: str, theirs: dict[str, str]
) -> None:
    assert text in theirs
    with override("ko"):
        assert gettext(text) not in (text, theirs[text])


@pytest.mark.parametrize(("one", "many"), COUNTED)
def test_a_borrowed_count_is_ours_too(one: str, many: str, theirs: dict[str, str]) -> None:
    assert one in theirs
    with override("ko"):
        assert ngettext(one, many, 2) not in (many, theirs[one])


def test_scripts_of_the_admin_say_ours(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)
    client.cookies["django_language"] = "ko"
    catalogue = client.get("/admin/jsi18n/").content.decode()
    theirs = texts_of(Path(str(django.contrib.admin.__file__)).parent, "djangojs")
    for english, korean in texts_of(Path(str(lostfound.__file__)).parent, "djangojs").items():
        assert theirs[english] != korean
        assert json.dumps(korean) in catalogue
