"""The second text encoder: any sentence encoder that transformers loads.

Imports torch and transformers only to load a model, which `base.get_text_encoder()` does.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from matching.conf import MatchingSettings
from matching.core.vectors import unit
from matching.encoders.base import Vecs
from matching.encoders.readability import is_readable, unknown_id
from matching.encoders.sentence_files import (
    CLS,
    sentence_fingerprint,
    sentence_folder,
    sentence_reading,
    text_unavailable,
)
from matching.encoders.texts import CHECK_TEXT, TextInput, TextReading, Tokens


class SentenceEncoder:
    """Encodes texts with the checkpoint in MATCHING["TEXT_MODEL"].

    Everything is loaded from files on this machine, never from the network.

    Raises: EncoderUnavailable if the checkpoint or the device cannot be used.
    """

    def __init__(self, current: MatchingSettings) -> None:
        import torch
        import transformers

        from matching.encoders.torch_clip import (
            DTYPES,
            device_of,
            load_model,
            without_progress_bars,
        )

        self._torch = torch
        load_tokenizer: Any = transformers.AutoTokenizer.from_pretrained
        folder = sentence_folder(current)
        self.fingerprint = sentence_fingerprint(current, folder)
        self.reading = sentence_reading(current, folder)
        self.forward_counts = {"text": 0}
        self._device = device_of(current)
        torch.set_num_threads(current.threads)
        try:
            with without_progress_bars():
                tokenizer = load_tokenizer(folder, local_files_only=True)
                # Many checkpoints lack the pooler of their architecture, which nothing here uses.
                model = load_model(folder, DTYPES[current.precision], may_lack=("pooler.",))
            self._model = model.to(self._device)
            self._pad_id = int(tokenizer.pad_token_id)
            self.text_input = self._text_input(tokenizer)
            vecs = self._forward(self.text_input.ids([CHECK_TEXT, ""]))
            if not np.allclose(np.linalg.norm(vecs, axis=1), 1.0, atol=1e-3):  # NaN is never close
                raise ValueError("its vectors are not finite, or zero")
        except Exception as error:  # a broken checkpoint can raise a dozen from four libraries
            cause = (str(error).strip().splitlines() or [""])[0]
            why = f"the checkpoint in {folder} cannot be loaded ({type(error).__name__}: {cause})"
            raise text_unavailable(current, why) from error
        self.dim = int(vecs.shape[1])
        self.forward_counts = {"text": 0}

    def encode_texts(self, texts: Sequence[str]) -> Vecs:
        """See `TextEncoder`; text beyond the model's limit is cut off. Shape: (n, dim)"""
        vecs = np.zeros((len(texts), self.dim), dtype=np.float32)
        for rows, ids in self.text_input.batches(texts):
            vecs[rows] = self._forward(ids)
        return vecs

    def prepared_inputs(
        self, texts: Sequence[str], images: Sequence[Image.Image]
    ) -> tuple[npt.NDArray[np.int64], Sequence[npt.NDArray[np.float32]]]:
        """See `ShowsInputs`; there are no photographs."""
        return self.text_input.ids(texts), []

    def _forward(self, ids: npt.NDArray[np.int64]) -> Vecs:
        tokens = self._torch.from_numpy(ids).to(self._device)
        mask = (tokens != self._pad_id).long()
        with self._torch.inference_mode():
            hidden = self._model(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
        self.forward_counts["text"] += len(ids)
        if self.reading.pooling == CLS:
            return unit(hidden[:, 0].cpu().numpy())
        weights = mask.unsqueeze(-1).float()
        means = (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)
        return unit(means.cpu().numpy())

    def _text_input(self, tokenizer: Any) -> TextInput:
        tokenizer.padding_side = tokenizer.truncation_side = "right"
        fast = getattr(tokenizer, "backend_tokenizer", None)
        if fast is None:
            raise ValueError("it has no tokenizer.json")
        unknown, prefix = unknown_id(fast), self.reading.prefix
        most = self.reading.max_tokens

        def tokenize(texts: list[str]) -> list[Tokens]:
            prefixed = [prefix + text for text in texts]
            found = tokenizer(prefixed, truncation=True, max_length=most)
            return [
                Tokens(encoding.ids, is_readable(text, encoding, unknown, skipped=len(prefix)))
                for text, encoding in zip(prefixed, found.encodings, strict=True)
            ]

        reading = TextReading(most, self._pad_id, is_filled=False, is_lowered=False)
        return TextInput(tokenize, reading)
