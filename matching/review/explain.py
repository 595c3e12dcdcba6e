"""Explains a match in plain words: every term of its score, and every exclusion rule."""

from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.core import exclusions, strategies
from matching.core.calibrated import LOOKS_DIFFERENT
from matching.core.duplicates import EVIDENCE_WEIGHTS
from matching.core.explanation import Step, in_order, reasons, waterfall
from matching.core.weights import EvidenceWeights
from matching.models import Match, MatchDecision, PossibleDuplicate
from matching.review.wording import term_sentence

# The scores and terms of these are cosines. For all others, scores are probabilities and terms are
# evidence (natural logarithm).
SIMILARITY_STRATEGIES: Final = frozenset({"clip_zeroshot_v1", "clip_zeroshot_v2"})

TERM_WORDS: Final = {
    "prior": gettext_lazy("Before any comparison"),
    "learnt": gettext_lazy("Learnt from decisions"),
    "overlap": gettext_lazy("What the evidence repeats"),
    "answer": gettext_lazy("The owner's answer"),
    "competition": gettext_lazy("Others that fit as well"),
    "text_text": gettext_lazy("Text to text"),
    "sentence": gettext_lazy("Text to text, by the second model"),
    "image_image": gettext_lazy("Photograph to photograph"),
    "text_image": gettext_lazy("Lost text to found photograph"),
    "image_text": gettext_lazy("Lost photograph to found text"),
    "combined": gettext_lazy("Text and photograph together"),
    "category": gettext_lazy("Category"),
    "colour": gettext_lazy("Colour"),
    "brand": gettext_lazy("Brand"),
    "time": gettext_lazy("Days from loss to find"),
    "place": gettext_lazy("Place"),
    "identity": gettext_lazy("Serial number, model or name"),
    "total": gettext_lazy("Total"),
    # For two posts of the same kind; the earlier one has the lower key.
    "duplicate_text_image": gettext_lazy("Earlier text to later photograph"),
    "duplicate_image_text": gettext_lazy("Earlier photograph to later text"),
    "duplicate_time": gettext_lazy("Days between the two"),
    "author": gettext_lazy("Authors"),
}
EXCLUSION_WORDS: Final = {
    exclusions.SAME_KIND: gettext_lazy("Both posts are of the same kind."),
    exclusions.SAME_AUTHOR: gettext_lazy("Both posts were written by the same person."),
    exclusions.FOUND_BEFORE_LOST: gettext_lazy("It was found long before it was lost."),
    exclusions.REJECTED: gettext_lazy("Staff have rejected this pair."),
    LOOKS_DIFFERENT: gettext_lazy("The photographs differ, and so do the things in them."),
    strategies.IMAGE_DISSIMILAR: gettext_lazy("The photographs are too different."),
    strategies.CATEGORY_DIFFERS: gettext_lazy("The categories differ."),
}
STRATEGY_WORDS: Final = {
    "clip_zeroshot_v1": gettext_lazy("Comparison 1"),
    "clip_zeroshot_v2": gettext_lazy("Comparison 2"),
    "calibrated_v3": gettext_lazy("Comparison 3: weighted evidence"),
}
# What a strategy prefers if a pair has both text and photographs.
WEIGHT_WORDS: Final = {
    "clip_zeroshot_v1": gettext_lazy("text counts more than photographs"),
    "clip_zeroshot_v2": gettext_lazy("photographs count more than text"),
}
PHOTO_TERMS: Final = frozenset(
    {"image_image", "text_image", "image_text", "duplicate_text_image", "duplicate_image_text"}
)
TEXT_TERMS: Final = frozenset({"text_text", "sentence"})
WHOLE: Final = 100  # total width of the chart, in its own units


@dataclass(frozen=True)
class Term:
    """One line of the explanation. `start`, `width` and `zero` position its bar, from 0 to 100.

    Attributes:
        says: its meaning as a sentence without a capital letter; empty if there is none.
    """

    name: str
    label: str
    value: str
    start: int = 0
    width: int = 0
    zero: int = 0
    missing: bool = False
    against: bool = False
    says: str = ""


def explain_terms(match: Match) -> list[Term]:
    """Every term of the score, always in the same order."""
    if match.strategy in SIMILARITY_STRATEGIES:
        has_photos = bool(_photo_terms(match))
        return [_similarity(name, value, has_photos) for name, value in in_order(match.terms)]
    return _bars(_steps(match))


def explain_duplicate_terms(duplicate: PossibleDuplicate) -> list[Term]:
    """Every term of a possible duplicate's score."""
    return _bars(_duplicate_steps(duplicate))


def explain_reasons(match: Match) -> tuple[list[str], list[str]]:
    """The strongest reasons for and against, in words; none if scores are cosines."""
    if match.strategy in SIMILARITY_STRATEGIES:
        return [], []
    return _reasons(_steps(match))


