"""Tags and filters for pairs in the admin's templates."""

from django import template

from matching.models import REJECTABLE, Match, MatchDecision, PossibleDuplicate, decision_version
from matching.review.comparison import Fact, compare
from matching.review.explain import compared_words, score_words
from matching.review.queue import waiting
from matching.selectors import open_duplicates

register = template.Library()


@register.simple_tag
def waiting_pairs() -> int:
    """The number of suggested pairs that are waiting for a decision."""
    return waiting().count()


@register.simple_tag
def waiting_duplicates() -> int:
    """The number of possible duplicates that are waiting for a decision."""
    return open_duplicates().count()


@register.filter
def facts(match: Match) -> list[Fact]:
    """The comparison of both posts."""
    return compare(match)


@register.filter
def rejectable(match: Match) -> bool:
    """Whether the pair is undecided and can be decided."""
    return match.status in REJECTABLE


@register.filter
def version(match: Match) -> str:
    """The version of the pair as shown, which a decision must be checked against."""
    return decision_version(match)


@register.filter
def compared(match: Match | MatchDecision) -> str:
    """Which parts of the two posts were compared, in words."""
    return compared_words(match)


@register.filter
def score(scored: Match | MatchDecision | PossibleDuplicate) -> str:
    """The score in words."""
    return score_words(scored)


@register.filter
def meter(match: Match | PossibleDuplicate) -> str:
    """The score from 0 to 1 for the attributes of a meter, independent of the language."""
    return f"{min(max(match.score, 0.0), 1.0):.3f}"
