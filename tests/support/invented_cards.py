"""Photographs of invented cards whose digits are known, for what must be masked.

Nothing on them is anybody's: names and numbers are made up at random, with impossible days.
"""

import io
import math
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SCENE_PX: Final = (1280, 960)
CARD_RATIO: Final = 54.0 / 85.6  # height over width, ISO/IEC 7810 ID-1
DRAWN_PX: Final = 1400  # width at which a card is drawn before it is put into its scene
JPEG_QUALITY: Final = 70  # what messengers leave of a photograph
NAMES: Final = ("HONG GILDONG", "KIM HANA", "LEE DURI", "PARK SAEBYEOK", "CHOI MARU")
PAPERS: Final = ((236, 240, 244), (222, 232, 214), (244, 236, 220), (206, 220, 240), (40, 44, 60))
GROUNDS: Final = ((120, 96, 70), (64, 70, 78), (170, 168, 160), (92, 110, 88), (30, 28, 30))


@dataclass(frozen=True, eq=False)
class CardPhotograph:
    """A photograph of a card.

    Attributes:
        jpeg: as a phone would send it.
        labels: the number of the digit whose ink a pixel shows, from 1; 0 elsewhere.
            Shape: (height, width)
    """

    jpeg: bytes
    labels: "np.ndarray[Any, np.dtype[np.uint8]]"


def card_photograph(seed: int, width_px: int, angle: float | None = None) -> CardPhotograph:
    """An invented card in a scene, turned and seen at an angle.

    Args:
        width_px: width of the card in the scene.
        angle: in degrees; by the seed from -180 to 180 if None.
    """
    random = Random(seed * 7919 + width_px)
    card, labels = _card(random)
    turn = random.uniform(-180, 180) if angle is None else angle
    corners = _corners(random, width_px, turn)
    scene = _ground(random)
    coefficients = _perspective(corners, card.size)
    onto = _warped(card, coefficients, scene.size, Image.Resampling.BICUBIC)
    mask = _warped(Image.new("L", card.size, 255), coefficients, scene.size)
    scene.paste(onto, mask=mask)
    scene = scene.filter(ImageFilter.GaussianBlur(random.uniform(0.0, 0.6)))
    ink = np.asarray(_warped(labels, coefficients, scene.size))
    buffer = io.BytesIO()
    scene.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return CardPhotograph(buffer.getvalue(), ink)


def uncovered(
    photograph: CardPhotograph,
    masked: Image.Image,
    colour: tuple[int, int, int],
    share: float = 0.05,
) -> list[int]:
    """The numbers of the digits of which more than a share of the ink still shows.

    Args:
        masked: the masked photograph before it is encoded, or after.
        colour: of the mask.
        share: a scaled picture mixes the rim of a mask with what is beside it.
    """
    distance = np.abs(np.asarray(masked.convert("RGB")).astype(int) - colour).max(axis=2)
    shows = distance > 12  # JPEG moves a solid colour by a few levels
    inked = np.bincount(photograph.labels.ravel())
    shown = np.bincount(photograph.labels[shows], minlength=len(inked))
    return [number for number in range(1, len(inked)) if shown[number] > share * inked[number]]


def _card(random: Random) -> tuple[Image.Image, Image.Image]:
    """The card, and the numbers of its digits where their ink is."""
    size = (DRAWN_PX, round(DRAWN_PX * CARD_RATIO))
    paper = random.choice(PAPERS)
    ink = (24, 26, 34) if sum(paper) > 380 else (235, 235, 228)
    card = Image.new("RGB", size, paper)
    draw = ImageDraw.Draw(card)
    for _ in range(40):  # the wavy lines of a real card
        height = random.randrange(size[1])
        shade = tuple(max(0, min(255, level + random.randint(-10, 10))) for level in paper)
        points = [(x, height + 20 * math.sin(x / 90 + height)) for x in range(0, size[0], 20)]
        draw.line(points, fill=shade, width=3)
    left, top = 900, 190
    draw.rectangle((left, top, left + 380, top + 480), fill=(150, 150, 160))
    draw.ellipse((left + 90, top + 70, left + 290, top + 310), fill=(205, 180, 160))
    lines = (
        ("IDENTITY CARD", 74, 60),
        (random.choice(NAMES), 66, 190),
        (
            f"{random.randint(0, 99):02}{random.randint(13, 99)}{random.randint(32, 99)}"
            f"-{random.randint(1000000, 9999999)}",
            78,
            320,
        ),
        (f"{random.randint(1, 999)} INVENTED-RO {random.randint(1, 99)}", 46, 450),
        (f"No. {random.randint(10**9, 10**10 - 1)}", 52, 540),
        (f"20{random.randint(10, 29)}.{random.randint(10, 12)}.{random.randint(10, 28)}", 52, 640),
        (
            f"{random.randint(10, 99)}-{random.randint(10, 99)}-"
            f"{random.randint(100000, 999999)}-{random.randint(10, 99)}",
            60,
            740,
        ),
    )
    labels = Image.new("L", size)
    numbered = ImageDraw.Draw(labels)
    numbered.fontmode = "1"  # a pixel is of one digit or of none
    number = 0
    for text, points_px, height in lines:
        font = ImageFont.load_default(points_px)
        draw.text((70, height), text, fill=ink, font=font)
        for at, char in enumerate(text):
            if char.isdigit():
                number += 1
                start = 70 + numbered.textlength(text[:at], font=font)
                numbered.text((start, height), char, fill=number, font=font)
    return card, labels


def _ground(random: Random) -> Image.Image:
    base = random.choice(GROUNDS)
    noise = np.random.default_rng(random.randrange(2**32)).normal(0, 9, (*SCENE_PX[::-1], 3))
    pixels = np.clip(np.array(base) + noise, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1))


def _corners(random: Random, width_px: int, turn: float) -> list[tuple[float, float]]:
    """The corners in the scene from top left clockwise; all of them within it."""
    wide, high = width_px / 2, width_px * CARD_RATIO / 2
    sine, cosine = math.sin(math.radians(turn)), math.cos(math.radians(turn))
    corners = []
    for x, y in ((-wide, -high), (wide, -high), (wide, high), (-wide, high)):
        shrunk = 1 - random.uniform(0, 0.05)  # seen at an angle
        corners.append((shrunk * (x * cosine - y * sine), shrunk * (x * sine + y * cosine)))
    reach = [max(abs(corner[axis]) for corner in corners) for axis in (0, 1)]
    room = [SCENE_PX[axis] / 2 - 8 - reach[axis] for axis in (0, 1)]
    scale = min(1.0, *((SCENE_PX[axis] / 2 - 8) / reach[axis] for axis in (0, 1)))
    shift = [random.uniform(-space, space) if space > 0 else 0.0 for space in room]
    return [
        (SCENE_PX[0] / 2 + x * scale + shift[0], SCENE_PX[1] / 2 + y * scale + shift[1])
        for x, y in corners
    ]


def _perspective(corners: list[tuple[float, float]], size: tuple[int, int]) -> list[float]:
    """The coefficients that map the scene to the card, as Pillow wants them."""
    flat = ((0, 0), (size[0], 0), (size[0], size[1]), (0, size[1]))
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(one) for one in np.linalg.solve(np.array(rows), np.array(values))]


def _warped(
    image: Image.Image,
    coefficients: list[float],
    size: tuple[int, int],
    resample: Image.Resampling = Image.Resampling.NEAREST,
) -> Image.Image:
    return image.transform(size, Image.Transform.PERSPECTIVE, coefficients, resample)
