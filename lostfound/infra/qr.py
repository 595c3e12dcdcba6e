"""QR codes as inline SVG, without style attributes, which the content security policy forbids."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str, *, error: str = "q") -> SafeString:
    """A QR code as an SVG element with the class `qr`; it scales to its box.

    Args:
        error: error correction: l, m, q or h, which survives ever more damage.
    """
    code = segno.make(text, error=error, micro=False, boost_error=False)
    svg: str = code.svg_inline(svgclass="qr", lineclass="qr-line", omitsize=True, border=2)
    # Drawn by segno from modules alone: nothing of the text is in it.
    return mark_safe(svg)


def qr_path(text: str, *, error: str = "q", border: int = 2) -> tuple[str, int]:
    """The dark modules of a QR code as the path of an SVG, and modules per edge with its border."""
    code = segno.make(text, error=error, micro=False, boost_error=False)
    rows = list(code.matrix_iter(border=border))
    parts = [
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    ]
    return "".join(parts), len(rows)
