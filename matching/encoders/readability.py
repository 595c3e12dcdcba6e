"""Which texts a tokenizer can read; must not import torch or transformers.

All letters that a vocabulary lacks become one and the same unknown token, so that texts of them get
almost the same vector, whatever they say. Tokenizers that fall back on bytes know every letter.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

# Of a text's letters. A name in Latin letters within a short sentence of another script ("iPhone
# を失くしました", .54) is still worth comparing: its unknown letters are only one or two tokens.
MOST_UNKNOWN: Final = 2 / 3


def unknown_id(tokenizer: Any) -> int | None:
    """The id of the token for what the vocabulary lacks; None if it lacks nothing.

    Args:
        tokenizer: a `tokenizers.Tokenizer`.
    """
    model = tokenizer.model
    if hasattr(model, "unk_token"):
        found = tokenizer.token_to_id(model.unk_token) if model.unk_token else None
    else:  # a Unigram model, which knows it by its id and does not say which
        found = json.loads(model.__getstate__())["unk_id"]
    return None if found is None else int(found)


def is_readable(text: str, encoding: Any, unknown: int | None, *, skipped: int = 0) -> bool:
    """Whether the vocabulary has at least a third of the letters that a text begins with.

    Digits, punctuation and emoji only count in a text without any letter: they say little about a
    thing. A text of spaces is readable, as nothing in it is unknown.

    Args:
        encoding: of this text, cut at the model's limit; a `tokenizers.Encoding`.
        unknown: as `unknown_id` gives it.
        skipped: number of characters at the beginning that are not the author's.
    """
    if unknown is None or unknown not in encoding.ids:
        return True
    known, lost = set[int](), set[int]()
    spans = zip(encoding.ids, encoding.offsets, encoding.special_tokens_mask, strict=True)
    for token, (start, end), is_special in spans:
        if not is_special:
            (lost if token == unknown else known).update(range(max(start, skipped), end))
    return _share(text, lost, known - lost) <= MOST_UNKNOWN


def share_is_readable(ids: Sequence[int], special: Sequence[int], unknown: int | None) -> bool:
    """The same by tokens, for a tokenizer that does not say which letters each stands for."""
    content = [token for token in ids if token == unknown or token not in special]
    if unknown is None or not content:
        return True
    return content.count(unknown) / len(content) <= MOST_UNKNOWN


def _share(text: str, lost: set[int], known: set[int]) -> float:
    """The share of letters that were lost, or of all characters if there is no letter."""
    letters = {at for at in lost | known if text[at].isalpha()}
    counted = letters or {at for at in lost | known if not text[at].isspace()}
    return len(lost & counted) / len(counted) if counted else 0.0
