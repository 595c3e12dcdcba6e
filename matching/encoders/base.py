"""The Encoder protocol, and the encoder of this process.

Must not import torch, transformers or onnxruntime, because web processes read fingerprints here.
Only `get_encoder()` imports the class that the settings name, inside a task or a command.
"""

import threading
from collections.abc import Sequence
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
from django.utils.module_loading import import_string
from PIL import Image

from matching.conf import TORCH, MatchingSettings, matching_settings
from matching.encoders.checkpoint import EncoderUnavailable, file_digest
from matching.encoders.manifest import engine_fingerprint, engine_unavailable
from matching.encoders.sentence_files import sentence_fingerprint, sentence_folder

__all__ = [
    "Encoder",
    "EncoderUnavailable",
    "TextEncoder",
    "current_fingerprint",
    "current_text_fingerprint",
    "forget_encoder",
    "get_encoder",
    "get_text_encoder",
]

Vecs = npt.NDArray[np.float32]

CLIP_ENCODER: Final = "matching.encoders.torch_clip.ClipEncoder"
ONNX_ENCODER: Final = (
    "matching.encoders.onnx_clip.OnnxEncoder"  # replaces CLIP_ENCODER for engines other than torch
)
SENTENCE_ENCODER: Final = "matching.encoders.sentence.SentenceEncoder"


class TextEncoder(Protocol):
    """Turns texts into vectors that can be compared with each other."""

    @property
    def fingerprint(self) -> str:
        """Identifies everything that determines a vector; only equal fingerprints are compared."""

    @property
    def dim(self) -> int:
        """Length of every vector."""

    @property
    def forward_counts(self) -> dict[str, int]:
        """Number of texts (`text`) and photographs (`image`) encoded so far."""

    def encode_texts(self, texts: Sequence[str]) -> Vecs:
        """Encode texts of any length.

        Shape: (n, dim), unit vectors; a row of zeros for a text that the model cannot read
        """


class Encoder(TextEncoder, Protocol):
    """Turns texts and photographs into vectors that can be compared with each other."""

    def encode_images(self, images: Sequence[Image.Image]) -> Vecs:
        """Encode photographs; pass them undecoded, so that no more is decoded than needed.

        Shape: (n, dim), unit vectors
        """


_lock = threading.Lock()
_held: tuple[tuple[Any, ...], Encoder] | None = None
_text_held: tuple[tuple[Any, ...], TextEncoder] | None = None


def get_encoder() -> Encoder:
    """The encoder of the settings, loaded once per process and again when its files change.

    Raises: EncoderUnavailable
    """
    global _held
    current = matching_settings()
    fingerprint = engine_fingerprint(current) if current.encoder == CLIP_ENCODER else ""
    key = (
        *(current.encoder, current.model, current.revision, current.cache_dir, current.engine),
        *(current.device, current.precision, current.threads, fingerprint),
    )
    with _lock:
        if _held is None or _held[0] != key:
            _held = None  # first, because two encoders may not fit into memory
            _held = key, _load(current)
        return _held[1]


def current_fingerprint() -> str:
    """The fingerprint of the encoder in the settings.

    For the CLIP encoder it is computed from files without loading the model; a custom encoder
    class has to be loaded.

    Raises: EncoderUnavailable
    """
    current = matching_settings()
    if current.encoder == CLIP_ENCODER:
        return engine_fingerprint(current)
    return get_encoder().fingerprint


def get_text_encoder() -> TextEncoder | None:
    """The second text encoder of the settings, loaded as the first is; None if there is none.

    Raises: EncoderUnavailable
    """
    global _text_held
    current = matching_settings()
    if not current.text_model:
        return None
    is_ours = current.text_encoder == SENTENCE_ENCODER
    key = (
        *(current.text_encoder, current.text_model, current.cache_dir),
        *(current.device, current.precision, current.threads),
        sentence_fingerprint(current, sentence_folder(current)) if is_ours else "",
    )
    with _lock:
        if _text_held is None or _text_held[0] != key:
            _text_held = None
            _text_held = key, _load_text_encoder(current)
        return _text_held[1]


def current_text_fingerprint() -> str:
    """The fingerprint of the second text encoder; empty if there is none.

    Raises: EncoderUnavailable
    """
    current = matching_settings()
    if not current.text_model:
        return ""
    if current.text_encoder == SENTENCE_ENCODER:
        return sentence_fingerprint(current, sentence_folder(current))
    encoder = get_text_encoder()
    return encoder.fingerprint if encoder else ""


def known_text_fingerprint() -> str:
    """The same; also empty while that encoder is unavailable."""
    try:
        return current_text_fingerprint()
    except EncoderUnavailable:
        return ""


def forget_encoder() -> None:
    """Drop this process's encoders, so that they are loaded again when they are needed."""
    global _held, _text_held
    with _lock:
        _held = _text_held = None
    file_digest.cache_clear()


def _load_text_encoder(current: MatchingSettings) -> TextEncoder:
    try:
        encoder_class = import_string(current.text_encoder)
    except ImportError as error:
        raise EncoderUnavailable(
            f'MATCHING["TEXT_ENCODER"] = {current.text_encoder!r} cannot be imported: {error}. Set '
            f"MATCHING_TEXT_ENCODER to the dotted path of a class, such as {SENTENCE_ENCODER}."
        ) from error
    encoder: TextEncoder = encoder_class(current)
    return encoder


def _load(current: MatchingSettings) -> Encoder:
    is_onnx = current.encoder == CLIP_ENCODER and current.engine != TORCH
    try:
        encoder_class = import_string(ONNX_ENCODER if is_onnx else current.encoder)
    except ImportError as error:
        if is_onnx:
            raise engine_unavailable(
                current.engine, f"{error}. Install it with pip install '.[onnx]'"
            ) from error
        raise EncoderUnavailable(
            f'MATCHING["ENCODER"] = {current.encoder!r} cannot be imported: {error}. Set '
            f"MATCHING_ENCODER to the dotted path of an encoder class, such as {CLIP_ENCODER}."
        ) from error
    encoder: Encoder = encoder_class(current)
    return encoder
