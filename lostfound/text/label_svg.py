"""A label as one SVG picture in millimetres, for printers that a browser does not reach."""

import unicodedata
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lostfound.infra.qr import qr_path
from lostfound.text.labels import Label

MARGIN_MM: Final = 1.5
GAP_MM: Final = 2.0
LINE: Final = 1.3  # of the size of its letters
CODE_MM, PLACE_MM, TEXT_MM = 4.0, 3.8, 2.9  # sizes of letters
WIDE, NARROW = 1.0, 0.62  # widths of a letter, by its size


def label_svg(label: Label, width_mm: int, height_mm: int) -> SafeString:
    """The label with QR code, code, category, day, office and place."""
    edge_mm = min(width_mm / 2, height_mm) - 2 * MARGIN_MM
    path, modules = qr_path(label.url)
    left_mm = MARGIN_MM + edge_mm + GAP_MM
    texts = [
        (label.shown_code, CODE_MM, "bold"),
        (label.category, TEXT_MM, "normal"),
        (label.day.isoformat() if label.day else "", TEXT_MM, "normal"),
        (label.office, TEXT_MM, "normal"),
        (label.place, PLACE_MM, "bold"),
    ]
    lines, y_mm = [], MARGIN_MM
    for text, size_mm, weight in texts:
        y_mm += size_mm * LINE
        if text and y_mm <= height_mm:
            fitting = _fitting(text, (width_mm - MARGIN_MM - left_mm) / size_mm)
            lines.append((f"{left_mm:.2f}", f"{y_mm - 0.8:.2f}", size_mm, weight, fitting))
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}mm" height="{h}mm" '
        'viewBox="0 0 {w} {h}"><rect width="{w}" height="{h}" fill="#fff"/>'
        '<path transform="translate({at} {at}) scale({scale})" d="{path}" fill="#000" '
        'shape-rendering="crispEdges"/>{lines}</svg>\n',
        w=width_mm,
        h=height_mm,
        at=MARGIN_MM,
        scale=f"{edge_mm / modules:.4f}",
        path=path,
        lines=format_html_join(
            "",
            '<text x="{}" y="{}" font-size="{}" font-weight="{}" '
            'font-family="Noto Sans KR, Malgun Gothic, sans-serif">{}</text>',
            lines,
        ),
    )


def _fitting(text: str, most: float) -> str:
    """As much of a text as fits, in widths of a wide letter."""
    width, kept = 0.0, ""
    for char in text:
        width += WIDE if unicodedata.east_asian_width(char) in "WF" else NARROW
        if width > most:
            return f"{kept[:-1]}…"
        kept += char
    return kept
