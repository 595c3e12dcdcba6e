"""A deterministic encoder without a model.

    settings.MATCHING = {**settings.MATCHING, "ENCODER": "tests.support.fake_encoder.FakeEncoder"}

Texts that share words have a higher cosine, and so have photographs that share colours. It cannot
read Cyrillic.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from matching.conf import MatchingSettings
from matching.core.vectors import unit

DIM: Final = 32
LEVELS: Final = 4  # steps of each colour channel in the histogram
# The common part of every vector of a modality, as in a real CLIP (the modality gap).
COMMON: Final = 0.4
CYRILLIC: Final = re.compile("[а-я]", re.IGNORECASE)


class FakeEncoder:
    """Implements `matching.encoders.base.Encoder`."""

    dim = DIM
    fingerprint = "fake-32"

    def __init__(self, current: MatchingSettings | None = None) -> None:
        self.forward_counts = {"text": 0, "image": 0}

    def encode_texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Shape: (n, 32), unit vectors or zeros"""
        self.forward_counts["text"] += len(texts)
        vecs = _stacked([_text_vec(text) for text in texts])
        vecs[[CYRILLIC.search(text) is not None for text in texts]] = 0.0
        return vecs

    def encode_images(self, images: Sequence[Image.Image]) -> npt.NDArray[np.float32]:
        """Shape: (n, 32), unit vectors"""
        self.forward_counts["image"] += len(images)
        return _stacked([_image_vec(image) for image in images])


class OtherFakeEncoder(FakeEncoder):
    """The same with another fingerprint, as after a change of the model."""

    fingerprint = "fake-32-other"


@lru_cache(10_000)  # each site starts with the same thousands of prompts
def _text_vec(text: str) -> npt.NDArray[Any]:
    words = text.lower().split()
    total = sum((_direction(f"word {word}") for word in words), np.zeros(DIM))
    return COMMON * _direction("all texts") + unit(total)


def _image_vec(image: Image.Image) -> npt.NDArray[Any]:
    small = np.asarray(image.convert("RGB").resize((16, 16), Image.Resampling.BOX))
    bins = (small // (256 // LEVELS)).reshape(-1, 3).astype(int) @ (LEVELS**2, LEVELS, 1)
    counts = np.bincount(bins, minlength=LEVELS**3)
    total = sum((n * _direction(f"colour {bin_}") for bin_, n in enumerate(counts) if n))
    return COMMON * _direction("all images") + unit(np.asarray(total))


@cache
def _direction(name: str) -> npt.NDArray[Any]:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return unit(np.random.default_rng(seed).normal(size=DIM))


def _stacked(vecs: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.float32]:
    return unit(np.stack(vecs)) if vecs else np.zeros((0, DIM), dtype=np.float32)


class FakeTextEncoder(FakeEncoder):
    """A second encoder without a model."""

    fingerprint = "text-fake"
    dim = 32

    def encode_texts(self, texts: Any) -> Any:
        """See `FakeEncoder`; fails for some."""
        if any("breaks" in text for text in texts):
            raise RuntimeError("no such word")
        return np.roll(super().encode_texts(texts), 1, axis=1)
