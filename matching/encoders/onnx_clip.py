"""The encoder for exported CLIP and SigLIP checkpoints, on ONNX Runtime; must not import torch.

Nothing imports it statically; `matching.encoders.base.get_encoder()` loads it by its dotted path.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import tokenizers
from PIL import Image

from matching.conf import ONNX_INT8, MatchingSettings
from matching.core.vectors import unit
from matching.encoders.base import Vecs
from matching.encoders.checkpoint import (
    EncoderUnavailable,
    checkpoint_fingerprint,
    checkpoint_folder,
)
from matching.encoders.images import IMAGE_BATCH, pixels_of
from matching.encoders.manifest import (
    IMAGE_TOWER,
    TEXT_TOWER,
    TOKENIZER,
    check_files,
    engine_unavailable,
    export_folder,
    fingerprint_of,
    read_export,
)
from matching.encoders.readability import is_readable, unknown_id
from matching.encoders.texts import CHECK_TEXT, TEXT_BATCH, TextInput, Tokenize, Tokens

ERRORS_ONLY = 3  # onnxruntime's log level


class OnnxEncoder:
    """Encodes with the export of the settings' checkpoint.

    Args:
        folder: an export that is not enabled yet; None takes the enabled one.

    Raises: EncoderUnavailable if there is no export, or only one of another checkpoint.
    """

    def __init__(self, current: MatchingSettings, folder: Path | None = None) -> None:
        checkpoint = checkpoint_fingerprint(current, checkpoint_folder(current))
        self.folder = folder or export_folder(checkpoint, current.engine)
        export = read_export(self.folder, current.engine, checkpoint)
        check_files(self.folder, export)
        self.fingerprint = fingerprint_of(checkpoint, current.engine)
        self.dim = export.dim
        self.forward_counts = {"text": 0, "image": 0}
        self._image_reading = export.image
        # int8 scales the activations of a whole batch together, so that a vector would depend on
        # what else is in it: by up to .017 of a cosine.
        one_by_one = current.engine == ONNX_INT8
        self._texts_at_once = 1 if one_by_one else TEXT_BATCH
        self._images_at_once = 1 if one_by_one else IMAGE_BATCH
        try:
            tokenize = _tokenizer(self.folder / TOKENIZER, export.text.max_tokens)
            self.text_input = TextInput(tokenize, export.text)
            self._text = _session(self.folder / TEXT_TOWER, current.threads)
            self._image = _session(self.folder / IMAGE_TOWER, current.threads)
            self._check()
        except EncoderUnavailable:
            raise
        except Exception as error:  # from any of three libraries, some raise a bare Exception
            raise engine_unavailable(
                current.engine, f"the export in {self.folder} does not run ({error})"
            ) from error
        self.forward_counts = {"text": 0, "image": 0}

    def encode_texts(self, texts: Sequence[str]) -> Vecs:
        """See `Encoder`; text beyond the model's limit is cut off. Shape: (n, dim)"""
        vecs = np.zeros((len(texts), self.dim), dtype=np.float32)
        for rows, ids in self.text_input.batches(texts, self._texts_at_once):
            vecs[rows] = _forward(self._text, ids)
            self.forward_counts["text"] += len(rows)
        return vecs

    def encode_images(self, images: Sequence[Image.Image]) -> Vecs:
        """Encode photographs of any size and colour mode, which must be upright.

        Shape: (n, dim), unit vectors
        """
        vecs = np.zeros((len(images), self.dim), dtype=np.float32)
        for start in range(0, len(images), self._images_at_once):
            batch = images[start : start + self._images_at_once]
            pixels = pixels_of(batch, self._image_reading)
            vecs[start : start + len(batch)] = _forward(self._image, pixels)
            self.forward_counts["image"] += len(batch)
        return vecs

    def prepared_inputs(
        self, texts: Sequence[str], images: Sequence[Image.Image]
    ) -> tuple[npt.NDArray[np.int64], Sequence[npt.NDArray[np.float32]]]:
        """See `ShowsInputs`."""
        return self.text_input.ids(texts), list(pixels_of(images, self._image_reading))

    def _check(self) -> None:
        texts = _forward(self._text, self.text_input.ids([CHECK_TEXT, ""]))
        images = self.encode_images([Image.new("RGB", (64, 48), (180, 40, 30))])
        lengths = np.linalg.norm(np.concatenate([texts, images]), axis=1)
        if not np.allclose(lengths, 1.0, atol=1e-3):  # NaN is never close
            raise ValueError("its vectors are not finite, or zero")


def _session(path: Path, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    # Threads may spin between two operators but must sleep when a run ends: the towers' sessions
    # take turns, and the spinning threads of one would slow down the other.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _forward(session: Any, inputs: Any) -> Vecs:
    return unit(session.run(None, {session.get_inputs()[0].name: inputs})[0])


def _tokenizer(path: Path, max_tokens: int) -> Tokenize:
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    # Special tokens that somebody types into a post are treated as ordinary words.
    tokenizer.encode_special_tokens = True
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    unknown = unknown_id(tokenizer)

    def tokenize(texts: list[str]) -> list[Tokens]:
        return [
            Tokens(encoding.ids, is_readable(text, encoding, unknown))
            for text, encoding in zip(texts, tokenizer.encode_batch(texts), strict=True)
        ]

    return tokenize
