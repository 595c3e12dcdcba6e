"""The list of a batch, as the police get it: on paper and as CSV."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext as _

from lostfound.models import BatchItem, DisposalBatch, Item
from lostfound.spreadsheets.escaping import safe_cell
from lostfound.spreadsheets.exporter import BOM

POLICE_CODE_CHARS: Final = 6
POLICE_CODE: Final = re.compile(r"PR[A-Z]\d{0,3}")


def police_code(police_class: str) -> str:
    """A class of LOST112 with all of its six characters, such as PRN100 for PRN1; or nothing."""
    if not POLICE_CODE.fullmatch(police_class):
        return ""
    return police_class.ljust(POLICE_CODE_CHARS, "0")


def headings() -> list[str]:
    """The columns of the list; the law's forms have no others."""
    return [
        *(_("No."), _("Code"), _("Thing"), _("Category"), _("LOST112 code"), _("Colour")),
        *(_("Found on"), _("Place of the find"), _("Handed over by"), _("Telephone")),
        *(_("Rights of the finder"), _("Details"), _("Amount of cash")),
        *(_("Number of the sealed bag"), _("Note")),
    ]


def row_of(number: int, row: BatchItem, batch: DisposalBatch) -> list[str]:
    """One thing of the list. Hidden facts and the finder's name stay with the office."""
    item: Item = row.item
    post = item.post
    category = post.category if post else None
    cash = f"{item.cash_amount} {item.cash_currency or 'KRW'}" if item.cash_amount else ""
    place = ""
    if post is not None:
        place = " ".join(filter(None, (str(post.building or ""), post.place_note)))
    return [
        str(number),
        item.shown_code,
        post.title if post else "",
        category.name if category else "",
        police_code(category.police_class) if category else "",
        str(post.get_colour_display()) if post else "",
        str(item.found_on),
        place,
        batch.office.name,
        batch.office.phone,
        str(item.get_finder_rights_display()),
        post.description if post else "",
        cash,
        item.seal_no,
        row.reason or row.receipt_no,
    ]


def batch_lines(batch: DisposalBatch, rows: Iterable[BatchItem]) -> Iterator[str]:
    """The list as lines of CSV, starting with the headings; no cell is a formula."""
    yield BOM + _line(headings())
    for number, row in enumerate(rows, start=1):
        yield _line(row_of(number, row, batch))


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()
