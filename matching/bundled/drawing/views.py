"""Photographs of a drawn thing: viewpoint, light, background, occlusion, noise, JPEG damage."""

import io
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from matching.bundled.drawing.draw import draw_thing
from matching.bundled.drawing.things import Thing

Preset = Literal["mild", "full"]
Pixels = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ViewRange:
    """How much a view may differ from the drawing of the front.

    Attributes:
        turn_deg: largest rotation in the picture plane, degrees.
        scale: smallest and largest side of the thing, as a share of the picture's side.
        tilt: largest shear and foreshortening.
        light: largest relative change of brightness; the colour cast is up to half of it.
        blur: largest Gaussian blur, share of the side.
        noise: largest standard deviation, 0 to 1.
        occlusion: largest share of the side that something covers, from an edge.
    """

    turn_deg: float
    scale: tuple[float, float]
    tilt: float
    light: float
    blur: float
    noise: float
    occlusion: float
    jpeg_quality: tuple[int, int]


PRESETS: Final[dict[Preset, ViewRange]] = {
    "mild": ViewRange(14, (0.74, 0.9), 0.06, 0.18, 0.003, 0.02, 0.1, (70, 95)),
    "full": ViewRange(45, (0.58, 0.92), 0.18, 0.38, 0.007, 0.05, 0.22, (35, 95)),
}


def photograph(thing: Thing, seed: int, preset: Preset = "mild", size_px: int = 640) -> Image.Image:
    """One photograph of a thing; each seed gives another view of the same thing.

    Returns:
        RGB of size_px x size_px.
    """
    sprite = draw_thing(thing, size_px)
    return view(sprite, np.random.default_rng(seed), PRESETS[preset], size_px)


def between(share: float) -> ViewRange:
    """The range between "mild" (0) and "full" (1), for training that becomes harder."""
    low, high = PRESETS["mild"], PRESETS["full"]

    def mix(a: float, b: float) -> float:
        return a + (b - a) * share

    return ViewRange(
        mix(low.turn_deg, high.turn_deg),
        (mix(low.scale[0], high.scale[0]), mix(low.scale[1], high.scale[1])),
        mix(low.tilt, high.tilt),
        mix(low.light, high.light),
        mix(low.blur, high.blur),
        mix(low.noise, high.noise),
        mix(low.occlusion, high.occlusion),
        (round(mix(low.jpeg_quality[0], high.jpeg_quality[0])), low.jpeg_quality[1]),
    )


def view(
    sprite: Image.Image, rng: np.random.Generator, limits: ViewRange, size_px: int
) -> Image.Image:
    """Turns a sprite into a photograph.

    Args:
        sprite: RGBA, square.

    Returns:
        RGB of size_px x size_px.
    """
    canvas = background(rng, size_px)
    placed = _placed(sprite, rng, limits, size_px)
    if rng.random() < 0.6:
        _cast_shadow(canvas, placed, rng, size_px)
    canvas.paste(placed, mask=placed.getchannel("A"))
    if rng.random() < 0.5:
        _occlude(canvas, rng, limits, size_px)
    blur_px = rng.random() * limits.blur * size_px
    if blur_px > 0.35:
        canvas = canvas.filter(ImageFilter.GaussianBlur(blur_px))
    lit = _lit(canvas, rng, limits)
    return _through_jpeg(lit, rng, limits)


def background(rng: np.random.Generator, size_px: int) -> Image.Image:
    """A desk, a floor, grass, cloth or clutter; RGB of size_px x size_px."""
    kind = rng.integers(6)
    base = rng.random(3) * 0.75 + 0.15
    if rng.random() < 0.6:  # most surfaces are nearly grey or brown
        base = base.mean() + (base - base.mean()) * 0.3
    cells = (2, 6, 24, 3, 10, 5)[kind]
    depth = (0.12, 0.2, 0.22, 0.1, 0.3, 0.2)[kind]
    shape = (cells, cells * 6 if kind == 3 else cells, 3 if kind in (4, 5) else 1)
    grid = base + (rng.random(shape) - 0.5) * 2 * depth
    grid = np.broadcast_to(grid, (shape[0], shape[1], 3))
    small = Image.fromarray((np.clip(grid, 0, 1) * 255).astype(np.uint8))
    how = Image.Resampling.NEAREST if kind == 4 else Image.Resampling.BICUBIC
    canvas = small.resize((size_px, size_px), how)
    if kind == 5:
        _scatter(canvas, rng, size_px)
    if rng.random() < 0.5:
        canvas = canvas.transpose(Image.Transpose.ROTATE_90)
    return canvas


def _scatter(canvas: Image.Image, rng: np.random.Generator, size_px: int) -> None:
    pen = ImageDraw.Draw(canvas)
    for _ in range(rng.integers(3, 9)):
        x, y, w, h = rng.random(4) * size_px
        fill = _rgb(rng.random(3) * 255)
        box = (x - w / 3, y - h / 3, x + w / 3, y + h / 3)
        if rng.random() < 0.5:
            pen.ellipse(box, fill=fill)
        else:
            pen.rectangle(box, fill=fill)


