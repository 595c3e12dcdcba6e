"""The libraries still say what is said anew in Korean, and ours is what people read."""

from pathlib import Path

import allauth
import django.contrib.admin
import django.contrib.auth
import pytest
from babel.messages.pofile import read_po
from django.utils.translation import gettext, ngettext, override

from lostfound.borrowed_words import COUNTED, OF_ALLAUTH, OF_DJANGO

LIBRARIES = (django.contrib.admin, django.contrib.auth, allauth)


@pytest.fixture(scope="module")
def theirs() -> dict[str, str]:
    """Korean texts of the libraries by their first English form."""
    texts: dict[str, str] = {}
    for library in LIBRARIES:
        path = Path(str(library.__file__)).parent / "locale/ko/LC_MESSAGES/django.po"
        with path.open("rb") as file:
            for message in read_po(file):
                forms = message.string
                first = message.id[0] if message.pluralizable else message.id
                texts[first] = forms[0] if isinstance(forms, tuple) else forms
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
