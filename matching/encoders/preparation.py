"""What a model is given for a few fixed texts and pictures: their token ids and pixel values.

A new version of a library may prepare inputs differently, and vectors from before and after must
not be compared, although the checkpoint and so the fingerprint are the same. Must not import torch
or transformers.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from PIL import Image

SAMPLES: Final = Path(__file__).parent / "samples"
PICTURES: Final = ("photograph.jpg", "drawing.png")
# What tokenizers treat differently: scripts, capitals, spaces, composition, width, length.
TEXTS: Final = (
    "검은색 가죽 장지갑을 잃어버렸어요. 3층 304호!",
    "Black LEATHER wallet, it's near Room 304-B",
    "파란  우산\n\t(자동 접이식)  ",
    "각ᆨ",  # a syllable in decomposed form, and one more letter
    "ＡｉｒＰｏｄｓ ① ½ ﬁ Ｂ２",
    "財布 кошелёк 😀🐶 <end> [UNK]",
    "",
    "긴 글 long text " * 60,
)
VALUES: Final = 400  # pixel values per picture that are kept
# Mean difference of pixel values from which pictures count as prepared differently. Another way of
# decoding a JPEG changes these pictures by at most .004 (without a smaller draft, three families),
# another filter for scaling by .007 or more, another crop or mean by .02 or more.
LARGEST_DIFFERENCE: Final = 0.006
LIBRARIES: Final = ("transformers", "tokenizers", "sentencepiece", "pillow", "numpy")


@runtime_checkable
class ShowsInputs(Protocol):
    """An encoder that shows what it would give to its model."""

    def prepared_inputs(
        self, texts: Sequence[str], images: Sequence[Image.Image]
    ) -> tuple[npt.NDArray[np.int64], Sequence[npt.NDArray[np.float32]]]:
        """Token ids of all texts, padded, and the pixel values of each image.

        Shape: (n, longest), each of any shape
        """


@dataclass(frozen=True)
class Preparation:
    """The inputs of the samples.

    Attributes:
        ids: token ids of each text.
        pixels: pixel values of each picture, evenly sampled and rounded.
        libraries: versions of the libraries that prepared them.
    """

    ids: list[list[int]]
    pixels: list[list[float]]
    libraries: dict[str, str]

    @classmethod
    def of(cls, encoder: ShowsInputs) -> "Preparation":
        """What this encoder does with the samples."""
        with ExitStack() as opened:
            images = [opened.enter_context(Image.open(SAMPLES / name)) for name in PICTURES]
            ids, pixels = encoder.prepared_inputs(TEXTS, images)
        return cls(ids.tolist(), [_sampled(each) for each in pixels], _versions())

    def differences(self, other: "Preparation") -> list[str]:
        """Which of "texts" and "photographs" the two prepare differently."""
        found = [] if self.ids == other.ids else ["texts"]
        if [len(each) for each in self.pixels] != [len(each) for each in other.pixels]:
            return [*found, "photographs"]
        apart = [
            np.abs(np.subtract(mine, theirs)).mean()
            for mine, theirs in zip(self.pixels, other.pixels, strict=True)
        ]
        return [*found, "photographs"] if max(apart, default=0.0) > LARGEST_DIFFERENCE else found

    def as_json(self) -> dict[str, Any]:
        """For a JSON column or file."""
        return {"ids": self.ids, "pixels": self.pixels, "libraries": self.libraries}


def _sampled(pixels: npt.NDArray[np.float32]) -> list[float]:
    flat = pixels.ravel()
    at = np.linspace(0, flat.size - 1, VALUES).astype(np.int64)
    return [round(float(value), 3) for value in flat[at]]


def _versions() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
