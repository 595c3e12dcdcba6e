"""The part of a post's page about matching: its state and suggestions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django import template

from lostfound.models import Post
from lostfound.services.claims.submitting import CLAIMABLE
from matching.models import Match, MatchingJob, SuggestionAnswer
from matching.selectors import (
    answer_of,
    matching_state,
    police_matches_of,
    suggestions_for,
    was_alerted,
)
from matching.status.similarity_band import SimilarityBand, similarity_band
from matching.status.timeline import Step, timeline, timelines

register = template.Library()

ENDS = frozenset({MatchingJob.Status.DONE, MatchingJob.Status.FAILED})


@dataclass(frozen=True)
class Suggestion:
    """A suggested post, its similarity in words, and the owner's answer.

    The answer is only on the owner's page, and never shown to the finder.
    """

    match_id: int
    post: Post
    similarity_band: SimilarityBand
    answer: str = ""

    @property
    def can_claim(self) -> bool:
        """Whether the office has it, so that its owner can say what only they know."""
        item = self.post.kept_item
        return item is not None and item.state in CLAIMABLE


@register.inclusion_tag("matching/panel_frame.html", takes_context=True)
def matching_panel(context: dict[str, Any], post: Post) -> dict[str, Any]:
    """The matching section of a post's page."""
    return panel_context(post, context["request"].user)


@register.inclusion_tag("matching/search_box.html")
def search_box() -> dict[str, Any]:
    """A search box for any page."""
    return {}


@register.simple_tag
def steps_of(posts: Iterable[Post]) -> dict[int, list[Step]]:
    """The timeline of each post, by primary key."""
    return timelines(posts)


@register.inclusion_tag("matching/timeline.html")
def timeline_of(post: Post, steps: dict[int, list[Step]]) -> dict[str, Any]:
    """The timeline of one post."""
    return {"steps": steps.get(post.pk, [])}


@register.inclusion_tag("matching/intake.html")
def intake_proposals() -> dict[str, Any]:
    """Suggestions for category and colour while a post is being written."""
    return {}


def panel_context(post: Post, reader: Any) -> dict[str, Any]:
    """The context of the fragment.

    Stages: pending, running, done, failed, matched, returned, closed. `seen` identifies everything
    that a waiting reader can see, so that nothing is sent until it changes.
    """
    state = matching_state(post)
    stage = state.status if post.is_open else post.status
    is_compared = stage == MatchingJob.Status.DONE
    suggestions = _suggestions(post) if is_compared else []
    return {
        "post": post,
        "stage": stage,
        "seen": f"waiting-{crc32(state.waiting_reason.encode()):x}",
        "is_moving": post.is_open and stage not in ENDS,
        "waiting_reason": state.waiting_reason,
        "steps": timeline(post),
        "suggestions": suggestions,
        "police": police_matches_of(post) if is_compared and post.kind == Post.Kind.LOST else [],
        "similar_count": sum(one.answer != SuggestionAnswer.Answer.NOT_MINE for one in suggestions),
        # The author came from a notification, so the page must explain why there is nothing to see.
        "was_alerted": is_compared and not suggestions and was_alerted(post),
        "can_answer": post.kind == Post.Kind.LOST and post.author_id == reader.pk,
        "confirmed": None if post.is_open else _confirmed(post),
    }


def _confirmed(post: Post) -> Post | None:
    """The other post of the match that staff confirmed."""
    match = suggestions_for(post).filter(status=Match.Status.CONFIRMED).first()
    return match.other(post) if match else None


def _suggestions(post: Post) -> list[Suggestion]:
    """Strongest first; those that the owner ruled out come last."""
    suggestions = [
        Suggestion(
            match.pk,
            match.other(post),
            similarity_band(match),
            answer_of(match) if post.kind == Post.Kind.LOST else "",
        )
        for match in suggestions_for(post)
    ]
    return sorted(suggestions, key=lambda one: one.answer == SuggestionAnswer.Answer.NOT_MINE)
