"""The fake encoder with what a worker meets in life: it takes time, hangs, and kills its process.

Used by real worker processes through MATCHING_ENCODER.
"""

import os
import signal
import time
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from tests.support.fake_encoder import FakeEncoder

FORWARD_S: Final = 0.1  # so that a worker can be caught in the middle of a post
POISON: Final = "kills-its-worker"
TRAP: Final = "never-ends"


class RoughEncoder(FakeEncoder):
    """The vectors of `FakeEncoder`, slowly."""

    def encode_texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """See `FakeEncoder`."""
        time.sleep(FORWARD_S)
        if any(POISON in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        if any(TRAP in text for text in texts):
            time.sleep(600)
        return super().encode_texts(texts)
