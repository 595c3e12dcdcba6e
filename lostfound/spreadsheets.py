"""Posts as CSV: out, safe to open in a spreadsheet, and in, each row checked as a form is."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from lostfound.models import Building, Category, Colour, Office, Post, User
from lostfound.models.named import Named
from lostfound.models.post import MAX_DESCRIPTION_CHARS
from lostfound.services import SentBefore, submit_post

BOM: Final = "\ufeff"  # without it Excel takes UTF-8 for something else
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
MAX_ROWS: Final = 500
MAX_FILE_BYTES: Final = 1024 * 1024
COLUMNS: Final = (
    *("number", "kind", "status", "title", "description", "category", "colour"),
    *("building", "place_note", "happened_on", "office", "kept_note", "shelf", "created_at"),
)
# Headings that are understood when a file comes in.
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "title": ("title", "제목", "물건", "물건명", "습득물명"),
    "description": ("description", "설명", "특징", "내용"),
    "category": ("category", "분류", "종류"),
    "colour": ("colour", "color", "색", "색상"),
    "building": ("building", "place", "장소", "습득장소", "건물"),
    "place_note": ("place_note", "자세한 장소", "상세장소"),
    "happened_on": ("happened_on", "day", "date", "날짜", "습득일", "습득일자", "발견일"),
    "office": ("office", "kept_at", "보관처", "보관장소"),
    "kept_note": ("kept_note", "보관 메모"),
    "shelf": ("shelf", "box", "선반", "보관함", "선반·보관함"),
    "hidden_facts": ("hidden_facts", "숨긴 특징", "숨길 특징", "비공개 특징"),
}
REQUIRED: Final = ("title",)


class FileRefused(Exception):
    """The file cannot be read as a table of posts; the message says what to change."""


def csv_lines(posts: Iterable[Post]) -> Iterator[str]:
    """The posts as lines of CSV, a heading first. No cell starts a formula."""
    yield BOM + _line(COLUMNS)
    for post in posts:
        yield _line([safe_cell(value) for value in _values(post)])


def safe_cell(value: Any) -> str:
    """The value as text that a spreadsheet shows and never computes."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _values(post: Post) -> list[Any]:
    return [
        *(post.public_id, post.kind, post.status, post.title, post.description),
        *(post.category and post.category.code, post.colour),
        *(post.building and post.building.code, post.place_note, post.happened_on),
        *(post.office and post.office.code, post.kept_note, post.shelf),
        post.created_at.isoformat(timespec="seconds"),
    ]


@dataclass
class Row:
    """One line of a file: what it says, and why it cannot be taken in, if it cannot."""

    number: int  # of its last line in the file; the heading is 1
    said: dict[str, str]
    fields: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)  # as a page lists them

    @property
    def sent_as(self) -> str:
        """The same row of the same file, brought in twice, is saved once."""
        said = "\x1f".join(f"{name}={self.said[name]}" for name in sorted(self.said))
        return "import-" + hashlib.sha256(f"{self.number}\x1f{said}".encode()).hexdigest()[:40]


@dataclass(frozen=True)
class Table:
    """A file that was read.

    Attributes:
        ignored: headings that say nothing we know; what stands below them is not taken in.
    """

    rows: list[Row]
    ignored: list[str]