def _placed(
    sprite: Image.Image, rng: np.random.Generator, limits: ViewRange, size_px: int
) -> Image.Image:
    side = sprite.width
    scale = rng.uniform(*limits.scale) * size_px / side
    angle = radians(rng.uniform(-limits.turn_deg, limits.turn_deg))
    shear = rng.uniform(-limits.tilt, limits.tilt)
    squash = 1 - rng.random() * limits.tilt * 1.5
    forward = np.array(
        [
            [scale * (cos(angle) - shear * sin(angle)), -scale * squash * sin(angle)],
            [scale * (sin(angle) + shear * cos(angle)), scale * squash * cos(angle)],
        ]
    )
    free = max(0.0, 1 - scale * side / size_px)
    centre = size_px * (0.5 + (rng.random(2) - 0.5) * (free * 0.8 + 0.04))
    inverse = np.linalg.inv(forward)
    offset = np.array([side / 2, side / 2]) - inverse @ centre
    vanishing = (rng.random(2) - 0.5) * limits.tilt * 0.8 / size_px
    keep = 1 - vanishing @ centre
    data = (
        *(inverse[0, 0] * 1, inverse[0, 1], offset[0]),
        *(inverse[1, 0], inverse[1, 1] * 1, offset[1]),
    )
    perspective = (
        *(data[0] + vanishing[0] * side / 2, data[1] + vanishing[1] * side / 2),
        data[2] + (keep - 1) * side / 2,
        *(data[3] + vanishing[0] * side / 2, data[4] + vanishing[1] * side / 2),
        data[5] + (keep - 1) * side / 2,
        *vanishing,
    )
    reduced = sprite
    if scale < 0.5:
        half = max(1, round(side * scale * 1.4))
        reduced = sprite.resize((half, half), Image.Resampling.BILINEAR, reducing_gap=2)
        ratio = half / side
        perspective = (*(value * ratio for value in perspective[:6]), *perspective[6:])
    return (
        reduced.convert("RGBa")
        .transform(
            (size_px, size_px),
            Image.Transform.PERSPECTIVE,
            tuple(float(value) for value in perspective),
            Image.Resampling.BILINEAR,
        )
        .convert("RGBA")
    )


def _cast_shadow(
    canvas: Image.Image, placed: Image.Image, rng: np.random.Generator, size_px: int
) -> None:
    dx, dy = (rng.random(2) - 0.5) * 0.09 * size_px
    alpha = placed.getchannel("A").point(lambda value: value * 0.45)
    shadow = Image.new("L", alpha.size)
    shadow.paste(alpha, (round(dx), round(dy)))
    if size_px > 160:
        shadow = shadow.filter(ImageFilter.GaussianBlur(size_px * 0.012))
    canvas.paste((20, 20, 24), mask=shadow)


def _occlude(
    canvas: Image.Image, rng: np.random.Generator, limits: ViewRange, size_px: int
) -> None:
    share = rng.random() * limits.occlusion
    along = rng.uniform(0.2, 0.8) * size_px
    depth, half = share * size_px, rng.uniform(0.1, 0.35) * size_px
    # Whatever covers a thing comes from the edge: a sleeve, a book's corner, a finger.
    boxes = (
        (0, along - half, depth, along + half),
        (size_px - depth, along - half, size_px, along + half),
        (along - half, 0, along + half, depth),
        (along - half, size_px - depth, along + half, size_px),
    )
    box = boxes[rng.integers(4)]
    ImageDraw.Draw(canvas).rounded_rectangle(
        box, min(depth, half) * 0.4, fill=_rgb(rng.random(3) * 220)
    )


def _lit(canvas: Image.Image, rng: np.random.Generator, limits: ViewRange) -> Pixels:
    pixels = np.asarray(canvas, dtype=np.float32) / 255
    gain = 1 + rng.uniform(-limits.light, limits.light * 0.7)
    cast = 1 + rng.uniform(-0.3, 0.3, 3) * limits.light
    ramp = np.linspace(-1, 1, pixels.shape[0], dtype=np.float32) * rng.uniform(-0.5, 0.5)
    ramp = ramp * limits.light
    slope = ramp[:, None, None] if rng.random() < 0.5 else ramp[None, :, None]
    pixels = pixels * (gain * cast).astype(np.float32) * (1 + slope)
    sigma = rng.random() * limits.noise
    pixels += rng.standard_normal(pixels.shape, dtype=np.float32) * np.float32(sigma)
    return np.clip(pixels, 0, 1)


def _through_jpeg(pixels: Pixels, rng: np.random.Generator, limits: ViewRange) -> Image.Image:
    image = Image.fromarray((pixels * 255).astype(np.uint8))
    quality = int(rng.integers(limits.jpeg_quality[0], limits.jpeg_quality[1] + 1))
    if rng.random() < 0.5:
        return image
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def _rgb(values: npt.NDArray[np.float64]) -> tuple[int, int, int]:
    r, g, b = (int(value) for value in values)
    return r, g, b
