"""The engine that computes vectors: torch, or an export of the checkpoint to ONNX Runtime.

An export is a folder under VAR_DIR, named after the checkpoint's fingerprint and the engine. Its
manifest records what it was made from and how well it agreed with torch. Must not import torch,
transformers or onnxruntime, because web processes read fingerprints here.
"""

import hashlib
import json
import shutil
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from matching.conf import ONNX_FP32, ONNX_INT8, TORCH, MatchingSettings
from matching.encoders.checkpoint import (
    EncoderUnavailable,
    checkpoint_fingerprint,
    checkpoint_folder,
    file_digest,
)
from matching.encoders.images import ImageReading
from matching.encoders.texts import TextReading

FORMAT: Final = 1  # of the manifest
MANIFEST: Final = "manifest.json"
TOKENIZER, TEXT_TOWER, IMAGE_TOWER = "tokenizer.json", "text.onnx", "image.onnx"
# fp32 differs from torch only in the order of additions, so the two share vectors. Vectors of int8
# are compared only with each other; the number changes with the method of quantisation.
FINGERPRINT_SUFFIX: Final = {ONNX_FP32: "", ONNX_INT8: "-int8-2"}
# Cosine with torch's vector for each text and photograph of the sample. Usually they are ten times
# closer; fp32 is stricter because vectors of both engines are compared with each other.
LEAST_COSINE: Final = {ONNX_FP32: 0.9999, ONNX_INT8: 0.99}


@dataclass(frozen=True)
class Export:
    """The manifest of an export.

    Attributes:
        checkpoint: fingerprint of the exported checkpoint.
        files: SHA-256 of each file, by name.
        agreement: result of the comparison with torch; empty until then.
    """

    engine: str
    checkpoint: str
    dim: int
    text: TextReading
    image: ImageReading
    files: dict[str, str]
    agreement: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write the manifest into the export's folder."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def engine_fingerprint(current: MatchingSettings) -> str:
    """The fingerprint of vectors from the settings' checkpoint and engine.

    Raises: EncoderUnavailable, also if the engine's export is missing, not enabled, or of
        another checkpoint.
    """
    checkpoint = checkpoint_fingerprint(current, checkpoint_folder(current))
    if current.engine == TORCH:
        return checkpoint
    export = read_export(export_folder(checkpoint, current.engine), current.engine, checkpoint)
    if not export.agreement:
        raise engine_unavailable(current.engine, "its export was never compared with torch")
    return fingerprint_of(checkpoint, current.engine)


def fingerprint_of(checkpoint: str, engine: str) -> str:
    """The fingerprint of this engine's vectors for a checkpoint."""
    return checkpoint + FINGERPRINT_SUFFIX.get(engine, "")


def exports_folder() -> Path:
    """The folder that holds all exports, each in a subfolder."""
    return Path(settings.VAR_DIR) / "engines"


def export_folder(checkpoint: str, engine: str) -> Path:
    """The folder of an enabled export."""
    return exports_folder() / f"{checkpoint}-{engine}"


def read_export(folder: Path, engine: str, checkpoint: str) -> Export:
    """The manifest of a folder.

    Raises: EncoderUnavailable if it is missing, or from another engine or checkpoint.
    """
    path = folder / MANIFEST
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        if facts["format"] != FORMAT:
            raise engine_unavailable(engine, f"{path} is from another version of this project")
        facts["text"], facts["image"] = TextReading(**facts["text"]), ImageReading(**facts["image"])
        export = Export(**facts)
    except FileNotFoundError as error:
        raise engine_unavailable(
            engine, f"this checkpoint ({checkpoint}) was not exported: there is no {path}"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise engine_unavailable(engine, f"{path} cannot be read ({error!r})") from error
    if (export.engine, export.checkpoint) != (engine, checkpoint):
        raise engine_unavailable(
            engine,
            f"{path} is for {export.engine} and {export.checkpoint}, but the checkpoint of the "
            f"settings is {checkpoint}",
        )
    return export


def check_files(folder: Path, export: Export) -> None:
    """Compare the files with the manifest, which reads them entirely.

    Raises: EncoderUnavailable if a file is missing, or differs from the one that was compared.
    """
    for name, expected in export.files.items():
        path = folder / name
        try:
            stat = path.stat()
            found = file_digest(path, stat.st_size, stat.st_mtime_ns)
        except OSError as error:
            raise engine_unavailable(export.engine, f"{path} cannot be read ({error})") from error
        if found != expected:
            raise engine_unavailable(
                export.engine, f"{path} does not match its manifest: it was changed or truncated"
            )


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file except the manifest, for the manifest."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name != MANIFEST:
            with path.open("rb") as file:
                found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def switch_on(made: Path, export: Export) -> Path:
    """Move an export to its place and remove the one before it.

    Workers that have loaded the old one keep using it until they restart.
    """
    place = export_folder(export.checkpoint, export.engine)
    export.write(made)
    old = place.with_name(f"{place.name}.{uuid.uuid4().hex[:8]}.old")
    if place.exists():
        place.rename(old)
    made.rename(place)
    shutil.rmtree(old, ignore_errors=True)
    return place


def engine_unavailable(engine: str, why: str) -> EncoderUnavailable:
    """The error for an engine that cannot be used, with advice on what to do."""
    return EncoderUnavailable(
        f'MATCHING["ENGINE"] = {engine!r} cannot be used: {why}. Run '
        "`python manage.py optimize_model` on this machine, or set MATCHING_ENGINE=torch."
    )
