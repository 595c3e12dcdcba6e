"""What each term of a score says, as a sentence that a person would say at the counter."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from matching.core.explanation import LEAST_REASON_BITS

SAYS_MUCH_BITS: Final = 2.3  # from here on a term alone makes the odds five times what they were

# Of a term: when it speaks strongly for one thing, for it, hardly, against it, strongly against.
Sentences = tuple[object, object, object, object, object]
NO_HELP: Final = _("says little either way")
TERM_SENTENCES: Final[dict[str, Sentences]] = {
    "text_text": (
        _("both describe it in nearly the same words"),
        _("the descriptions fit each other"),
        _("the descriptions say little either way"),
        _("the descriptions hardly fit each other"),
        _("the descriptions speak of different things"),
    ),
    "image_image": (
        _("the photographs show nearly the same"),
        _("the photographs resemble each other"),
        _("the photographs say little either way"),
        _("the photographs hardly resemble each other"),
        _("the photographs show different things"),
    ),
    "text_image": (
        _("the found photograph shows what the loser describes"),
        _("the found photograph fits the loser's words"),
        _("the found photograph and the loser's words say little either way"),
        _("the found photograph hardly fits the loser's words"),
        _("the found photograph shows something else than the loser describes"),
    ),
    "image_text": (
        _("the loser's photograph shows what the finder describes"),
        _("the loser's photograph fits the finder's words"),
        _("the loser's photograph and the finder's words say little either way"),
        _("the loser's photograph hardly fits the finder's words"),
        _("the loser's photograph shows something else than the finder describes"),
    ),
    "category": (
        _("both are the same kind of thing"),
        _("both may be the same kind of thing"),
        _("the kinds of thing say little either way"),
        _("they are hardly the same kind of thing"),
        _("they are different kinds of things"),
    ),
    "colour": (
        _("the colour is the same, and few things have it"),
        _("the colours fit"),
        _("the colours say little either way"),
        _("the colours hardly fit"),
        _("the colours differ"),
    ),
    "time": (
        _("found just when it was lost"),
        _("the days fit"),
        _("the days say little either way"),
        _("the days hardly fit"),
        _("the days lie too far apart"),
    ),
    "place": (
        _("both name the same place, and few others do"),
        _("the places fit"),
        _("the places say little either way"),
        _("the places hardly fit"),
        _("the places lie far apart"),
    ),
    "identity": (
        _("both name the same rare number, model or name"),
        _("both name the same number, model or name"),
        NO_HELP,
        _("the numbers or names differ"),
        _("the numbers or names differ"),
    ),
    "twins_text_image": (
        _("the later photograph shows what the earlier post describes"),
        _("the later photograph fits the earlier words"),
        NO_HELP,
        _("the later photograph hardly fits the earlier words"),
        _("the later photograph shows something else than the earlier post describes"),
    ),
    "twins_image_text": (
        _("the earlier photograph shows what the later post describes"),
        _("the earlier photograph fits the later words"),
        NO_HELP,
        _("the earlier photograph hardly fits the later words"),
        _("the earlier photograph shows something else than the later post describes"),
    ),
    "twins_time": (
        _("both name the same day"),
        _("the days are near each other"),
        _("the days say little either way"),
        _("the days lie apart"),
        _("the days lie too far apart"),
    ),
    "author": (
        _("one person posted both"),
        _("one person posted both"),
        NO_HELP,
        _("two people posted them"),
        _("two people posted them"),
    ),
}
SET_SENTENCES: Final = {
    "prior": _("of all that is open, only one thing can be it"),
    "learnt": _("what decisions of the office have taught"),
}


def term_sentence(name: str, bits: float | None) -> str:
    """What a term says, without a capital letter; empty where it is absent or has no words.

    Args:
        bits: what it adds to the odds (log2).
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
