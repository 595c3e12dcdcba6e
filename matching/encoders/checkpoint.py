"""A checkpoint's files: their location, their contents, and the fingerprint.

Must not import torch or transformers, because web processes read fingerprints here.
"""

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

from matching.conf import BUNDLED, BUNDLED_FOLDER, MatchingSettings

MODEL_TYPES: Final = ("clip", "siglip", "siglip2")
# To be changed whenever the preparation of texts or photographs changes.
PREPARATION: Final = "2"
# The files besides the weights that determine a vector; those that exist are hashed.
DESCRIBING_FILES: Final = (
    *("config.json", "preprocessor_config.json", "processor_config.json"),
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.json", "merges.txt", "vocab.txt", "spiece.model", "tokenizer.model"),
)
WEIGHT_FILES: Final = ("model.safetensors", "pytorch_model.bin")  # the first that exists is used
HUB_ID: Final = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)
SHA256_HEX: Final = re.compile(r"[0-9a-f]{64}")


class EncoderUnavailable(Exception):
    """The encoder cannot be used at present; the message says which setting to change."""


def checkpoint_folder(current: MatchingSettings) -> Path:
    """The folder of the checkpoint in the settings; never uses the network.

    A relative path starts at the project's root. A hub id is looked up in the cache that
    `manage.py download_model` fills.

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
    cached = cached_config(current)
    if cached is None:
        raise unavailable(
            current, f"there is no folder {folder}, and no such model has been downloaded"
        )
    return cached.parent


def cached_config(current: MatchingSettings) -> Path | None:
    """The config of a hub id in the cache; None if it was not downloaded."""
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
    """The folder of downloaded models; None for the hub library's default."""
    if not current.cache_dir:
        return None
    return Path(settings.BASE_DIR) / Path(current.cache_dir).expanduser()


def model_type(current: MatchingSettings, folder: Path) -> str:
    """The model type of a checkpoint, one of MODEL_TYPES.

    Raises: EncoderUnavailable if its config cannot be read or has another type.
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
            f"it is a {found!r} model; the encoder supports the types {', '.join(MODEL_TYPES)}",
        )
    return str(found)


def weight_files(current: MatchingSettings, folder: Path) -> list[Path]:
    """The files with the checkpoint's weights, preferably safetensors.

    Raises: EncoderUnavailable if any of them is missing.
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
    """Identifies a checkpoint by its contents, wherever it is stored and however it got there.

    The model type, and a hash of config, processor, tokenizer, weights and of how this project
    prepares inputs. Device, threads and precision are left out: they only change rounding (bf16
    against fp32: cosine above .99, measured in
    tests/matching/encoders/test_checkpoint_loading.py), so a worker on a GPU in bf16 and one on
    a CPU in fp32 may share vectors.

    Raises: EncoderUnavailable
    """
    family = model_type(current, folder)
    digest = hashlib.sha256(PREPARATION.encode())
    describing = [folder / name for name in DESCRIBING_FILES if (folder / name).is_file()]
    for path in [*describing, *weight_files(current, folder)]:
        try:
            stat = path.stat()
            content = file_digest(path, stat.st_size, stat.st_mtime_ns)
        except OSError as error:
            raise unavailable(current, f"{path} cannot be read ({error})") from error
        digest.update(f"\n{path.name} {content}".encode())
    return f"{family}-{digest.hexdigest()[:16]}"


@lru_cache(maxsize=64)
def file_digest(path: Path, size_bytes: int, mtime_ns: int) -> str:
    """SHA-256 of a file, cached until its size or modification time changes."""
    blob = path.resolve().name
    if SHA256_HEX.fullmatch(blob):
        return blob  # the hub's cache names large files after their SHA-256
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unavailable(current: MatchingSettings, why: str) -> EncoderUnavailable:
    """The error for a model that cannot be used, with advice on what to do."""
    return EncoderUnavailable(
        f'MATCHING["MODEL"] = {current.model!r} cannot be used: {why}. Set MATCHING_MODEL to the '
        f'folder or the hub id of a CLIP or SigLIP checkpoint, or to "{BUNDLED}"; '
        "`python manage.py download_model` downloads and checks it."
    )
