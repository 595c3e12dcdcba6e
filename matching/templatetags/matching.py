"""What a post's page shows of its matching: the state, and what may be the same thing."""

from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django import template

from lostfound.models import Post
from matching.core.registry import get_strategy
from matching.models import Embedding, Match
from matching.selectors import matching_state, suggestions_for

register = template.Library()

ENDS = frozenset({Embedding.Status.DONE, Embedding.Status.FAILED})


@dataclass(frozen=True)
class Suggestion:
    """A post of the other side, and how alike it is in words."""

    post: Post
    is_strong: bool


@register.inclusion_tag("matching/panel_frame.html")
def matching_panel(post: Post) -> dict[str, Any]:
    """The part of a post's page that matching fills."""
    return panel_context(post)


@register.inclusion_tag("matching/intake.html")
def intake_proposals() -> dict[str, Any]:
    """Category and colour, proposed while a post is being written."""
    return {}


def panel_context(post: Post) -> dict[str, Any]:
    """What the fragment shows.

    Stages: pending, running, done, failed, matched, returned, closed. `seen` names all that a
    reader can tell apart while they wait, so that nothing is sent while it stays.
    """
    state = matching_state(post)
    stage = state.status if post.is_open else post.status
    return {
        "post": post,
        "stage": stage,
        "seen": f"waiting-{crc32(state.waiting_reason.encode()):x}",
        "is_moving": post.is_open and stage not in ENDS,
        "waiting_reason": state.waiting_reason,
        "suggestions": _suggestions(post) if stage == Embedding.Status.DONE else [],
        "confirmed": None if post.is_open else _confirmed(post),
    }


def _confirmed(post: Post) -> Post | None:
    """The post on the other side of the match that staff confirmed."""
    match = suggestions_for(post).filter(status=Match.Status.CONFIRMED).first()
    return _other(match, post) if match else None


def _suggestions(post: Post) -> list[Suggestion]:
    return [
        Suggestion(_other(match, post), match.score >= get_strategy(match.strategy).alert_from)
        for match in suggestions_for(post)
    ]


def _other(match: Match, post: Post) -> Post:
    return match.found if match.lost_id == post.pk else match.lost
