"""Embedding: the engines side by side, and the preparation of a photograph.

Times are medians of items that are measured in turn, so that ratios hold on a shared machine;
memory is that of a separate process for each engine.
"""

import io
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import django
import numpy as np
from PIL import Image

from bench.forwards import matched_in_ms
from bench.inputs import (
    PHONE_PX,
    PHONE_QUALITY,
    STORED_PX,
    STORED_QUALITY,
    TEXT,
    jpeg,
    write_large_clip,
)
from bench.probe import NOTES, Probe
from bench.rows import Row, at_least, at_most, figure, ratios
from matching.conf import BUNDLED, ONNX_FP32, ONNX_INT8, TORCH, MatchingSettings
from matching.encoders.images import DRAFT_FACTOR, image_reading, pixels_of
from matching.onnx.subprocess_runner import run_in_subprocess

# Targets of the table: int8 against torch eager fp32, and the preparation of 12 megapixels.
FASTER: Final = 7.0
MEMORY: Final = 0.5
OVER_FLOOR: Final = 1.2
UNDER_STOCK: Final = 5.0
AGAINST_NOTES: Final = 10_000.0
POSTS: Final = 1_000
EDGE_PX: Final = 224
REST_S: Final = 0.3  # torch's threads spin for a while after their work
MIB: Final = 2**20


def embedding_rows(quick: bool) -> list[Row]:
    """All rows about embedding, and its effect on matching a new post."""
    django.setup()
    return [*jpeg_rows(quick=quick), *bundled_rows(quick=quick), *engine_rows(quick=quick)]