def explain_duplicate_reasons(duplicate: PossibleDuplicate) -> tuple[list[str], list[str]]:
    """The strongest reasons for and against a duplicate, in words."""
    return _reasons(_duplicate_steps(duplicate))


def _steps(match: Match) -> list[Step]:
    evidence_weights = match.profile.evidence_weights if match.profile else EvidenceWeights()
    return waterfall(match.terms, evidence_weights, match.score, match.log_odds)


def _duplicate_steps(duplicate: PossibleDuplicate) -> list[Step]:
    steps = waterfall(duplicate.terms, EVIDENCE_WEIGHTS, duplicate.score)
    return [
        replace(step, name=f"duplicate_{step.name}")
        if f"duplicate_{step.name}" in TERM_WORDS
        else step
        for step in steps
    ]


def _reasons(steps: list[Step]) -> tuple[list[str], list[str]]:
    speaking_for, against = reasons(steps)
    return [_reason(step) for step in speaking_for], [_reason(step) for step in against]


def _reason(step: Step) -> str:
    """The sentence of a term, or its name if it has none, with the evidence in bits."""
    return f"{term_sentence(step.name, step.bits) or _label(step.name)} ({step.bits:+.1f})"


def score_words(scored: Match | MatchDecision | PossibleDuplicate) -> str:
    """A cosine as a number, a probability as a percentage; never rounded up to certainty."""
    score = scored.score
    if not isinstance(scored, PossibleDuplicate) and scored.strategy in SIMILARITY_STRATEGIES:
        return f"{score:.2f}" if score < 0.995 or score >= 1 else "0.99"
    return f"{score:.0%}" if score < 0.995 or score >= 1 else "99%"


def explain_exclusions(match: Match | MatchDecision) -> list[str]:
    """Why a pair was excluded, in words."""
    return [_exclusion(str(exclusion)) for exclusion in match.exclusions]


def strategy_words(name: str) -> str:
    """A strategy's display name, or its identifier if it has none."""
    return str(STRATEGY_WORDS.get(name, name))


def how_words(match: Match | MatchDecision) -> str:
    """The strategy, and what it prefers if this pair has both text and photographs."""
    name, weight = strategy_words(match.strategy), WEIGHT_WORDS.get(match.strategy)
    return f"{name}: {weight}" if weight and _photo_terms(match) else name


def compared_words(match: Match | MatchDecision) -> str:
    """Which parts of the two posts were compared, in words."""
    with_photos = _photo_terms(match)
    if not _is_number(match.terms.get("text_text", 0.0)):
        if not with_photos:
            return _("neither text nor photographs: missing, unreadable, or without meaning")
        return _("photographs, but not the text of both: it says nothing, or is unreadable")
    if not with_photos:
        return _("text only, because neither post has a photograph")
    if "image_image" in with_photos:
        return _("text and photographs of both")
    return _("the text of both, and the photograph of one")


def _photo_terms(match: Match | MatchDecision) -> set[str]:
    """The terms of this pair that involve a photograph."""
    return {name for name in PHOTO_TERMS if _is_number(match.terms.get(name))}


def _similarity(name: str, value: Any, has_photos: bool) -> Term:
    if not _is_number(value):
        why = _("no photograph") if name in PHOTO_TERMS else _("not known")
        why = _("says nothing, or is unreadable") if name in TEXT_TERMS else why
        return Term(name, _label(name), why, missing=True)
    label = _label(name) if has_photos or name != "combined" else _("Text only")
    return Term(name, label, f"{value:.2f}", width=round(min(max(value, 0.0), 1.0) * 100))


def _bars(steps: list[Step]) -> list[Term]:
    reached = [0.0, *(step.after for step in steps)]
    lowest, span = min(reached), max(max(reached) - min(reached), 1.0)
    return [_step(step, lowest, span) for step in steps]


def _step(step: Step, lowest: float, span: float) -> Term:
    """One bar of the waterfall, starting where the previous step ended."""
    if step.bits is None:
        return _without_bar(step.name, None)
    left, right = sorted((step.before, step.after))
    start, width = (left - lowest) / span * WHOLE, (right - left) / span * WHOLE
    return Term(
        step.name,
        _label(step.name),
        f"{step.bits:+.1f}",
        round(start),
        max(round(width), 1),
        round((0.0 - lowest) / span * WHOLE),
        against=step.bits < 0,
        says=term_sentence(step.name, step.bits),
    )


def _without_bar(name: str, value: Any) -> Term:
    if value is not None:
        return Term(name, _label(name), str(value), missing=True)
    why = _("no photograph → 0") if name in PHOTO_TERMS else _("not known → 0")
    why = _("says nothing, or is unreadable → 0") if name in TEXT_TERMS else why
    return Term(name, _label(name), why, missing=True)


def _label(name: str) -> str:
    return str(TERM_WORDS.get(name, name.replace("_", " ")))


def _exclusion(exclusion: str) -> str:
    return str(EXCLUSION_WORDS.get(exclusion, str(exclusion).replace("_", " ")))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
