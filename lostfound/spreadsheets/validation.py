"""Validates each row of a file with the rules for saving posts."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from lostfound.models import Building, Category, Office, Post
from lostfound.models.coded import CodedModel
from lostfound.models.item import MAX_SHELF_CHARS
from lostfound.models.post import MAX_DESCRIPTION_CHARS, MAX_HIDDEN_CHARS
from lostfound.services.items.facts import clean_hidden
from lostfound.services.post_fields import assign_fields, clean_shelf, clean_text
from lostfound.spreadsheets.columns import BY_NAME, Column, plain
from lostfound.spreadsheets.dates import day_written, refuse_unlikely_day
from lostfound.spreadsheets.escaping import read_cell
from lostfound.text.colours import colour_named


@dataclass
class Row:
    """A row of a file: its texts, and why it cannot be imported, if it cannot.

    Attributes:
        number: its last line in the file; the headings are line 1.
        texts: its cells by column name.
        idempotency_key: identifies its contents, and its position among equal rows of the file.
        known: the post that it became in an earlier import by anybody.
        cells: its texts in the order of the page that lists it.
    """

    number: int
    texts: dict[str, str]
    fields: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    idempotency_key: str = ""
    known: Post | None = None
    cells: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether it can be imported, and has not been before."""
        return not self.errors and self.known is None

    def digest(self) -> str:
        """A hash of the meaning of its cells, independent of wording, order and line."""
        values = {
            name: _plain(self.fields[name])
            for name, text in self.texts.items()
            if text and name in self.fields
        }
        whole = "\x1f".join(f"{name}={values[name]}" for name in sorted(values))
        return hashlib.sha256(whole.encode()).hexdigest()[:40]


def _plain(value: Any) -> str:
    if isinstance(value, CodedModel):
        return value.code
    return value.isoformat() if isinstance(value, date) else str(value)


# Of texts that belong to the thing, not to its post.
OF_THE_THING: Final = {"shelf": MAX_SHELF_CHARS, "hidden_facts": MAX_HIDDEN_CHARS}
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
    """The names that a file may contain, read once for all its rows."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, CodedModel]] = {
            "category": rows_by_name(Category.objects.filter(is_active=True)),
            "building": rows_by_name(Building.objects.filter(is_active=True)),
            "office": rows_by_name(Office.objects.filter(is_active=True)),
        }
        self.choices: dict[str, dict[str, str]] = {
            "kind": _choices_by_name(Post.Kind, KINDS),
            "status": _choices_by_name(Post.Status, STATUSES),
        }


def rows_by_name(rows: Iterable[Any]) -> dict[str, CodedModel]:
    """Each row by its code, names and synonyms; codes and names take precedence."""
    rows = list(rows)
    names: dict[str, CodedModel] = {}
    for attributes in (("synonyms_ko", "synonyms_en"), ("name_en",), ("name_ko",), ("code",)):
        for row in rows:
            for attribute in attributes:
                stated = getattr(row, attribute, [])
                for name in [stated] if isinstance(stated, str) else stated:
                    names[plain(str(name))] = row
    return names


def _choices_by_name(choices: Any, words: Mapping[str, Iterable[str]]) -> dict[str, str]:
    names = {plain(word): value for value, others in words.items() for word in others}
    for language in ("ko", "en"):
        with translation.override(language):
            names |= {plain(str(label)): value for value, label in choices.choices}
    return names | {plain(value): value for value in choices.values}


def checked_row(
    number: int,
    columns: Sequence[Column | None],
    cells: Sequence[str],
    names: KnownNames,
    office: Office | None,
) -> Row:
    """The row for a line, with all of its errors.

    Args:
        office: keeps the thing if the row states no place.
    """
    # A row may be shorter than the headings: missing cells are empty.
    texts = {
        column.name: read_cell(cell)
        for column, cell in zip(columns, cells, strict=False)
        if column is not None
    }
    row = Row(number, texts)
    if beyond := [cell.strip() for cell in cells[len(columns) :] if cell.strip()]:
        row.errors.append(
            _(
                "This row has more cells than headings: “%(text)s” has no heading. If it belongs "
                "to a text with a comma or semicolon, put the whole text in quotation marks: "
                '"…, …".'
            )
            % {"text": " ".join(beyond)}
        )
    for name, text in texts.items():
        if text:
            _take(row, name, text, names)
    if not row.errors:
        _check(row, office)
    return row


def _take(row: Row, name: str, text: str, names: KnownNames) -> None:
    if name in names.rows:
        row.fields[name] = names.rows[name].get(plain(text))
        if row.fields[name] is None:
            row.errors.append(_("“%(text)s” is not known.") % {"text": text})
    elif name in names.choices:
        _judge(row, name, text, names.choices[name].get(plain(text)))
    elif name == "colour":
        row.fields[name] = colour_named(text)
        if row.fields[name] is None:
            row.errors.append(_("“%(text)s” is not a known colour.") % {"text": text})
    elif name == "happened_on":
        row.fields[name] = day_written(text)
        if row.fields[name] is None:
            row.errors.append(
                _("“%(text)s” is not a valid date. Please enter it like 2026-03-31.")
                % {"text": text}
            )
    elif not BY_NAME[name].is_fact:
        limit = OF_THE_THING.get(name) or _length_of(name) or MAX_DESCRIPTION_CHARS
        if len(text) > limit:
            row.errors.append(
                _("%(name)s is longer than %(limit)d characters.")
                % {"name": BY_NAME[name].heading, "limit": limit}
            )
        row.fields[name] = text


def _length_of(name: str) -> int:
    length: int = getattr(Post._meta.get_field(name), "max_length", 0) or 0
    return length


def _judge(row: Row, name: str, text: str, value: str | None) -> None:
    """Accept only found things that still wait, since an exported file contains all posts."""
    if value is None:
        row.errors.append(_("“%(text)s” is not known.") % {"text": text})
    elif value == Post.Kind.LOST:
        row.errors.append(_("This is a lost post: only found things can be imported."))
    elif name == "status" and value != Post.Status.OPEN:
        label = Post.Status(value).label
        row.errors.append(
            _("“%(status)s”: only things that still wait can be imported.") % {"status": label}
        )


def _check(row: Row, office: Office | None) -> None:
    """Report in advance, by the same rules, what saving the row would refuse."""
    post = Post(kind=Post.Kind.FOUND)
    try:
        if not clean_text(row.fields.get("title", ""), is_one_line=True):
            row.errors.append(_("The title is missing."))
            return
        assign_fields(post, row.fields)
        of_the_thing = {"shelf": clean_shelf(row.fields), "hidden_facts": clean_hidden(row.fields)}
        refuse_unlikely_day(post.happened_on)
    except ValidationError as error:
        row.errors += _messages(error)
        return
    # As it will be saved, so that the same thing is recognised in any spelling.
    row.fields = {
        name: of_the_thing[name] if name in of_the_thing else getattr(post, name)
        for name in row.fields
    }
    if row.fields.get("office") or row.fields.get("kept_note"):
        return
    if office is None:
        row.errors.append(_("Please choose an office, or describe where the thing is kept."))
    else:
        row.fields["office"] = office


def _messages(error: ValidationError) -> list[str]:
    """The error messages, each with the heading of its column."""
    return [
        f"{BY_NAME[name].heading}: {message}" if name in BY_NAME else message
        for name, messages in error.message_dict.items()
        for message in messages
    ]
