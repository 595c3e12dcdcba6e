"""A second text encoder's checkpoint: its files, how its vectors are pooled, and its fingerprint.

Must not import torch or transformers, because web processes read fingerprints here.
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from matching.conf import MatchingSettings
from matching.encoders.checkpoint import (
    DESCRIBING_FILES,
    HUB_ID,
    EncoderUnavailable,
    cached_config,
    file_digest,
    weight_files,
)

# What sentence-transformers writes beside a checkpoint; those that exist are read and hashed.
MODULES: Final = "modules.json"
POOLING: Final = "1_Pooling/config.json"
LENGTHS: Final = "sentence_bert_config.json"
PROMPTS: Final = "config_sentence_transformers.json"
SENTENCE_FILES: Final = (MODULES, POOLING, LENGTHS, PROMPTS)
SUPPORTED_MODULES: Final = ("Transformer", "Pooling", "Normalize")
MEAN, CLS = "mean", "cls"
MOST_TOKENS: Final = 512  # a post's title and description; longer texts are cut off
PREPARATION: Final = "1"  # to be changed whenever the preparation of texts changes
# The e5 models were trained with a prefix that their files do not name.
E5: Final = re.compile(r"(^|[^a-z0-9])e5([^a-z0-9]|$)", re.IGNORECASE)
E5_PREFIX: Final = "query: "


@dataclass(frozen=True)
class SentenceReading:
    """How a checkpoint turns tokens into one vector.

    Attributes:
        pooling: MEAN over all tokens, or CLS, the first one.
        prefix: stands before each text.
        max_tokens: longer texts are cut off.
    """

    pooling: str
    prefix: str
    max_tokens: int


def sentence_folder(current: MatchingSettings) -> Path:
    """The folder of the checkpoint in MATCHING["TEXT_MODEL"]; never uses the network.

    Raises: EncoderUnavailable
    """
    folder = Path(settings.BASE_DIR) / Path(current.text_model).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise text_unavailable(current, f"there is no config.json in {folder}")
        return folder
    cached = None
    if HUB_ID.fullmatch(current.text_model):
        cached = cached_config(replace(current, model=current.text_model, revision=""))
    if cached is None:
        why = f"there is no folder {folder}, and no such model has been downloaded"
        raise text_unavailable(current, why)
    return cached.parent


def sentence_reading(current: MatchingSettings, folder: Path) -> SentenceReading:
    """Pooling, prefix and length, from the files of sentence-transformers where there are any.

    Raises: EncoderUnavailable if they cannot be read, or describe something else.
    """
    for module in _read(current, folder, MODULES, []):
        kind = str(module.get("type", "")).rpartition(".")[2]
        if kind not in SUPPORTED_MODULES:
            raise text_unavailable(current, f"its module {kind!r} is not supported")
    pooling = _read(current, folder, POOLING, {})
    modes = [name for name, is_on in pooling.items() if name.startswith("pooling_mode_") and is_on]
    known = {"pooling_mode_mean_tokens": MEAN, "pooling_mode_cls_token": CLS}
    if len(modes) > 1 or (modes and modes[0] not in known):
        raise text_unavailable(current, f"its pooling {', '.join(modes)} is not supported")
    lengths = _read(current, folder, LENGTHS, {})
    return SentenceReading(
        pooling=known[modes[0]] if modes else MEAN,
        prefix=_prefix(current, folder),
        max_tokens=min(int(lengths.get("max_seq_length") or MOST_TOKENS), MOST_TOKENS),
    )


def sentence_fingerprint(current: MatchingSettings, folder: Path) -> str:
    """Identifies the checkpoint and how texts are read, as for the first encoder.

    Raises: EncoderUnavailable
    """
    reading = sentence_reading(current, folder)
    digest = hashlib.sha256(f"{PREPARATION} {reading}".encode())
    names = (*DESCRIBING_FILES, *SENTENCE_FILES)
    describing = [folder / name for name in names if (folder / name).is_file()]
    weights = weight_files(replace(current, model=current.text_model), folder)
    for path in [*describing, *weights]:
        try:
            stat = path.stat()
            content = file_digest(path, stat.st_size, stat.st_mtime_ns)
        except OSError as error:
            raise text_unavailable(current, f"{path} cannot be read ({error})") from error
        digest.update(f"\n{path.name} {content}".encode())
    return f"text-{digest.hexdigest()[:16]}"


def text_unavailable(current: MatchingSettings, why: str) -> EncoderUnavailable:
    """The error for a text model that cannot be used, with advice on what to do."""
    return EncoderUnavailable(
        f'MATCHING["TEXT_MODEL"] = {current.text_model!r} cannot be used: {why}. Set '
        "MATCHING_TEXT_MODEL to the folder or the hub id of a sentence encoder, or leave it empty."
    )


def _prefix(current: MatchingSettings, folder: Path) -> str:
    """The checkpoint's default prompt; for e5, which names none, the one for symmetric tasks."""
    described = _read(current, folder, PROMPTS, {})
    prompts, default = described.get("prompts") or {}, described.get("default_prompt_name")
    if default and default in prompts:
        return str(prompts[default])
    named = f"{Path(current.text_model).name} {folder.name}"
    return E5_PREFIX if E5.search(named) else ""


def _read(current: MatchingSettings, folder: Path, name: str, otherwise: Any) -> Any:
    path = folder / name
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return otherwise
    except (OSError, ValueError) as error:
        raise text_unavailable(current, f"{path} cannot be read ({error!r})") from error
    if not isinstance(found, type(otherwise)):
        raise text_unavailable(current, f"{path} does not describe a sentence encoder")
    return found
