"""The encoder for CLIP and SigLIP checkpoints, on torch and transformers.

Nothing imports it statically; `matching.encoders.base.get_encoder()` loads it by its dotted path.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
import transformers
from PIL import Image
from transformers.utils import logging as untyped_logging

from matching.conf import MatchingSettings
from matching.core.vectors import unit
from matching.encoders.base import Vecs
from matching.encoders.checkpoint import (
    EncoderUnavailable,
    checkpoint_fingerprint,
    checkpoint_folder,
    model_type,
    unavailable,
)
from matching.encoders.images import IMAGE_BATCH, bounded, image_reading, pixels_of
from matching.encoders.readability import is_readable, share_is_readable, unknown_id
from matching.encoders.texts import CHECK_TEXT, TextInput, TextReading, Tokenize, Tokens

# transformers has no types for these.
AutoImageProcessor: Any = transformers.AutoImageProcessor
transformers_logging: Any = untyped_logging

DTYPES: Final = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class ClipEncoder:
    """Encodes with a checkpoint of `CLIPModel`, `SiglipModel` or `Siglip2Model`.

    Everything is loaded from files on this machine, never from the network.

    Raises: EncoderUnavailable if the checkpoint or the device cannot be used.
    """

    def __init__(self, current: MatchingSettings) -> None:
        self._settings = current
        folder = checkpoint_folder(current)
        self.folder = folder
        self.model_type = model_type(current, folder)
        self.fingerprint = checkpoint_fingerprint(current, folder)
        self.forward_counts = {"text": 0, "image": 0}
        self._dtype = DTYPES[current.precision]
        self._device = device_of(current)
        torch.set_num_threads(current.threads)
        with self._explained("cannot be loaded"), without_progress_bars():
            self._tokenizer = _load_tokenizer(folder)
            self._processor = AutoImageProcessor.from_pretrained(
                folder, local_files_only=True, backend="pil"
            )
            self.image_reading = image_reading(self._processor.to_dict())
            self._model = load_model(folder, self._dtype).to(self._device)
            self.text_input = self._text_input()
        with self._explained("fails on one text and one photograph"):
            self.dim = self._checked_dim()
        self.forward_counts = {"text": 0, "image": 0}

    @property
    def n_parameters(self) -> int:
        """Number of the model's weights."""
        return sum(parameter.numel() for parameter in self._model.parameters())

    @property
    def tokenizer_json(self) -> str | None:
        """The tokenizer in the format of `tokenizers`; None if it is implemented in Python."""
        backend = getattr(self._tokenizer, "backend_tokenizer", None)
        return backend.to_str() if backend is not None else None

    def encode_texts(self, texts: Sequence[str]) -> Vecs:
        """See `Encoder`; text beyond the model's limit is cut off. Shape: (n, dim)"""
        vecs = np.zeros((len(texts), self.dim), dtype=np.float32)
        for rows, ids in self.text_input.batches(texts):
            vecs[rows] = self._text_forward(ids)
        return vecs

    def encode_images(self, images: Sequence[Image.Image]) -> Vecs:
        """Encode photographs of any size and colour mode, which must be upright.

        Shape: (n, dim), unit vectors
        """
        vecs = np.zeros((len(images), self.dim), dtype=np.float32)
        for start in range(0, len(images), IMAGE_BATCH):
            batch = images[start : start + IMAGE_BATCH]
            vecs[start : start + IMAGE_BATCH] = self._image_forward(batch)
        return vecs

    def prepared_inputs(
        self, texts: Sequence[str], images: Sequence[Image.Image]
    ) -> tuple[npt.NDArray[np.int64], Sequence[npt.NDArray[np.float32]]]:
        """See `ShowsInputs`."""
        pixels = self._image_inputs(images)["pixel_values"].float().cpu().numpy()
        return self.text_input.ids(texts), list(pixels)

    def _text_forward(self, ids: npt.NDArray[np.int64]) -> Vecs:
        with torch.inference_mode():
            output = self._model.get_text_features(torch.from_numpy(ids).to(self._device))
        self.forward_counts["text"] += len(ids)
        return _unit_vectors(output)

    def _image_inputs(self, images: Sequence[Image.Image]) -> Any:
        if self.image_reading is not None:
            pixels = pixels_of(images, self.image_reading)
            return {"pixel_values": torch.from_numpy(pixels).to(self._device)}
        pictures = [bounded(image) for image in images]
        return self._processor(images=pictures, return_tensors="pt").to(self._device)

    def _image_forward(self, images: Sequence[Image.Image]) -> Vecs:
        inputs = self._image_inputs(images)
        inputs["pixel_values"] = inputs["pixel_values"].to(self._dtype)
        with torch.inference_mode():
            output = self._model.get_image_features(**inputs)
        self.forward_counts["image"] += len(images)
        return _unit_vectors(output)

    def _text_input(self) -> TextInput:
        is_clip = self.model_type == "clip"
        reading = TextReading(
            max_tokens=int(self._model.config.text_config.max_position_embeddings),
            pad_id=int(self._tokenizer.pad_token_id),
            is_filled=not is_clip,
            is_lowered=not is_clip,
        )

        return TextInput(tokens_of(self._tokenizer, reading.max_tokens), reading)

    def _checked_dim(self) -> int:
        """Encodes one text and one photograph, so that a wrong checkpoint fails at loading time."""
        self._check_end_token()
        text_vecs = self._text_forward(self.text_input.ids([CHECK_TEXT, ""]))
        image_vecs = self._image_forward([Image.new("RGB", (64, 48), (180, 40, 30))])
        if text_vecs.shape[1] != image_vecs.shape[1]:
            raise ValueError(
                f"texts have {text_vecs.shape[1]} dimensions, photographs {image_vecs.shape[1]}"
            )
        lengths = np.linalg.norm(np.concatenate([text_vecs, image_vecs]), axis=1)
        if not np.allclose(lengths, 1.0, atol=1e-3):  # NaN is never close
            raise ValueError("its vectors are not finite, or zero")
        return int(text_vecs.shape[1])

    def _check_end_token(self) -> None:
        """Checks for the end token: CLIP reads its vector there, and without one at position 0."""
        if self.model_type != "clip":
            return
        ids = self.text_input.ids([CHECK_TEXT, ""])
        end = self._model.config.text_config.eos_token_id
        if end == 2:  # a legacy rule of transformers: the highest id in the text is the end token
            end = self._tokenizer.eos_token_id
            right = bool((ids.max(axis=1) == end).all())
        else:
            right = bool((ids == end).any(axis=1).all())
        if not right:
            raise ValueError("its tokenizer does not end texts with the model's end token")

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """Explains a broken checkpoint, which can raise a dozen exceptions from four libraries."""
        try:
            yield
        except EncoderUnavailable:
            raise
        except Exception as error:
            cause = str(error).strip().splitlines() or [""]
            raise unavailable(
                self._settings,
                f"the checkpoint in {self.folder} {what} ({type(error).__name__}: {cause[0]})",
            ) from error


