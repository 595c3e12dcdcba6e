"""CLIP and SigLIP checkpoints: the only module that imports torch and transformers.

Nothing imports it statically; `matching.encoder.get_encoder()` loads it by its dotted path.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import transformers
from PIL import Image
from transformers.utils import logging as untyped_logging

from matching.conf import MatchingSettings
from matching.core.vectors import unit
from matching.encoder import (
    EncoderUnavailable,
    Vecs,
    checkpoint_fingerprint,
    checkpoint_folder,
    model_type,
    unavailable,
)

# transformers has no types here.
AutoImageProcessor: Any = transformers.AutoImageProcessor
transformers_logging: Any = untyped_logging

DTYPES: Final = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
# Items in one forward: bounds the memory that activations take.
TEXT_BATCH: Final = 32
IMAGE_BATCH: Final = 8
# A photograph longer than this is cut to its middle before scaling: scaling the short edge of a
# strip of 1 x 5000 pixels to the model's edge would make a picture of 224 x 1,120,000.
MAX_ASPECT: Final = 8
CHECK_TEXT: Final = "검은색 지갑을 잃어버렸어요. A black wallet."


class ClipEncoder:
    """Encodes with a checkpoint of `CLIPModel`, `SiglipModel` or `Siglip2Model`.

    Everything is loaded from files on this machine, never from the network.

    Raises: EncoderUnavailable where the checkpoint or the device cannot be used.
    """

    def __init__(self, current: MatchingSettings) -> None:
        self._settings = current
        folder = checkpoint_folder(current)
        self.folder = folder
        self.model_type = model_type(current, folder)
        self.fingerprint = checkpoint_fingerprint(current, folder)
        self.forward_counts = {"text": 0, "image": 0}
        self._dtype = DTYPES[current.precision]
        self._device = _device(current)
        torch.set_num_threads(current.threads)
        with self._explained("cannot be loaded"), _without_progress_bars():
            self._tokenizer = _load_tokenizer(folder)
            self._processor = AutoImageProcessor.from_pretrained(
                folder, local_files_only=True, backend="pil"
            )
            self._model = self._load_model(folder)
            text_config = self._model.config.text_config
            self._max_tokens = int(text_config.max_position_embeddings)
        with self._explained("fails on one text and one photograph"):
            self.dim = self._checked_dim()
        self.forward_counts = {"text": 0, "image": 0}

    @property
    def n_parameters(self) -> int:
        """How many weights the model has."""
        return sum(parameter.numel() for parameter in self._model.parameters())

    def encode_texts(self, texts: Sequence[str]) -> Vecs:
        """Texts of any length: what the model cannot read any more is cut off.

        Shape: (n, dim), unit vectors
        """
        batches = [
            self._encode_text_batch(texts[start : start + TEXT_BATCH])
            for start in range(0, len(texts), TEXT_BATCH)
        ]
        return np.concatenate(batches) if batches else self._no_vectors()

    def encode_images(self, images: Sequence[Image.Image]) -> Vecs:
        """Photographs of any size and colour mode, upright already.

        Shape: (n, dim), unit vectors
        """
        batches = [
            self._encode_image_batch(images[start : start + IMAGE_BATCH])
            for start in range(0, len(images), IMAGE_BATCH)
        ]
        return np.concatenate(batches) if batches else self._no_vectors()

    def _encode_text_batch(self, texts: Sequence[str]) -> Vecs:
        inputs = self._tokenize(texts)
        with torch.inference_mode():
            output = self._model.get_text_features(**inputs.to(self._device))
        self.forward_counts["text"] += len(texts)
        return _unit_vectors(output)

    def _encode_image_batch(self, images: Sequence[Image.Image]) -> Vecs:
        pictures = [_bounded(image.convert("RGB")) for image in images]
        inputs = self._processor(images=pictures, return_tensors="pt").to(self._device)
        inputs["pixel_values"] = inputs["pixel_values"].to(self._dtype)
        with torch.inference_mode():
            output = self._model.get_image_features(**inputs)
        self.forward_counts["image"] += len(images)
        return _unit_vectors(output)

    def _tokenize(self, texts: Sequence[str]) -> Any:
        prepared = [_prepared(text) for text in texts]
        is_clip = self.model_type == "clip"
        if not is_clip:
            prepared = [text.lower() for text in prepared]
        inputs = self._tokenizer(
            prepared,
            # SigLIP reads its vector at the last position and was trained with the rest filled
            # up, every position attended to; CLIP reads at the end token, so that filling up to
            # the longest text of the batch is enough.
            padding="longest" if is_clip else "max_length",
            truncation=True,
            max_length=self._max_tokens,
            return_tensors="pt",
            return_attention_mask=is_clip,
            return_token_type_ids=False,
        )
        return inputs

    def _load_model(self, folder: Path) -> Any:
        model, report = transformers.AutoModel.from_pretrained(
            folder,
            local_files_only=True,
            output_loading_info=True,
            # A folder that was saved in fp16 would be computed in fp16.
            dtype=self._dtype,
        )
        if wrong := [*report["missing_keys"], *report["mismatched_keys"]]:
            # transformers fills these with random numbers and only warns.
            raise ValueError(f"{len(wrong)} of its weights are missing or misshapen: {wrong[0]}")
        return model.to(self._device).eval()

    def _checked_dim(self) -> int:
        """One text and one photograph, so that a wrong checkpoint is seen here and not later."""
        self._check_end_token()
        text_vecs = self._encode_text_batch([CHECK_TEXT, ""])
        image_vecs = self._encode_image_batch([Image.new("RGB", (64, 48), (180, 40, 30))])
        if text_vecs.shape[1] != image_vecs.shape[1]:
            raise ValueError(
                f"texts give {text_vecs.shape[1]} numbers, photographs {image_vecs.shape[1]}"
            )
        lengths = np.linalg.norm(np.concatenate([text_vecs, image_vecs]), axis=1)
        if not np.allclose(lengths, 1.0, atol=1e-3):  # NaN is not close either
            raise ValueError("it gives vectors that are not finite, or zero")
        return int(text_vecs.shape[1])

    def _check_end_token(self) -> None:
        """CLIP reads its vector at the end token; without one it reads position 0, silently."""
        if self.model_type != "clip":
            return
        ids = self._tokenize([CHECK_TEXT, ""])["input_ids"]
        end = self._model.config.text_config.eos_token_id
        if end == 2:  # an old rule of transformers: the highest id in the text is the end token
            end = self._tokenizer.eos_token_id
            right = bool((ids.max(dim=1).values == end).all())
        else:
            right = bool((ids == end).any(dim=1).all())
        if not right:
            raise ValueError("its tokenizer does not end a text with the model's end token")

    def _no_vectors(self) -> Vecs:
        return np.zeros((0, self.dim), dtype=np.float32)

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """A broken checkpoint shows in any of a dozen exceptions of four libraries."""
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


def _device(current: MatchingSettings) -> torch.device:
    device = torch.device(current.device)
    count = torch.cuda.device_count() if device.type == "cuda" else 1
    if (device.index or 0) >= count:
        raise EncoderUnavailable(
            f'MATCHING["DEVICE"] = {current.device!r}, but this machine shows {count} CUDA '
            "devices to torch. Set MATCHING_DEVICE to cpu, or install a CUDA build of torch."
        )
    return device


def _load_tokenizer(folder: Path) -> Any:
    if (folder / "tokenizer.json").is_file():
        # The file as it was saved. AutoTokenizer would take its words only and build the rest
        # anew after a class named in the config, with another normalisation and padding side.
        load = transformers.PreTrainedTokenizerFast.from_pretrained
    else:
        load = transformers.AutoTokenizer.from_pretrained
    # Special tokens that somebody types into a post are words like any other.
    tokenizer = load(folder, local_files_only=True, split_special_tokens=True)
    tokenizer.padding_side = tokenizer.truncation_side = "right"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _prepared(text: str) -> str:
    """Composed Hangul (macOS types it decomposed), single spaces, no lone surrogates."""
    readable = text.encode("utf-8", "ignore").decode("utf-8")
    return " ".join(unicodedata.normalize("NFC", readable).split())


def _bounded(image: Image.Image) -> Image.Image:
    width, height = image.size
    limit = MAX_ASPECT * min(width, height)
    if max(width, height) <= limit:
        return image
    left, top = max(0, (width - limit) // 2), max(0, (height - limit) // 2)
    return image.crop((left, top, left + min(width, limit), top + min(height, limit)))


def _unit_vectors(output: Any) -> Vecs:
    projected = getattr(output, "pooler_output", output)  # a bare tensor before transformers 5
    return unit(projected.float().cpu().numpy())


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """Loading draws a bar for each of the weights on the worker's terminal otherwise."""
    was_on = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if was_on:
            transformers_logging.enable_progress_bar()
