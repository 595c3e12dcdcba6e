"""Draws a thing with its pattern, accessory and wear. Deterministic to the pixel."""

from collections.abc import Callable
from math import cos, pi, sin
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from matching.bundled.drawing import shapes_carried, shapes_other, shapes_worn
from matching.bundled.drawing.pen import Pen, Rgb, shade
from matching.bundled.drawing.things import COLOURS, DRAWABLE, Thing

ACCESSORY_RADIUS: Final = 0.115  # share of the side; smaller ones cannot be learnt at 80 px

Silhouette = Callable[[Pen, tuple[float, ...]], None]
SILHOUETTES: Final[dict[str, Silhouette]] = {
    name: getattr(module, name)
    for module in (shapes_carried, shapes_other, shapes_worn)
    for name in DRAWABLE
    if hasattr(module, name)
}


def draw_thing(thing: Thing, size_px: int = 112) -> Image.Image:
    """The thing from the front, on a transparent background.

    Returns:
        RGBA of size_px x size_px; alpha is the thing's own shape.
    """
    main, accent = COLOURS[thing.colour], COLOURS[thing.accent]
    pen = Pen(size_px, main, accent)
    SILHOUETTES[thing.category](pen, thing.shape)
    image = _with_pattern(pen, thing, accent)
    if thing.accessory != "none":
        _add_accessory(image, pen.main_mask, thing, accent)
    if thing.wear > 0.15:
        _add_wear(image, thing)
    return image.resize((size_px, size_px), Image.Resampling.BOX)


def _with_pattern(pen: Pen, thing: Thing, accent: Rgb) -> Image.Image:
    if thing.pattern == "plain":
        return pen.image
    coverage = _pattern_mask(thing, pen.side_px)
    mask = ImageChops.multiply(pen.main_mask, coverage)
    paint = shade(pen.paints["main"], 0.6) if thing.pattern in ("leather", "gradient") else accent
    layer = Image.new("RGBA", pen.image.size, (*paint, 255))
    image = pen.image.copy()
    image.paste(layer, mask=mask)
    # The outline of the silhouette stays on top of its pattern.
    image.putalpha(pen.image.getchannel("A"))
    return image


def _pattern_mask(thing: Thing, side_px: int) -> Image.Image:
    y, x = np.mgrid[0:side_px, 0:side_px].astype(np.float32) / side_px
    period = 0.11 + 0.07 * thing.shape[6]
    turn = thing.shape[7] * pi
    u, v = x * cos(turn) + y * sin(turn), -x * sin(turn) + y * cos(turn)
    covered: npt.NDArray[np.float32]
    match thing.pattern:
        case "stripes":
            covered = ((u / period) % 1 < 0.42).astype(np.float32)
        case "dots":
            du, dv = (u / period) % 1 - 0.5, (v / period) % 1 - 0.5
            covered = (du**2 + dv**2 < 0.3**2).astype(np.float32)
        case "check":
            covered = ((((u / period) % 1) < 0.5) ^ (((v / period) % 1) < 0.5)).astype(np.float32)
        case "zigzag":
            wave = np.abs((u / period) % 2 - 1) * period
            covered = (((v + wave) / (period * 1.2)) % 1 < 0.36).astype(np.float32)
        case "gradient":
            covered = np.clip((u - u.min()) / (u.max() - u.min()) * 1.6 - 0.3, 0, 1)
        case _:  # leather: a fine dark grain
            grain = np.random.default_rng(thing.seed).random((48, 48), dtype=np.float32)
            small = Image.fromarray((grain * 255).astype(np.uint8))
            big = np.asarray(small.resize((side_px, side_px), Image.Resampling.BICUBIC))
            covered = (big > 150).astype(np.float32) * 0.75
    return Image.fromarray((covered * 255).astype(np.uint8))


