"""What stands on a label, and how large labels are."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings

from lostfound.models import Item, item_codes

SHORTEST_MM, LONGEST_MM = 10, 210
MAX_PER_SIDE: Final = 20
A4_MM: Final = (210, 297)
DEFAULT_SIZE, DEFAULT_SHEET = (62, 29), (3, 8)


@dataclass(frozen=True)
class Label:
    """The text of one label: never a name, a title, a fact or an amount."""

    code: str
    category: str = ""
    day: date | None = None
    office: str = ""
    place: str = ""

    @property
    def shown_code(self) -> str:
        """The code as people read it."""
        return item_codes.grouped(self.code)

    @property
    def url(self) -> str:
        """What the QR code contains: capitals, which take fewer modules."""
        return f"{settings.SITE_URL.rstrip('/')}/T/{self.code}".upper()


def label_of(item: Item) -> Label:
    """The label of a thing."""
    category = item.post.category if item.post else None
    return Label(
        code=item.code,
        category=category.name if category else "",
        day=item.found_on,
        office=item.office.name if item.office else "",
        place=item.place.code if item.place else "",
    )


def blank_labels(count: int) -> list[Label]:
    """Labels with unused codes, to be bound to things at intake."""
    codes = {item_codes.new_code() for _ in range(count)}
    codes -= set(Item.objects.filter(code__in=codes).values_list("code", flat=True))
    return [Label(code) for code in sorted(codes)]


def label_size(text: str = "") -> tuple[int, int]:
    """Width and height of a label in mm; the setting's if the text is none."""
    return _pair(text, SHORTEST_MM, LONGEST_MM) or (
        _pair(settings.LABEL_SIZE_MM, SHORTEST_MM, LONGEST_MM) or DEFAULT_SIZE
    )


def is_label_size(text: str) -> bool:
    """Whether a text is the size of a label, such as 62x29."""
    return _pair(text, SHORTEST_MM, LONGEST_MM) is not None


def label_sheet(text: str = "") -> tuple[int, int]:
    """Columns and rows of a sheet; the setting's if the text is none."""
    return _pair(text, 1, MAX_PER_SIDE) or (
        _pair(settings.LABEL_SHEET, 1, MAX_PER_SIDE) or DEFAULT_SHEET
    )


def label_styles(width_mm: int, height_mm: int) -> str:
    """The style sheet of a printer that prints one label at a time."""
    return (
        f"@page {{ size: {width_mm}mm {height_mm}mm; margin: 0; }}\n"
        f".label {{ width: {width_mm}mm; height: {height_mm - 0.5}mm; break-after: page; }}\n"
        f".label:last-child {{ break-after: auto; }}\n"
        f".label .label-qr {{ width: {min(width_mm / 2, height_mm) - 3}mm; }}\n"
    )


def sheet_styles(columns: int, rows: int) -> str:
    """The style sheet of sheets of A4."""
    width_mm, height_mm = A4_MM[0] / columns, (A4_MM[1] - 1) / rows
    return (
        "@page { size: A4; margin: 0; }\n"
        f".labels {{ grid-template-columns: repeat({columns}, {width_mm:.2f}mm); }}\n"
        f".label {{ width: {width_mm:.2f}mm; height: {height_mm:.2f}mm; }}\n"
        f".label .label-qr {{ width: {min(width_mm / 2, height_mm) - 6:.2f}mm; }}\n"
    )


def _pair(text: str, least: int, most: int) -> tuple[int, int] | None:
    written = re.fullmatch(r"([0-9]{1,3})x([0-9]{1,3})", text.strip().lower())
    if written is None:
        return None
    pair = int(written[1]), int(written[2])
    return pair if all(least <= number <= most for number in pair) else None
