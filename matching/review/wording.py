"""Each term of a score as a sentence that a person would say at the counter."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from matching.core.explanation import LEAST_REASON_BITS

SAYS_MUCH_BITS: Final = 2.3  # such a term alone makes the odds five times as high

# For each term: strong evidence for the same thing, weak, none, weak against, strong against.
Sentences = tuple[object, object, object, object, object]
NO_HELP: Final = _("says little either way")
TERM_SENTENCES: Final[dict[str, Sentences]] = {
    "text_text": (
        _("both describe it in nearly the same words"),
        _("the descriptions match"),
        _("the descriptions say little either way"),
        _("the descriptions hardly match"),
        _("the descriptions are of different things"),
    ),
    "sentence": (
        _("both descriptions mean nearly the same"),
        _("the descriptions mean similar things"),
        _("what the descriptions mean says little either way"),
        _("the descriptions hardly mean the same"),
        _("the descriptions mean different things"),
    ),
    "image_image": (
        _("the photographs look nearly the same"),
        _("the photographs resemble each other"),
        _("the photographs say little either way"),
        _("the photographs hardly resemble each other"),
        _("the photographs show different things"),
    ),
    "text_image": (
        _("the found photograph shows what the owner describes"),
        _("the found photograph matches the owner's description"),
        _("the found photograph and the owner's description say little either way"),
        _("the found photograph hardly matches the owner's description"),
        _("the found photograph shows something other than what the owner describes"),
    ),
    "image_text": (
        _("the owner's photograph shows what the finder describes"),
        _("the owner's photograph matches the finder's description"),
        _("the owner's photograph and the finder's description say little either way"),
        _("the owner's photograph hardly matches the finder's description"),
        _("the owner's photograph shows something other than what the finder describes"),
    ),
    "category": (
        _("both are the same kind of thing"),
        _("both may be the same kind of thing"),
        _("the kind of thing says little either way"),
        _("they are probably not the same kind of thing"),
        _("they are different kinds of things"),
    ),
    "colour": (
        _("the colour is the same, and few things have it"),
        _("the colours match"),
        _("the colours say little either way"),
        _("the colours hardly match"),
        _("the colours differ"),
    ),
    "brand": (
        _("both name the same brand, and few things have it"),
        _("the brands match"),
        _("the brands say little either way"),
        _("the brands hardly match"),
        _("the brands differ"),
    ),
    "time": (
        _("found just when it was lost"),
        _("the days fit"),
        _("the days say little either way"),
        _("the days hardly fit"),
        _("the days are too far apart"),
    ),
    "place": (
        _("both name the same place, and few others do"),
        _("the places fit"),
        _("the places say little either way"),
        _("the places hardly fit"),
        _("the places are far apart"),
    ),
    "identity": (
        _("both name the same rare number, model or name"),
        _("both name the same number, model or name"),
        NO_HELP,
        _("the numbers or names differ"),
        _("the numbers or names differ"),
    ),
    "answer": (
        _("the owner says that it looks like theirs"),
        _("the owner says that it looks like theirs"),
        NO_HELP,
        _("the owner says that it is not theirs"),
        _("the owner says that it is not theirs"),
    ),
    "duplicate_text_image": (
        _("the later photograph shows what the earlier post describes"),
        _("the later photograph matches the earlier description"),
        NO_HELP,
        _("the later photograph hardly matches the earlier description"),
        _("the later photograph shows something other than what the earlier post describes"),
    ),
    "duplicate_image_text": (
        _("the earlier photograph shows what the later post describes"),
        _("the earlier photograph matches the later description"),
        NO_HELP,
        _("the earlier photograph hardly matches the later description"),
        _("the earlier photograph shows something other than what the later post describes"),
    ),
    "duplicate_time": (
        _("both name the same day"),
        _("the days are close together"),
        _("the days say little either way"),
        _("the days are apart"),
        _("the days are too far apart"),
    ),
    "author": (
        _("the same person posted both"),
        _("the same person posted both"),
        NO_HELP,
        _("different people posted them"),
        _("different people posted them"),
    ),
}
SET_SENTENCES: Final = {
    "prior": _("of all posts whose days allow it, only one can be the right one"),
    "overlap": _("evidence that says the same thing counts once"),
    "competition": _("other things fit one of the two posts as well"),
    "learnt": _("what the office's decisions have taught"),
}


def term_sentence(name: str, bits: float | None) -> str:
    """A term as a sentence without a capital letter; empty if it is absent or has no sentence.

    Args:
        bits: its contribution to the odds (log2).
    """
    if name in SET_SENTENCES:
        return str(SET_SENTENCES[name])
    if bits is None or name not in TERM_SENTENCES:
        return ""
    strongly_for, fits, hardly, against, strongly_against = TERM_SENTENCES[name]
    if abs(bits) < LEAST_REASON_BITS:
        return str(hardly)
    if bits > 0:
        return str(strongly_for if bits >= SAYS_MUCH_BITS else fits)
    return str(strongly_against if bits <= -SAYS_MUCH_BITS else against)
