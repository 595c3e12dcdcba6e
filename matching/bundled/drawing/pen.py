"""Drawing in unit coordinates with named paints, and a mask of the main colour's area."""

from collections.abc import Sequence
from typing import Final, Literal

from PIL import Image, ImageDraw

Paint = Literal["main", "dark", "light", "accent", "metal", "glass", "black", "white"]
Point = tuple[float, float]
Rgb = tuple[int, int, int]
SUPERSAMPLING: Final = 2


class Pen:
    """A transparent canvas with sides of length 1; x points right, y down."""

    def __init__(self, size_px: int, main: Rgb, accent: Rgb) -> None:
        self.side_px = size_px * SUPERSAMPLING
        self.image = Image.new("RGBA", (self.side_px, self.side_px))
        self.main_mask = Image.new("L", (self.side_px, self.side_px))
        self._draw = ImageDraw.Draw(self.image)
        self._mask = ImageDraw.Draw(self.main_mask)
        self.paints: dict[Paint, Rgb] = {
            "main": main,
            "dark": shade(main, 0.62),
            "light": shade(main, 1.35),
            "accent": accent,
            "metal": (176, 180, 188),
            "glass": (188, 214, 228),
            "black": (28, 28, 32),
            "white": (246, 246, 244),
        }

    def poly(self, points: Sequence[Point], paint: Paint = "main", edge: bool = True) -> None:
        """A filled polygon."""
        scaled = [(x * self.side_px, y * self.side_px) for x, y in points]
        self._draw.polygon(scaled, fill=self.paints[paint])
        self._mask.polygon(scaled, fill=255 if paint == "main" else 0)
        if edge:
            self._draw.line([*scaled, scaled[0]], fill=self._edge(paint), width=self._px(0.012))

    def oval(self, x: float, y: float, rx: float, ry: float, paint: Paint = "main") -> None:
        """A filled ellipse around (x, y)."""
        box = self._box(x - rx, y - ry, x + rx, y + ry)
        self._draw.ellipse(box, fill=self.paints[paint], outline=self._edge(paint), width=2)
        self._mask.ellipse(box, fill=255 if paint == "main" else 0)

    def rect(
        self, x0: float, y0: float, x1: float, y1: float, r: float = 0.03, paint: Paint = "main"
    ) -> None:
        """A filled rectangle with corners of radius r."""
        box, radius = self._box(x0, y0, x1, y1), r * self.side_px
        self._draw.rounded_rectangle(
            box, radius, fill=self.paints[paint], outline=self._edge(paint), width=2
        )
        self._mask.rounded_rectangle(box, radius, fill=255 if paint == "main" else 0)

    def line(self, points: Sequence[Point], width: float, paint: Paint = "main") -> None:
        """A stroke with round joints; width as a share of the side."""
        scaled = [(x * self.side_px, y * self.side_px) for x, y in points]
        px = self._px(width)
        self._draw.line(scaled, fill=self.paints[paint], width=px, joint="curve")
        self._mask.line(scaled, fill=255 if paint == "main" else 0, width=px, joint="curve")

    def arc(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        start: float,
        end: float,
        width: float,
        paint: Paint = "main",
    ) -> None:
        """A stroke along an ellipse; degrees clockwise from three o'clock."""
        box, px = self._box(x - rx, y - ry, x + rx, y + ry), self._px(width)
        self._draw.arc(box, start, end, fill=self.paints[paint], width=px)
        self._mask.arc(box, start, end, fill=255 if paint == "main" else 0, width=px)

    def hole(self, x: float, y: float, rx: float, ry: float) -> None:
        """An elliptical hole through everything drawn so far."""
        box = self._box(x - rx, y - ry, x + rx, y + ry)
        self._draw.ellipse(box, fill=(0, 0, 0, 0))
        self._mask.ellipse(box, fill=0)

    def _edge(self, paint: Paint) -> Rgb:
        return shade(self.paints[paint], 0.7)

    def _px(self, share: float) -> int:
        return max(1, round(share * self.side_px))

    def _box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, ...]:
        side = self.side_px
        return (min(x0, x1) * side, min(y0, y1) * side, max(x0, x1) * side, max(y0, y1) * side)


def shade(colour: Rgb, factor: float) -> Rgb:
    """A darker (factor below 1) or lighter colour; very dark results are lifted slightly."""
    lift = 18 if factor > 1 else 0
    r, g, b = (min(255, max(0, round(part * factor + lift))) for part in colour)
    return r, g, b
