"""Exports posts as CSV in the reader's language, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import Building, Category, Colour, Office, Post
from lostfound.spreadsheets.columns import COLUMNS, SAVED
from lostfound.spreadsheets.escaping import safe_cell

BOM: Final = "\ufeff"  # without it Excel does not recognise UTF-8


def csv_lines(posts: Iterable[Post]) -> Iterator[str]:
    """The posts as lines of CSV, starting with the headings; no cell is a formula."""
    yield BOM + _line([column.heading for column in COLUMNS])
    for post in posts:
        yield _line([_value(post, column.name) for column in COLUMNS])


def sample_lines() -> Iterator[str]:
    """A template for imports: the headings that are read, and two things as examples."""
    yield BOM + _line([column.heading for column in SAVED])
    place, office = Building.objects.filter(is_active=True), Office.objects.filter(is_active=True)
    today = timezone.localdate()
    for number, (code, colour, title, description, hidden) in enumerate(
        (
            (
                *("umbrella", Colour.BLACK, _("Black long umbrella")),
                *(_("Wooden handle"), _("A sticker of a cat inside the handle")),
            ),
            ("card_holder", Colour.BROWN, _("Brown card holder"), _("A worn corner"), ""),
        ),
        start=1,
    ):
        shown = Post(
            title=title,
            description=description,
            category=Category.objects.filter(code=code).first(),
            colour=colour,
            building=place.first(),
            place_note=_("2nd floor, reading room"),
            happened_on=today - timedelta(days=number),
            office=office.first(),
            facts_without_item=hidden,
        )
        shelf = {"shelf": f"A-{number}"}
        yield _line([shelf.get(column.name) or _value(shown, column.name) for column in SAVED])


def _line(cells: Sequence[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()


def _value(post: Post, name: str) -> Any:
    """The value of a post in a column, as people read it."""
    match name:
        case "code":
            return post.kept_item.shown_code if post.kept_item else ""
        case "kind":
            return post.get_kind_display()
        case "status":
            return post.get_status_display()
        case "colour":
            return post.colour_name
        case "category" | "building" | "office":
            row = getattr(post, name)
            return row and row.name
        case "created_at":
            return f"{timezone.localtime(post.created_at):%Y-%m-%d %H:%M}"
        case _:
            return getattr(post, name)
