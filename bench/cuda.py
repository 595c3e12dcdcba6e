"""Embedding on a CUDA device compared with the CPU, if torch sees such a device."""

import os
import statistics
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import django

from bench.inputs import STORED_PX, STORED_QUALITY, TEXT, jpeg, write_large_clip
from bench.probe import Probe
from bench.rows import Row, figure, ratios
from matching.conf import BUNDLED, MatchingSettings

CPU: Final = "cpu fp32"
WAYS: Final = {  # as MATCHING_DEVICE and MATCHING_PRECISION name them
    CPU: {"device": "cpu", "precision": "fp32"},
    "cuda fp32": {"device": "cuda", "precision": "fp32"},
    "cuda bf16": {"device": "cuda", "precision": "bf16"},
    "cuda fp16": {"device": "cuda", "precision": "fp16"},
}


def cuda_rows(quick: bool) -> list[Row]:
    """ViT-L/14 in the production model's shape, and the bundled model."""
    import torch

    if not torch.cuda.is_available():
        return [Row("embedding on CUDA", "", None, "", None, "torch sees no CUDA device here")]
    django.setup()
    device = torch.cuda.get_device_name()
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_large_clip(Path(scratch) / "model")
        large = _measured(str(folder), Path(scratch), 5 if quick else 20)
        small = _measured(BUNDLED, Path(scratch), 5 if quick else 20)
    return [*_rows("ViT-L/14", large, device), *_rows("bundled model", small, device)]


def _measured(model: str, scratch: Path, times: int) -> dict[str, dict[str, list[float]]]:
    """Times in ms (`photograph`, `text`) of each way, one item at a time, measured in turn."""
    current = MatchingSettings(model=model, threads=os.cpu_count() or 1)
    stored = scratch / "stored.jpg"
    stored.write_bytes(jpeg(STORED_PX, STORED_QUALITY))
    taken: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        probes: dict[str, Any] = {
            way: stack.enter_context(Probe("product", replace(current, **settings)))  # type: ignore[arg-type]
            for way, settings in WAYS.items()
        }
        for turn in range(times + 1):
            for way, probe in probes.items():
                found = {"photograph": probe.image_ms(stored), "text": probe.text_ms(TEXT)}
                if turn:  # the first turn includes one-time initialisation
                    for item, ms in found.items():
                        taken.setdefault(way, {}).setdefault(item, []).append(ms)
    return taken


def _rows(name: str, taken: dict[str, dict[str, list[float]]], device: str) -> list[Row]:
    rows = []
    for way, of_way in taken.items():
        for item, ms in of_way.items():
            title = f"{name}, {way}: {item}"
            faster = "" if way == CPU else f"{ratios(taken[CPU][item], ms)[0]:.3g} times the CPU's"
            rows.append(figure(title, statistics.median(ms), "ms", f"{faster} {device}".strip()))
    return rows
