"""What computes the vectors: torch, or an export of the checkpoint to ONNX Runtime.

An export is a folder under VAR_DIR, named by the checkpoint's fingerprint and the engine, with a
manifest that says what it was made from and how far it agreed with torch. Must not import torch,
transformers or onnxruntime: web processes read fingerprints here.
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
# fp32 differs from torch in the order of additions only, and shares its vectors. What int8 makes
# is compared with its own kind alone; the number changes with the way of quantising.
FINGERPRINT_SUFFIX: Final = {ONNX_FP32: "", ONNX_INT8: "-int8-2"}
# Cosine with torch's vector of the same input, of every text and photograph of the sample. Ten
# times closer than this is usual; fp32 has to hold where vectors of both engines meet.
LEAST_COSINE: Final = {ONNX_FP32: 0.9999, ONNX_INT8: 0.99}


@dataclass(frozen=True)
class Export:
    """The manifest of an export.

    Attributes:
        checkpoint: fingerprint of the checkpoint that it was made from.
        files: SHA-256 of each file, by its name.
        agreement: what the comparison with torch gave; empty before it was compared.
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
        """Write the manifest into the folder of the export."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def engine_fingerprint(current: MatchingSettings) -> str:
    """The fingerprint of the vectors that the settings' engine makes of their checkpoint.

    Raises: EncoderUnavailable, also where the engine's export is missing, not switched on, or of
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
    """The fingerprint of an engine's vectors of this checkpoint."""
    return checkpoint + FINGERPRINT_SUFFIX.get(engine, "")


def exports_folder() -> Path:
    """Where exports lie, each in a folder of its own."""
    return Path(settings.VAR_DIR) / "engines"


def export_folder(checkpoint: str, engine: str) -> Path:
    """Where the export of a checkpoint lies once it is switched on."""
    return exports_folder() / f"{checkpoint}-{engine}"


def read_export(folder: Path, engine: str, checkpoint: str) -> Export:
    """The manifest of a folder.

    Raises: EncoderUnavailable where there is none, or of another engine or checkpoint.
    """
    path = folder / MANIFEST
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise engine_unavailable(engine, f"{path} is of another version of this project")
        said["text"], said["image"] = TextReading(**said["text"]), ImageReading(**said["image"])
        export = Export(**said)
    except FileNotFoundError as error:
        raise engine_unavailable(
            engine, f"this checkpoint ({checkpoint}) was not exported: there is no {path}"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise engine_unavailable(engine, f"{path} cannot be read ({error!r})") from error
    if (export.engine, export.checkpoint) != (engine, checkpoint):
        raise engine_unavailable(
            engine,
            f"{path} belongs to {export.engine} of {export.checkpoint}, and the checkpoint of the "
            f"settings is {checkpoint}",
        )
    return export


def check_files(folder: Path, export: Export) -> None:
    """Compare the files with the manifest; reads them whole.

    Raises: EncoderUnavailable where one is missing or not the one that was compared with torch.
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
                export.engine, f"{path} does not fit its manifest: it was changed or cut off"
            )


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file but the manifest, as it stands there."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name != MANIFEST:
            with path.open("rb") as file:
                found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def switch_on(made: Path, export: Export) -> Path:
    """Put an export in its place; one that was there before is removed.

    Workers that hold the old one go on with it until they end.
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
    """The error for an engine that cannot be used, with what to do about it."""
    return EncoderUnavailable(
        f'MATCHING["ENGINE"] = {engine!r} cannot be used: {why}. Run '
        "`python manage.py optimize_model` on this machine, or set MATCHING_ENGINE=torch."
    )
