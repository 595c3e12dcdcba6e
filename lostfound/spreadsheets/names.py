"""Rows of the database, and choices, by what people call them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils import translation

from lostfound.models import Building, Category, Office, Post
from lostfound.models.named import Named
from lostfound.spreadsheets.columns import plain

KINDS: Final[dict[str, tuple[str, ...]]] = {
    Post.Kind.LOST: ("분실", "분실물", "잃어버림", "잃음"),
    Post.Kind.FOUND: ("습득", "습득물", "주움", "발견"),
}
STATUSES: Final[dict[str, tuple[str, ...]]] = {
    Post.Status.OPEN: ("보관", "보관중", "접수"),
    Post.Status.MATCHED: (),
    Post.Status.RETURNED: ("반환", "반환완료", "수령", "인계"),
    Post.Status.CLOSED: ("종결", "폐기"),
}


class KnownNames:
    """What a file may name, read once for all its rows."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Named]] = {
            "category": rows_by_name(Category.objects.filter(is_active=True)),
            "building": rows_by_name(Building.objects.filter(is_active=True)),
            "office": rows_by_name(Office.objects.filter(is_active=True)),
        }
        self.choices: dict[str, dict[str, str]] = {
            "kind": _choices_by_name(Post.Kind, KINDS),
            "status": _choices_by_name(Post.Status, STATUSES),
        }


def rows_by_name(rows: Iterable[Any]) -> dict[str, Named]:
    """Each row under its code, its names and other words for it; its own name goes first."""
    rows = list(rows)
    names: dict[str, Named] = {}
    for attributes in (("synonyms_ko", "synonyms_en"), ("name_en",), ("name_ko",), ("code",)):
        for row in rows:
            for attribute in attributes:
                said = getattr(row, attribute, [])
                for name in [said] if isinstance(said, str) else said:
                    names[plain(str(name))] = row
    return names


def _choices_by_name(choices: Any, words: Mapping[str, Iterable[str]]) -> dict[str, str]:
    names = {plain(word): value for value, others in words.items() for word in others}
    for language in ("ko", "en"):
        with translation.override(language):
            names |= {plain(str(label)): value for value, label in choices.choices}
    return names | {plain(value): value for value in choices.values}
