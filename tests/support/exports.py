"""Exports of small checkpoints, created once and copied by tests."""

import logging
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import override_settings

from matching.conf import ONNX_FP32, ONNX_INT8, MatchingSettings
from matching.encoders.checkpoint import checkpoint_fingerprint
from matching.encoders.manifest import export_folder, exports_folder, read_export, switch_on


def optimize(var: Path, *arguments: str, **values: Any) -> str:
    """Run `manage.py optimize_model` for a VAR_DIR; returns its output."""
    written = StringIO()
    with override_settings(VAR_DIR=var, MATCHING=values):
        call_command("optimize_model", *arguments, stdout=written)
    return written.getvalue()


@contextmanager
def as_in_a_process() -> Iterator[None]:
    """Exporters warn, and quieten the log; a process of their own would import torch again."""
    root = logging.getLogger()
    level = root.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    root.setLevel(level)


def export_only(var: Path, folder: Path, scratch: Path) -> None:
    """Enable both exports of a checkpoint without comparing them with torch."""
    from matching.onnx.export import export_checkpoint

    current = MatchingSettings(model=str(folder))
    scratch.mkdir()
    with as_in_a_process():
        exported = export_checkpoint(current, scratch, [ONNX_FP32, ONNX_INT8])
    for engine, made in exported.items():
        checkpoint = checkpoint_fingerprint(current, folder)
        export = read_export(Path(made), engine, checkpoint)
        with override_settings(VAR_DIR=var):
            exports_folder().mkdir(exist_ok=True)
            switch_on(Path(made), replace(export, agreement={"text": 1.0, "image": 1.0}))


def put_exports(made: Path, var: Path) -> None:
    """Copy the exports of one VAR_DIR into another."""
    shutil.copytree(made / "engines", var / "engines")


def load(var: Path, folder: Path | str, engine: str, **values: Any) -> Any:
    """An `OnnxEncoder` of the export in a VAR_DIR."""
    from matching.encoders.onnx_clip import OnnxEncoder

    with override_settings(VAR_DIR=var):
        return OnnxEncoder(MatchingSettings(model=str(folder), engine=engine, **values))


def place_of(var: Path, checkpoint: str, engine: str) -> Path:
    """The folder of an export in a VAR_DIR."""
    with override_settings(VAR_DIR=var):
        return export_folder(checkpoint, engine)
