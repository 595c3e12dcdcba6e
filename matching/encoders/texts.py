"""Tokenizes texts the same way for every engine; must not import torch or transformers."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

TokenIds = npt.NDArray[np.int64]

TEXT_BATCH: Final = 32  # texts per forward pass, to bound the memory of activations
CHECK_TEXT: Final = "검은색 지갑을 잃어버렸어요. A black wallet."


@dataclass(frozen=True)
class Tokens:
    """One text as a tokenizer returns it.

    Attributes:
        is_readable: whether the vocabulary has enough of its letters; see `readability`.
    """

    ids: Sequence[int]
    is_readable: bool = True


Tokenize = Callable[[list[str]], Sequence[Tokens]]


@dataclass(frozen=True)
class TextReading:
    """How a checkpoint expects texts.

    Attributes:
        max_tokens: longer texts are cut off.
        pad_id: token that pads a text after its end.
        is_filled: SigLIP reads its vector at the last position and was trained with padding up
            to it. CLIP reads at the end token, which does not attend to anything after it, so
            padding to the longest text of a batch is enough, without a mask.
        is_lowered: SigLIP was trained on lower case.
    """

    max_tokens: int
    pad_id: int
    is_filled: bool
    is_lowered: bool


class TextInput:
    """Prepares, tokenizes and batches texts.

    Args:
        tokenize: returns each text's tokens, cut at `reading.max_tokens`, with the end token.
    """

    def __init__(self, tokenize: Tokenize, reading: TextReading) -> None:
        self.reading = reading
        self._tokenize = tokenize

    def ids(self, texts: Sequence[str]) -> TokenIds:
        """All texts as one batch.

        Shape: (n, longest)
        """
        return self._filled([row.ids for row in self._rows(texts)])

    def batches(
        self, texts: Sequence[str], at_once: int = TEXT_BATCH
    ) -> Iterator[tuple[npt.NDArray[np.intp], TokenIds]]:
        """Batches of texts of similar length, each with the rows' indices in `texts`.

        Unreadable texts are in none of them.

        Shape: (m,), (m, longest of the batch), m at most `at_once`
        """
        rows = self._rows(texts)
        readable = np.flatnonzero([row.is_readable for row in rows])
        lengths = [len(rows[place].ids) for place in readable.tolist()]
        by_length = readable[np.argsort(lengths, kind="stable")]
        for start in range(0, len(by_length), at_once):
            places = by_length[start : start + at_once]
            yield places, self._filled([rows[place].ids for place in places])

    def _rows(self, texts: Sequence[str]) -> Sequence[Tokens]:
        prepared = [_prepared(text) for text in texts]
        if self.reading.is_lowered:
            prepared = [text.lower() for text in prepared]
        return self._tokenize(prepared) if prepared else []

    def _filled(self, rows: Sequence[Sequence[int]]) -> TokenIds:
        longest = max((len(row) for row in rows), default=0)
        width = self.reading.max_tokens if self.reading.is_filled else longest
        ids = np.full((len(rows), width), self.reading.pad_id, dtype=np.int64)
        for filled, row in zip(ids, rows, strict=True):
            filled[: len(row)] = row
        return ids


def _prepared(text: str) -> str:
    """The text with composed Hangul (macOS decomposes it), single spaces, no lone surrogates."""
    readable = text.encode("utf-8", "ignore").decode("utf-8")
    return " ".join(unicodedata.normalize("NFC", readable).split())