def device_of(current: MatchingSettings) -> torch.device:
    """The device of the settings.

    Raises: EncoderUnavailable if this machine lacks it.
    """
    device = torch.device(current.device)
    count = torch.cuda.device_count() if device.type == "cuda" else 1
    if (device.index or 0) >= count:
        raise EncoderUnavailable(
            f'MATCHING["DEVICE"] = {current.device!r}, but torch sees {count} CUDA '
            "devices on this machine. Set MATCHING_DEVICE to cpu, or install a CUDA build of torch."
        )
    return device


def _load_tokenizer(folder: Path) -> Any:
    if (folder / "tokenizer.json").is_file():
        # Loads the file as it was saved. AutoTokenizer would only take its vocabulary and build the
        # rest after a class named in the config, with another normalisation and padding side.
        load = transformers.PreTrainedTokenizerFast.from_pretrained
    else:
        load = transformers.AutoTokenizer.from_pretrained
    # Special tokens that somebody types into a post are treated as ordinary words.
    tokenizer = load(folder, local_files_only=True, split_special_tokens=True)
    tokenizer.padding_side = tokenizer.truncation_side = "right"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def tokens_of(tokenizer: Any, max_tokens: int) -> Tokenize:
    """A tokenizer of transformers as `TextInput` calls it."""
    fast = getattr(tokenizer, "backend_tokenizer", None)
    unknown = tokenizer.unk_token_id if fast is None else unknown_id(fast)

    def tokenize(texts: list[str]) -> list[Tokens]:
        found = tokenizer(texts, truncation=True, max_length=max_tokens)
        if fast is None:
            special = tokenizer.all_special_ids
            return [
                Tokens(ids, share_is_readable(ids, special, unknown)) for ids in found["input_ids"]
            ]
        return [
            Tokens(encoding.ids, is_readable(text, encoding, unknown))
            for text, encoding in zip(texts, found.encodings, strict=True)
        ]

    return tokenize


def load_model(
    folder: Path, dtype: torch.dtype, *, may_lack: tuple[str, ...] = (), **options: Any
) -> Any:
    """The model in a folder, in evaluation mode.

    Args:
        may_lack: beginnings of names of weights that are not used.

    Raises: ValueError, or any error of transformers, if weights are missing or misshapen.
    """
    model, report = transformers.AutoModel.from_pretrained(
        folder,
        local_files_only=True,
        output_loading_info=True,
        # Without a dtype, a folder that was saved in fp16 would be computed in fp16.
        dtype=dtype,
        **options,
    )
    missing = [key for key in report["missing_keys"] if not key.startswith(may_lack)]
    if wrong := [*missing, *report["mismatched_keys"]]:
        # transformers only warns, and fills these with random numbers.
        raise ValueError(f"{len(wrong)} of its weights are missing or misshapen: {wrong[0]}")
    return model.eval()


def _unit_vectors(output: Any) -> Vecs:
    projected = getattr(output, "pooler_output", output)  # a bare tensor before transformers 5
    return unit(projected.float().cpu().numpy())


@contextmanager
def without_progress_bars() -> Iterator[None]:
    """Without this, loading prints a progress bar for the weights on the worker's terminal."""
    was_on = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if was_on:
            transformers_logging.enable_progress_bar()
