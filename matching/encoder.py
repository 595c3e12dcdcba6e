"""The Encoder protocol, the encoder of this process, and the checkpoint behind it.

Must not import torch or transformers: web processes read fingerprints here. The class that
`MATCHING["ENCODER"]` names is imported by `get_encoder()` only, inside a task or a command.
"""

import hashlib
import json
import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.utils.module_loading import import_string
from PIL import Image

from matching.conf import BUNDLED, BUNDLED_FOLDER, MatchingSettings, matching_settings

Vecs = npt.NDArray[np.float32]

CLIP_ENCODER: Final = "matching.clip_encoder.ClipEncoder"
MODEL_TYPES: Final = ("clip", "siglip", "siglip2")
# Changed whenever clip_encoder prepares texts or photographs in another way than before.
PREPARATION: Final = "1"
# What besides the weights decides a vector; those that a checkpoint has are hashed.
DESCRIBING_FILES: Final = (
    *("config.json", "preprocessor_config.json", "processor_config.json"),
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.json", "merges.txt", "vocab.txt", "spiece.model", "tokenizer.model"),
)
WEIGHT_FILES: Final = ("model.safetensors", "pytorch_model.bin")  # the first that is there
HUB_ID: Final = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)
SHA256_HEX: Final = re.compile(r"[0-9a-f]{64}")


class EncoderUnavailable(Exception):
    """No vectors can be made now; the message says which setting to change."""


class Encoder(Protocol):
    """Makes vectors of texts and photographs that can be compared with each other."""

    @property
    def fingerprint(self) -> str:
        """Names everything that decides a vector; vectors of two fingerprints never meet."""

    @property
    def dim(self) -> int:
        """Length of every vector."""

    @property
    def forward_counts(self) -> dict[str, int]:
        """How many texts (`text`) and photographs (`image`) went through the model so far."""

    def encode_texts(self, texts: Sequence[str]) -> Vecs:
        """Shape: (n, dim), unit vectors"""

    def encode_images(self, images: Sequence[Image.Image]) -> Vecs:
        """Shape: (n, dim), unit vectors"""


_lock = threading.Lock()
_held: tuple[tuple[Any, ...], Encoder] | None = None


def get_encoder() -> Encoder:
    """The encoder of the settings; loaded once in a process, again when its files change.

    Raises: EncoderUnavailable
    """
    global _held
    current = matching_settings()
    checkpoint = _checkpoint_fingerprint(current) if current.encoder == CLIP_ENCODER else ""
    key = (
        *(current.encoder, current.model, current.revision, current.cache_dir),
        *(current.device, current.precision, current.threads, checkpoint),
    )
    with _lock:
        if _held is None or _held[0] != key:
            _held = None  # before the next one is loaded: two of them may not fit into memory
            _held = key, _load(current)
        return _held[1]


def current_fingerprint() -> str:
    """The fingerprint that vectors must have now.

    Of the CLIP encoder it is read from the checkpoint's files without loading the model; an
    encoder class of your own is loaded for it.

    Raises: EncoderUnavailable
    """
    current = matching_settings()
    if current.encoder == CLIP_ENCODER:
        return _checkpoint_fingerprint(current)
    return get_encoder().fingerprint


def forget_encoder() -> None:
    """Drop this process's encoder, so that the next `get_encoder()` loads it again."""
    global _held
    with _lock:
        _held = None
    _file_digest.cache_clear()


def _load(current: MatchingSettings) -> Encoder:
    try:
        encoder_class = import_string(current.encoder)
    except ImportError as error:
        raise EncoderUnavailable(
            f'MATCHING["ENCODER"] = {current.encoder!r} cannot be imported: {error}. Set '
            f"MATCHING_ENCODER to the dotted path of an encoder class, such as {CLIP_ENCODER}."
        ) from error
    encoder: Encoder = encoder_class(current)
    return encoder


def checkpoint_folder(current: MatchingSettings) -> Path:
    """Where the checkpoint of the settings lies; never asks the network.

    A folder that is not absolute counts from the project's root. A hub id is looked up in the
    cache that `manage.py download_model` fills.

    Raises: EncoderUnavailable
    """
    if current.model == BUNDLED:
        folder = BUNDLED_FOLDER
    else:
        folder = Path(settings.BASE_DIR) / Path(current.model).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise unavailable(current, f"there is no config.json in {folder}")
        return folder
    if current.model == BUNDLED or not HUB_ID.fullmatch(current.model):
        raise unavailable(current, f"there is no folder {folder}")
    cached = _cached_config(current)
    if cached is None:
        raise unavailable(
            current, f"there is no folder {folder}, and no such model has been downloaded"
        )
    return cached.parent


