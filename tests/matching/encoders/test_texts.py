"""Batches of texts: of about one length, padded no further than that, restored in order."""

from itertools import pairwise

import numpy as np
import pytest

from matching.encoders.texts import TEXT_BATCH, TextInput, TextReading, Tokens

CLIP = TextReading(max_tokens=20, pad_id=9, is_filled=False, is_lowered=False)
SIGLIP = TextReading(max_tokens=20, pad_id=9, is_filled=True, is_lowered=True)


def letters_of(texts: list[str]) -> list[list[int]]:
    return [[ord(letter) for letter in text][:20] for text in texts]


def by_letter(texts: list[str]) -> list[Tokens]:
    return [
        Tokens(ids, is_readable="?" not in text)
        for text, ids in zip(texts, letters_of(texts), strict=True)
    ]


def test_every_text_stands_once_in_a_batch_of_its_length() -> None:
    texts = [chr(97 + n % 26) * (1 + 7 * n % 19) for n in range(3 * TEXT_BATCH + 5)]
    seen: dict[int, list[int]] = {}
    widths = []
    for rows, ids in TextInput(by_letter, CLIP).batches(texts):
        assert len(rows) == len(ids) <= TEXT_BATCH
        lengths = [len(texts[row]) for row in rows]
        assert ids.shape[1] == max(lengths)
        widths.append((min(lengths), max(lengths)))
        for row, line in zip(rows, ids, strict=True):
            seen[int(row)] = [token for token in line.tolist() if token != CLIP.pad_id]
    assert [seen[row] for row in range(len(texts))] == letters_of(texts)
    assert all(longest <= shortest for (_, longest), (shortest, _) in pairwise(widths))


def test_unreadable_texts_are_in_no_batch() -> None:
    ((rows, ids),) = TextInput(by_letter, CLIP).batches(["abc", "?", "a", "b?"])
    assert rows.tolist() == [2, 0]
    assert ids.tolist() == [[97, 9, 9], [97, 98, 99]]
    assert list(TextInput(by_letter, CLIP).batches(["?", "??"])) == []


def test_siglip_is_filled_to_the_end_and_lowered() -> None:
    ids = TextInput(by_letter, SIGLIP).ids(["AB"])
    assert ids.tolist() == [[97, 98] + [9] * 18]


def test_spaces_and_decomposed_hangul_are_one_way_of_writing() -> None:
    read = TextInput(by_letter, CLIP)
    assert (read.ids(["  가 \n b "]) == read.ids(["가 b"])).all()


@pytest.mark.parametrize("texts", [[], [""]])
def test_nothing_gives_no_batches_or_an_empty_one(texts: list[str]) -> None:
    batches = list(TextInput(by_letter, CLIP).batches(texts))
    assert [ids.shape for _, ids in batches] == [(1, 0)] * len(texts)
    assert TextInput(by_letter, CLIP).ids([]).dtype == np.int64
