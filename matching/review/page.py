"""The context of the review page of one pair."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lostfound.models import Photo, Post
from matching.models import (
    CONFIRMABLE,
    REJECTABLE,
    STATUS_AFTER,
    Match,
    MatchDecision,
    decision_version,
)
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
from matching.selectors import load_photos, open_duplicates, with_posts

MAX_OTHERS = 12  # other suggestions for the same posts on one page


@dataclass(frozen=True)
class Side:
    """One of the two posts, with its heading."""

    heading: str
    post: Post
    photos: list[Photo]


def for_review(matches: QuerySet[Match]) -> QuerySet[Match]:
    """Pairs with everything that `review_context` reads, except photographs."""
    joined = with_posts(matches).select_related("profile", "answer", "claim__user")
    return joined.defer("profile__data")


def review_context(match: Match) -> dict[str, Any]:
    """Everything on the page except the queue around it."""
    others = other_suggestions(match)
    alikes = look_alikes(match.found, match.lost)
    load_photos(
        [
            *match.posts,
            *(post for other in others for post in other.posts),
            *(post for alike in alikes for post in alike.posts),
        ]
    )
    sides = [
        Side(heading, post, list(post.photos.all()))
        for heading, post in zip((_("Lost"), _("Found")), match.posts, strict=True)
    ]
    decisions = history(match)
    reasons_for, reasons_against = explain_reasons(match)
    both_open = all(post.is_open for post in match.posts)
    # Duplicates of the lost post come first.
    duplicates = sorted(
        open_duplicates(*match.posts), key=lambda row: row.first.kind != match.lost.kind
    )
    return {
        "match": match,
        "sides": sides,
        "facts": compare(match),
        "terms": explain_terms(match),
        "reasons_for": reasons_for,
        "reasons_against": reasons_against,
        "exclusion_words": explain_exclusions(match),
        "how_words": how_words(match),
        "compared_words": compared_words(match),
        "history": decisions,
        "standing": _standing(decisions),
        "others": others,
        "look_alikes": alikes,
        "answer": getattr(match, "answer", None),
        "duplicates": duplicates,
        "reasons": MatchDecision.Reason.choices,
        "version": decision_version(match),
        "can_confirm": both_open and match.status in CONFIRMABLE,
        "can_reject": match.status in REJECTABLE,
    }


def history(match: Match) -> list[MatchDecision]:
    """Every decision on the pair, newest first; only the standing one can be undone."""
    return list(match.decisions.select_related("actor", "undone_by", "undoes"))


def _standing(decisions: list[MatchDecision]) -> MatchDecision | None:
    """Like `decision_checks.standing_decision`, for loaded decisions."""
    return next(
        (
            decision
            for decision in decisions
            if decision.action in STATUS_AFTER and not hasattr(decision, "undone_by")
        ),
        None,
    )


def other_suggestions(match: Match) -> list[Match]:
    """Other suggested, confirmed or set-aside pairs of either post, without photographs.

    Excludes pairs that were only sampled for comparison, since hardly any of them is likely.
    """
    shown = (Match.Status.SUGGESTED, Match.Status.SET_ASIDE, Match.Status.CONFIRMED)
    others = Match.objects.filter(
        Q(lost=match.lost_id) | Q(found=match.found_id), status__in=shown
    ).exclude(pk=match.pk)
    return list(with_posts(others).order_by("-score", *QUEUE_ORDER)[:MAX_OTHERS])