def _cached_config(current: MatchingSettings) -> Path | None:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        cached = try_to_load_from_cache(
            current.model,
            "config.json",
            cache_dir=cache_dir(current),
            revision=current.revision or None,
        )
    except HFValidationError as error:
        raise unavailable(current, str(error)) from error
    return Path(cached) if isinstance(cached, str) else None


def cache_dir(current: MatchingSettings) -> Path | None:
    """Where downloaded models lie; None for the hub library's own place."""
    if not current.cache_dir:
        return None
    return Path(settings.BASE_DIR) / Path(current.cache_dir).expanduser()


def model_type(current: MatchingSettings, folder: Path) -> str:
    """The family of a checkpoint.

    Raises: EncoderUnavailable where its config cannot be read or is of no CLIP family.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        found = config["model_type"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unavailable(
            current, f"{folder / 'config.json'} is not a model's config ({error!r})"
        ) from error
    if found not in MODEL_TYPES:
        raise unavailable(
            current,
            f"it is a {found!r} model; the encoder takes the types {', '.join(MODEL_TYPES)}",
        )
    return str(found)


def weight_files(current: MatchingSettings, folder: Path) -> list[Path]:
    """The files with the checkpoint's weights, safetensors where there are any.

    Raises: EncoderUnavailable where they are missing or not all there.
    """
    for name in WEIGHT_FILES:
        index = folder / f"{name}.index.json"
        if (folder / name).is_file():
            return [folder / name]
        if index.is_file():
            try:
                shards = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                raise unavailable(current, f"{index} cannot be read ({error!r})") from error
            missing = sorted(shard for shard in shards if not (folder / shard).is_file())
            if missing:
                raise unavailable(current, f"the weights {missing[0]} are missing in {folder}")
            return [index, *(folder / shard for shard in sorted(shards))]
    raise unavailable(current, f"there are no weights ({' or '.join(WEIGHT_FILES)}) in {folder}")


def checkpoint_fingerprint(current: MatchingSettings, folder: Path) -> str:
    """Names a checkpoint by what is in it: the same wherever it lies and however it got there.

    The family, and a hash of config, processor, tokenizer, weights and of how this project
    prepares their input. Left out: device, threads and precision. They change a vector by
    rounding only (bf16 against fp32: cosine above .99, measured in
    tests/matching/test_clip_loading.py), so that a worker on a GPU in bf16 and one on a CPU in
    fp32 may share their vectors.

    Raises: EncoderUnavailable
    """
    family = model_type(current, folder)
    digest = hashlib.sha256(PREPARATION.encode())
    describing = [folder / name for name in DESCRIBING_FILES if (folder / name).is_file()]
    for path in [*describing, *weight_files(current, folder)]:
        try:
            stat = path.stat()
            content = _file_digest(path, stat.st_size, stat.st_mtime_ns)
        except OSError as error:
            raise unavailable(current, f"{path} cannot be read ({error})") from error
        digest.update(f"\n{path.name} {content}".encode())
    return f"{family}-{digest.hexdigest()[:16]}"


def _checkpoint_fingerprint(current: MatchingSettings) -> str:
    return checkpoint_fingerprint(current, checkpoint_folder(current))


@lru_cache(maxsize=64)
def _file_digest(path: Path, size_bytes: int, mtime_ns: int) -> str:
    blob = path.resolve().name
    if SHA256_HEX.fullmatch(blob):
        return blob  # the hub's cache names large files by their SHA-256
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unavailable(current: MatchingSettings, why: str) -> EncoderUnavailable:
    """The error for a model that cannot be used, with what to do about it."""
    return EncoderUnavailable(
        f'MATCHING["MODEL"] = {current.model!r} cannot be used: {why}. Set MATCHING_MODEL to the '
        f'folder or the hub id of a CLIP or SigLIP checkpoint, or to "{BUNDLED}"; '
        "`python manage.py download_model` fetches and checks it."
    )
