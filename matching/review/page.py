"""What the review page shows of one pair."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from lostfound.models import Photo, Post
from matching.models import Match, MatchDecision, SuggestionAnswer
from matching.review.comparison import compare
from matching.review.explain import (
    compared_words,
    explain_exclusions,
    explain_reasons,
    explain_terms,
    how_words,
)
from matching.review.lookalikes import look_alikes
from matching.review.queue import QUEUE_ORDER
from matching.selectors import open_duplicates, with_both_posts
from matching.services.decision_checks import (
    CONFIRMABLE,
    REJECTABLE,
    decision_version,
    standing_decision,
)

MAX_OTHERS = 12  # other suggestions of the same posts on one page


@dataclass(frozen=True)
class Side:
    """One of the two posts, with its heading."""

    heading: str
    post: Post
    photos: list[Photo]


def review_context(match: Match) -> dict[str, Any]:
    """Everything on the page but the queue around it."""
    sides = [
        Side(_("Lost"), match.lost, list(match.lost.photos.all())),
        Side(_("Found"), match.found, list(match.found.photos.all())),
    ]
    both_open = match.lost.is_open and match.found.is_open
    return {
        "match": match,
        "sides": sides,
        "facts": compare(match),
        "terms": explain_terms(match),
        "reasons_for": explain_reasons(match)[0],
        "reasons_against": explain_reasons(match)[1],
        "exclusion_words": explain_exclusions(match),
        "how_words": how_words(match),
        "compared_words": compared_words(match),
        "history": history(match),
        "standing": standing_decision(match),
        "others": other_suggestions(match),
        "look_alikes": [alike for side in sides[::-1] if (alike := look_alikes(side.post))],
        "answer": SuggestionAnswer.objects.filter(match=match).first(),
        "duplicates": [*open_duplicates(match.lost), *open_duplicates(match.found)],
        "reasons": MatchDecision.Reason.choices,
        "version": decision_version(match),
        "can_confirm": both_open and match.status in CONFIRMABLE,
        "can_reject": match.status in REJECTABLE,
    }


def history(match: Match) -> list[MatchDecision]:
    """Every decision about the pair, newest first; the standing one may be undone."""
    return list(match.decisions.select_related("actor", "undone_by", "undoes"))


def other_suggestions(match: Match) -> list[Match]:
    """What else is suggested, confirmed, or was set aside, for either post.

    What was only drawn for comparison is none of it: hardly any of that is likely.
    """
    shown = (Match.Status.SUGGESTED, Match.Status.SET_ASIDE, Match.Status.CONFIRMED)
    others = Match.objects.filter(
        Q(lost=match.lost_id) | Q(found=match.found_id), status__in=shown
    ).exclude(pk=match.pk)
    return list(with_both_posts(others).order_by("-score", *QUEUE_ORDER)[:MAX_OTHERS])