def engine_rows(*, quick: bool = False, threads: int | None = None) -> list[Row]:
    """int8 against torch eager fp32 in the shape of ViT-L/14, one item at a time.

    The photograph of the target has the model's input size: preparation has separate rows.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_large_clip(Path(scratch) / "model")
        engines = [ONNX_INT8] if quick else [ONNX_FP32, ONNX_INT8]
        measured = _measured(str(folder), engines, Path(scratch), 3 if quick else 7, threads)
    rows = []
    for item in ("image", "text"):
        name = {"image": "photograph", "text": "text"}[item]
        median, least, greatest = ratios(measured[NOTES][item], measured[ONNX_INT8][item])
        title = f"int8 embedding of a {name} against torch eager fp32"
        rows += [
            at_least(title, FASTER, median),
            figure(f"{title}: least", least, "times"),
            figure(f"{title}: greatest", greatest, "times"),
        ]
    rows.append(
        at_most(
            "int8 peak memory against torch eager fp32",
            MEMORY,
            measured[ONNX_INT8]["peak"][0] / measured[NOTES]["peak"][0],
        )
    )
    return [*rows, *_notes_rows(measured), *_plain_rows("ViT-L/14", measured)]


def _notes_rows(measured: dict[str, dict[str, list[float]]]) -> list[Row]:
    """A new post among 1,000 posts, against the algorithm of the notes as it was written.

    The notes embed both posts again for every pair; one pair is measured, and a thousand are
    extrapolated. Ours is the embedding of one post and everything else that its task does.
    """
    both = {
        way: statistics.median(of_way["stored"]) + statistics.median(of_way["text"])
        for way, of_way in measured.items()
    }
    task_ms = matched_in_ms(POSTS)
    notes_ms, ours_ms = POSTS * 2 * both[NOTES], both[ONNX_INT8] + task_ms
    detail = (
        f"notes {notes_ms / 1e3:,.0f} s (one pair measured, a thousand extrapolated); ours "
        f"{ours_ms:.0f} ms: int8 embedding {both[ONNX_INT8]:.0f}, rest of the task {task_ms:.0f}"
    )
    return [
        at_least(
            f"matching a new post at {POSTS:,} posts against the notes",
            AGAINST_NOTES,
            notes_ms / ours_ms,
            detail=detail,
        )
    ]


def bundled_rows(*, quick: bool = False, threads: int | None = None) -> list[Row]:
    """The same for the bundled model, without targets: it is too small for its speed to matter."""
    with tempfile.TemporaryDirectory() as scratch:
        engines = [ONNX_FP32, ONNX_INT8]
        measured = _measured(BUNDLED, engines, Path(scratch), 7 if quick else 21, threads)
    return _plain_rows("bundled model", measured)


def jpeg_rows(*, quick: bool = False) -> list[Row]:
    """Preparing 12 megapixels, against decoding alone and against the stock processor."""
    from transformers import CLIPImageProcessorPil

    processor: Any = CLIPImageProcessorPil()
    reading = image_reading(processor.to_dict())
    assert reading is not None
    data = jpeg(PHONE_PX, PHONE_QUALITY)
    least_px = (DRAFT_FACTOR * EDGE_PX, DRAFT_FACTOR * EDGE_PX)

    def floor() -> None:
        image = Image.open(io.BytesIO(data))
        image.draft("RGB", least_px)
        image.load()

    def ours() -> Any:
        return pixels_of([Image.open(io.BytesIO(data))], reading)

    def stock() -> Any:
        return processor(Image.open(io.BytesIO(data)), return_tensors="np")["pixel_values"]

    taken = _in_turn([floor, ours, stock], 5 if quick else 15)
    a, b = ours().ravel().astype(np.float64), stock().ravel().astype(np.float64)
    name = "preparing a 12-megapixel JPEG"
    return [
        at_most(
            f"{name} against the draft-decode floor", OVER_FLOOR, ratios(taken[1], taken[0])[0]
        ),
        at_least(f"{name} against the stock processor", UNDER_STOCK, ratios(taken[2], taken[1])[0]),
        figure(f"{name}: decoding alone", statistics.median(taken[0]), "ms"),
        figure(f"{name}: whole", statistics.median(taken[1]), "ms"),
        figure(f"{name}: stock processor", statistics.median(taken[2]), "ms"),
        figure(f"{name}: pixel cosine", float(a @ b / np.sqrt((a @ a) * (b @ b))), "cosine"),
    ]


def _measured(
    model: str, engines: list[str], scratch: Path, times: int, threads: int | None
) -> dict[str, dict[str, list[float]]]:
    """Times in ms (`image`, `stored`, `text`) and memory in bytes (`peak`) of each way."""
    current = MatchingSettings(model=model, threads=threads or os.cpu_count() or 1)
    exports = scratch / "exports"
    exports.mkdir()
    small, stored = scratch / "small.jpg", scratch / "stored.jpg"
    small.write_bytes(jpeg((EDGE_PX, EDGE_PX), STORED_QUALITY))
    stored.write_bytes(jpeg(STORED_PX, STORED_QUALITY))
    spec = {"settings": asdict(current), "folder": str(exports), "engines": engines}
    folders = run_in_subprocess("matching.onnx.export", spec)
    taken: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        # The target's two ways run one after the other: the machine's speed changes within a turn.
        probes = {NOTES: stack.enter_context(Probe(NOTES, current))}
        for engine in (*reversed(engines), TORCH):
            one = Probe("product", replace(current, engine=engine), folders.get(engine))
            probes[engine] = stack.enter_context(one)
        for way in probes:
            taken[way] = {"image": [], "stored": [], "text": [], "peak": []}
        for turn in range(times + 1):
            for way, probe in probes.items():
                time.sleep(REST_S)
                found = {
                    "image": probe.image_ms(small),
                    "stored": probe.image_ms(stored),
                    "text": probe.text_ms(TEXT),
                }
                if turn:  # the first turn includes one-time initialisation
                    for item, ms in found.items():
                        taken[way][item].append(ms)
        for way, probe in probes.items():
            taken[way]["peak"].append(float(probe.peak_bytes()))
    return taken


def _plain_rows(name: str, measured: dict[str, dict[str, list[float]]]) -> list[Row]:
    rows = []
    for way, of_way in measured.items():
        title = "torch eager fp32" if way == NOTES else way
        rows += [
            figure(f"{name}, {title}: photograph", statistics.median(of_way["image"]), "ms"),
            figure(
                f"{name}, {title}: photograph as it is stored",
                statistics.median(of_way["stored"]),
                "ms",
            ),
            figure(f"{name}, {title}: text", statistics.median(of_way["text"]), "ms"),
            figure(f"{name}, {title}: peak memory", of_way["peak"][0] / MIB, "MiB"),
        ]
    return rows


def _in_turn(works: Sequence[Callable[[], Any]], times: int) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in works]
    for turn in range(times + 1):
        for work, of_work in zip(works, taken, strict=True):
            started = time.perf_counter()
            work()
            if turn:
                of_work.append((time.perf_counter() - started) * 1000)
    return taken
