"""What the admin's templates ask about pairs."""

from django import template

from matching.models import REJECTABLE, Match, MatchDecision, PossibleDuplicate, decision_version
from matching.review.comparison import Fact, compare
from matching.review.explain import compared_words, score_words
from matching.review.queue import waiting
from matching.selectors import open_duplicates

register = template.Library()


@register.simple_tag
def waiting_pairs() -> int:
    """How many suggested pairs wait for a decision."""
    return waiting().count()


@register.simple_tag
def waiting_duplicates() -> int:
    """How many things that may have been reported twice wait for a decision."""
    return open_duplicates().count()


@register.filter
def facts(match: Match) -> list[Fact]:
    """The comparison of both posts."""
    return compare(match)


@register.filter
def rejectable(match: Match) -> bool:
    """Whether nobody has decided about the pair, and somebody may."""
    return match.status in REJECTABLE


@register.filter
def version(match: Match) -> str:
    """What a decision about the pair, as it is shown here, must be checked against."""
    return decision_version(match)


@register.filter
def compared(match: Match | MatchDecision) -> str:
    """What of the two posts was compared, in words."""
    return compared_words(match)


@register.filter
def score(scored: Match | MatchDecision | PossibleDuplicate) -> str:
    """The score as people read it."""
    return score_words(scored)


@register.filter
def meter(match: Match | PossibleDuplicate) -> str:
    """The score between 0 and 1 for a meter's attributes, whatever the language."""
    return f"{min(max(match.score, 0.0), 1.0):.3f}"
