"""How surely numbers on invented cards are covered, and how long a photograph takes."""

import io
from time import perf_counter
from typing import Final

from PIL import Image

from bench.rows import Row, Times, figure
from lostfound.media.masking import MASK_COLOUR, is_available, masked
from tests.support.invented_cards import card_photograph, uncovered

WIDTHS_PX: Final = {1000: 1.0, 600: 1.0, 400: 1.0, 250: 0.9, 160: None}  # share that is to be clean
PHOTOGRAPHS: Final = 10
QUICK_PHOTOGRAPHS: Final = 3
TURN: Final = 37.0  # degrees between two photographs


def masking_rows(quick: bool) -> list[Row]:
    """Photographs of cards on which no digit is left, by the width of the card."""
    if not is_available():
        return [Row("masking: needs the extra mask", "", None, "", None)]
    number = QUICK_PHOTOGRAPHS if quick else PHOTOGRAPHS
    rows, seconds = [], []
    for width_px, least in WIDTHS_PX.items():
        clean = 0
        for seed in range(number):
            photograph = card_photograph(seed, width_px, angle=seed * TURN)
            with Image.open(io.BytesIO(photograph.jpeg)) as image:
                pixels = image.convert("RGB")
            start = perf_counter()
            covered = masked(pixels)
            seconds.append(perf_counter() - start)
            clean += not uncovered(photograph, covered, MASK_COLOUR)
        name = f"masking: cards of {width_px} px without a digit left"
        if least is None:
            rows.append(figure(name, clean, f"of {number}"))
        else:
            needed = int(least * number)
            rows.append(Row(name, f">= {needed}", clean, f"of {number}", clean >= needed))
    times = Times(seconds[1:])  # the first one loads the detector
    rows.append(figure("masking: a photograph of 1280×960", times.median_s, "s", times.words))
    return rows
