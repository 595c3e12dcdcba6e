"""Tries one engine on a sample: vectors, speed and memory. Runs in a separate process.

Encoders are imported by their dotted paths, so that the memory is that of one engine only.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.utils.module_loading import import_string
from PIL import Image

from matching.conf import TORCH, MatchingSettings
from matching.encoders.base import CLIP_ENCODER, ONNX_ENCODER, Encoder
from matching.onnx.subprocess_runner import answer_in_subprocess, peak_memory_bytes

TIMED: Final = 12  # texts and photographs that are timed one by one


@dataclass(frozen=True)
class Trial:
    """Time and memory of an engine, for one text and one photograph at a time."""

    load_s: float
    text_ms: float
    image_ms: float
    peak_bytes: int


def try_engine(
    current: MatchingSettings,
    folder: Path | None,
    texts: Sequence[str],
    photographs: Sequence[Path],
    vectors: Path,
) -> Trial:
    """Encode a sample and write its vectors to a file.

    Args:
        folder: the export, for engines other than torch.

    Raises: EncoderUnavailable
    """
    started = time.perf_counter()
    encoder: Encoder
    if current.engine == TORCH:
        encoder = import_string(CLIP_ENCODER)(current)
    else:
        encoder = import_string(ONNX_ENCODER)(current, folder)
    load_s = time.perf_counter() - started

    def one_text(text: str) -> Any:
        return encoder.encode_texts([text])

    def one_image(path: Path) -> Any:
        return encoder.encode_images([Image.open(path)])

    text_ms = _median_ms(one_text, texts[:TIMED])
    image_ms = _median_ms(one_image, photographs[:TIMED])
    np.savez(
        vectors,
        texts=encoder.encode_texts(texts),
        images=np.concatenate([one_image(path) for path in photographs]),
    )
    return Trial(load_s, text_ms, image_ms, peak_memory_bytes())


def _median_ms(work: Callable[[Any], Any], items: Sequence[Any]) -> float:
    work(items[0])  # warm-up: the first item pays for one-time initialisation
    taken = []
    for item in items:
        started = time.perf_counter()
        work(item)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


def _answer(spec: dict[str, Any]) -> dict[str, Any]:
    trial = try_engine(
        MatchingSettings(**spec["settings"]),
        Path(spec["folder"]) if spec["folder"] else None,
        spec["texts"],
        [Path(path) for path in spec["photographs"]],
        Path(spec["vectors"]),
    )
    return vars(trial)


if __name__ == "__main__":
    answer_in_subprocess(_answer)
