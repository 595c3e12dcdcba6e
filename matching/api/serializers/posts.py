"""What the author of a post reads of its matching, and says to it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.campus import PublicPostOut
from lostfound.models import Post
from matching.models import Embedding, Match, SuggestionAnswer

SHOWN_STATUSES = [
    (status.value, status.label) for status in (Match.Status.SUGGESTED, Match.Status.CONFIRMED)
]


class MatchingStateOut(serializers.Serializer[Any]):
    """How far the matching of a post is."""

    status = serializers.ChoiceField(choices=Embedding.Status.choices)
    suggestion_count = serializers.IntegerField()
    is_waiting = serializers.BooleanField(help_text="Ask again in a few seconds.")
    waiting_reason = serializers.CharField(allow_blank=True)


class SuggestionOut(serializers.ModelSerializer[Match]):
    """A post that may be about the same thing."""

    status = serializers.ChoiceField(choices=SHOWN_STATUSES)
    post = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()

    class Meta:
        model = Match
        fields = ("id", "status", "score", "strategy", "created_at", "answer", "post")
        read_only_fields = fields

    @extend_schema_field(
        serializers.ChoiceField(choices=SuggestionAnswer.Answer.choices, allow_null=True)
    )
    def get_answer(self, match: Match) -> str | None:
        """What the person who lost it said to it."""
        return match.answer.answer if hasattr(match, "answer") else None

    def get_post(self, match: Match) -> PublicPostOut:
        """The other side, as the public sees it."""
        mine: Post = self.context["post"]
        other = match.found if match.lost_id == mine.pk else match.lost
        return PublicPostOut(other).data  # type: ignore[return-value]


class AnswerIn(serializers.Serializer[Any]):
    """What the person who lost something says to a suggestion."""

    answer = serializers.ChoiceField(choices=SuggestionAnswer.Answer.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=200)