def _add_accessory(image: Image.Image, main_mask: Image.Image, thing: Thing, accent: Rgb) -> None:
    side = image.width
    inner = main_mask.filter(ImageFilter.MinFilter(5))
    rows, columns = np.nonzero(np.asarray(inner)[:: side // 56, :: side // 56])
    if not len(rows):
        return
    pick = int(thing.place[0] * (len(rows) - 1))
    step = side // 56
    cx, cy = float(columns[pick] * step), float(rows[pick] * step)
    r = (ACCESSORY_RADIUS + 0.02 * thing.place[1]) * side
    # Keeps the whole accessory on the canvas.
    cx, cy = min(max(cx, r), side - r), min(max(cy, r), side - r)
    pen = ImageDraw.Draw(image)
    rim = (250, 250, 250) if sum(accent) < 380 else (30, 30, 34)
    _accessory(pen, thing.accessory, cx, cy, r * 1.22, rim)
    _accessory(pen, thing.accessory, cx, cy, r, accent)
    if thing.accessory == "tag":
        for i in (-0.3, 0.1):
            pen.line(
                [(cx - r * 0.4, cy + i * r), (cx + r * 0.4, cy + i * r)], rim, max(1, side // 90)
            )
    if thing.accessory in ("flower", "round"):
        pen.ellipse((cx - r * 0.3, cy - r * 0.3, cx + r * 0.3, cy + r * 0.3), fill=rim)


def _accessory(
    pen: ImageDraw.ImageDraw, name: str, cx: float, cy: float, r: float, fill: Rgb
) -> None:
    def ring(n: int, radius: Callable[[int], float], turn: float) -> list[tuple[float, float]]:
        return [
            (
                cx + radius(i) * cos(2 * pi * i / n + turn),
                cy + radius(i) * sin(2 * pi * i / n + turn),
            )
            for i in range(n)
        ]

    match name:
        case "star":
            pen.polygon(ring(10, lambda i: r if i % 2 == 0 else r * 0.42, -pi / 2), fill=fill)
        case "heart":
            pen.ellipse((cx - r, cy - r * 0.8, cx + r * 0.08, cy + r * 0.25), fill=fill)
            pen.ellipse((cx - r * 0.08, cy - r * 0.8, cx + r, cy + r * 0.25), fill=fill)
            pen.polygon([(cx - r * 0.93, cy), (cx + r * 0.93, cy), (cx, cy + r)], fill=fill)
        case "round":
            pen.ellipse((cx - r, cy - r, cx + r, cy + r), fill=fill)
        case "flower":
            for x, y in ring(5, lambda _: r * 0.58, -pi / 2):
                pen.ellipse((x - r * 0.45, y - r * 0.45, x + r * 0.45, y + r * 0.45), fill=fill)
        case "tag":
            pen.rounded_rectangle((cx - r * 0.7, cy - r, cx + r * 0.7, cy + r), r * 0.2, fill=fill)
        case "ribbon":
            pen.polygon([(cx, cy), (cx - r, cy - r * 0.7), (cx - r, cy + r * 0.7)], fill=fill)
            pen.polygon([(cx, cy), (cx + r, cy - r * 0.7), (cx + r, cy + r * 0.7)], fill=fill)
            pen.ellipse((cx - r * 0.25, cy - r * 0.25, cx + r * 0.25, cy + r * 0.25), fill=fill)
        case _:  # bell
            pen.pieslice((cx - r * 0.8, cy - r, cx + r * 0.8, cy + r * 0.8), 180, 360, fill=fill)
            pen.rectangle((cx - r * 0.8, cy - r * 0.15, cx + r * 0.8, cy + r * 0.45), fill=fill)
            pen.rectangle((cx - r, cy + r * 0.35, cx + r, cy + r * 0.6), fill=fill)
            pen.ellipse((cx - r * 0.25, cy + r * 0.5, cx + r * 0.25, cy + r), fill=fill)


def _add_wear(image: Image.Image, thing: Thing) -> None:
    rng = np.random.default_rng(thing.seed + 1)
    side = image.width
    layer = Image.new("RGBA", image.size)
    pen = ImageDraw.Draw(layer)
    for _ in range(int(2 + 8 * thing.wear)):
        x, y, dx, dy = rng.random(4) * side
        tone = 255 if rng.random() < 0.5 else 40
        end = (x + (dx - side / 2) * 0.2, y + (dy - side / 2) * 0.2)
        pen.line([(x, y), end], (tone, tone, tone, 90), max(1, side // 110))
    if thing.wear > 0.5:
        x, y = rng.random(2) * side
        pen.ellipse((x, y, x + side * 0.12, y + side * 0.1), fill=(90, 66, 40, 90))
    alpha = image.getchannel("A")
    image.alpha_composite(layer)
    image.putalpha(alpha)