def read_table(content: bytes) -> Table:
    """The rows of a file, each checked on its own.

    Raises:
        FileRefused: it is no such table, or too long.
    """
    table = csv.reader(io.StringIO(_decoded(content)))
    try:
        heading = next(table, [])
        columns = [_column(cell) for cell in heading]
        lines = [(table.line_num, line) for line in table if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise FileRefused(_("This is not a CSV file: %(why)s") % {"why": error}) from error
    missing = [HEADINGS[name][0] for name in REQUIRED if name not in columns]
    if missing:
        raise FileRefused(
            _("The first line has to name the columns. Missing: %(names)s")
            % {"names": ", ".join(missing)}
        )
    if len(lines) > MAX_ROWS:
        raise FileRefused(
            _("At most %(most)d rows at once; this file has %(n)d. Please divide it.")
            % {"most": MAX_ROWS, "n": len(lines)}
        )
    known = _Known()
    ignored = [cell.strip() for cell, name in zip(heading, columns, strict=True) if not name]
    rows = [known.row(number, columns, line) for number, line in lines]
    return Table(rows, [cell for cell in ignored if cell])


def take_in(rows: Iterable[Row], *, actor: User) -> tuple[list[Post], list[Row]]:
    """Save each row as a found thing of the office; returns what was saved and what was refused.

    A row that was brought in before counts as saved, and stays one post.
    """
    saved, refused = [], []
    for row in rows:
        if not row.errors:
            try:
                kind = Post.Kind.FOUND
                post = submit_post(author=actor, kind=kind, fields=row.fields, sent_as=row.sent_as)
                saved.append(post)
                continue
            except SentBefore as before:
                if before.post is not None:
                    saved.append(before.post)
                    continue
                row.errors.append(_("It was brought in before, and deleted since."))
            except ValidationError as error:
                row.errors += error.messages
        refused.append(row)
    return saved, refused


def _decoded(content: bytes) -> str:
    if len(content) > MAX_FILE_BYTES:
        raise FileRefused(_("The file is larger than 1 MB. Please divide it."))
    for encoding in ("utf-8-sig", "cp949"):  # the second one is what Korean Excel writes
        try:
            return content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise FileRefused(_("The file is neither UTF-8 nor what Korean Excel writes (CP949)."))


def _column(cell: str) -> str:
    name = cell.strip().lower()
    return next((column for column, names in HEADINGS.items() if name in names), "")


class _Known:
    """Rows of the database by what people call them."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Named]] = {
            "category": _by_name(Category.objects.filter(is_active=True)),
            "building": _by_name(Building.objects.filter(is_active=True)),
            "office": _by_name(Office.objects.filter(is_active=True)),
        }
        labels = {str(label).lower(): value for value, label in Colour.choices}
        self.colours = {**labels, **{value: value for value in Colour.values}, **KOREAN_COLOURS}

    def row(self, number: int, columns: Sequence[str], line: Sequence[str]) -> Row:
        """One line with what is wrong with it."""
        cells = zip(columns, line, strict=False)
        said = {name: cell.strip().removeprefix("'") for name, cell in cells if name}
        row = Row(number, said)
        for name, text in said.items():
            if text:
                self._take(row, name, text)
        if len(row.fields.get("title", "")) < 2 and not row.errors:
            row.errors.append(_("The title is missing."))
        return row

    def _take(self, row: Row, name: str, text: str) -> None:
        if name in self.tables:
            found = self.tables[name].get(text.lower())
            if found is None:
                row.errors.append(_("“%(text)s” is not known.") % {"text": text})
            row.fields[name] = found
        elif name == "colour":
            colour = self.colours.get(text.lower())
            if colour is None:
                row.errors.append(_("“%(text)s” is no colour that is known.") % {"text": text})
            row.fields[name] = colour or ""
        elif name == "happened_on":
            self._take_day(row, text)
        else:
            limit = getattr(Post._meta.get_field(name), "max_length", 0) or MAX_DESCRIPTION_CHARS
            if len(text) > limit:
                row.errors.append(
                    _("%(name)s is longer than %(limit)d characters.")
                    % {"name": HEADINGS[name][0], "limit": limit}
                )
            row.fields[name] = text

    def _take_day(self, row: Row, text: str) -> None:
        plain = text.replace(".", "-").replace("/", "-").strip("- ").replace(" ", "")
        try:
            day = parse_date("-".join(part.zfill(2) for part in plain.split("-")))
        except ValueError:
            day = None
        if day is None:
            row.errors.append(
                _("“%(text)s” is no day. Please write it like 2026-03-31.") % {"text": text}
            )
        else:
            row.fields["happened_on"] = day


KOREAN_COLOURS: Final = {
    "검정": Colour.BLACK,
    "검은색": Colour.BLACK,
    "흰색": Colour.WHITE,
    "하양": Colour.WHITE,
    "회색": Colour.GRAY,
    "은색": Colour.SILVER,
    "빨강": Colour.RED,
    "빨간색": Colour.RED,
    "주황": Colour.ORANGE,
    "노랑": Colour.YELLOW,
    "초록": Colour.GREEN,
    "파랑": Colour.BLUE,
    "파란색": Colour.BLUE,
    "남색": Colour.NAVY,
    "보라": Colour.PURPLE,
    "분홍": Colour.PINK,
    "갈색": Colour.BROWN,
    "베이지": Colour.BEIGE,
}


def _by_name(rows: Iterable[Any]) -> dict[str, Named]:
    names: dict[str, Named] = {}
    for row in rows:
        others = [*getattr(row, "synonyms_ko", []), *getattr(row, "synonyms_en", [])]
        for name in (*others, row.name_en, row.name_ko, row.code):
            names[str(name).lower()] = row
    return names
