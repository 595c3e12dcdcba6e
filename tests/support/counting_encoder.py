"""The fake encoder with a log file of every text and photograph that it encodes.

Used by real processes through MATCHING_ENCODER; FORWARDS names the file.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.support.fake_encoder import FakeEncoder

FORWARD_S: Final = 0.02  # for each text or photograph


class CountingEncoder(FakeEncoder):
    """Computes the vectors of `FakeEncoder` one by one, each with a line in the log."""

    def encode_texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """See `FakeEncoder`."""
        for text in texts:
            _note(f"text {text}")
        return super().encode_texts(texts)

    def encode_images(self, images: Sequence[Image.Image]) -> npt.NDArray[np.float32]:
        """See `FakeEncoder`."""
        for image in images:
            _note(f"image {image.convert('RGB').getpixel((0, 0))}")
        return super().encode_images(images)


def _note(line: str) -> None:
    time.sleep(FORWARD_S)
    # Short appends of several processes are never interleaved.
    with Path(os.environ["FORWARDS"]).open("a", encoding="utf-8") as diary:
        diary.write(f"{os.getpid()} {' '.join(line.split())}\n")
