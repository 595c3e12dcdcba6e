"""What a post's page shows of its matching: the state, and what may be the same thing."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import Q

from lostfound.models import Post
from matching.conf import matching_settings
from matching.core.strategies import get_strategy
from matching.models import Embedding, Match
from matching.selectors import matching_state, suggestions_for

register = template.Library()

MOVING = frozenset({Embedding.Status.PENDING, Embedding.Status.RUNNING})


@dataclass(frozen=True)
class Suggestion:
    """A post of the other side, and how alike it is in words."""

    post: Post
    is_strong: bool


@register.inclusion_tag("matching/panel_frame.html")
def matching_panel(post: Post) -> dict[str, Any]:
    """The part of a post's page that matching fills."""
    return panel_context(post)


def panel_context(post: Post) -> dict[str, Any]:
    """What the fragment shows; `stage` names it, so that nothing is sent while it stays.

    Stages: pending, running, done, failed, matched, returned, closed.
    """
    status = matching_state(post)
    stage = status if post.is_open else post.status
    is_done = stage == Embedding.Status.DONE
    return {
        "post": post,
        "stage": stage,
        "is_moving": stage in MOVING,
        "suggestions": _suggestions(post) if is_done else [],
        "confirmed": None if post.is_open else confirmed_other(post),
    }


def confirmed_other(post: Post) -> Post | None:
    """The post on the other side of the match that staff confirmed."""
    match = (
        Match.objects.filter(Q(lost=post) | Q(found=post), status=Match.Status.CONFIRMED)
        .select_related(
            "lost", "found__category__family", "found__building", "found__office__building"
        )
        .prefetch_related("found__photos")
        .first()
    )
    if match is None:
        return None
    return match.found if match.lost_id == post.pk else match.lost


def _suggestions(post: Post) -> list[Suggestion]:
    settings = matching_settings()
    threshold = settings.threshold
    if threshold is None:
        threshold = get_strategy(settings.strategy).threshold
    # Half of the way from "just suggested" to "certain".
    strong = (1.0 + threshold) / 2
    return [
        Suggestion(match.found if match.lost_id == post.pk else match.lost, match.score >= strong)
        for match in suggestions_for(post)
    ]
