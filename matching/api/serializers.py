"""What the API tells about a post's matching."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers import PublicPostOut
from lostfound.models import Post
from matching.models import Embedding, IntakeQuestion, Match

SHOWN_STATUSES = [
    (status.value, status.label) for status in (Match.Status.SUGGESTED, Match.Status.CONFIRMED)
]


class MatchingStateOut(serializers.Serializer[Any]):
    """How far the matching of a post is."""

    status = serializers.ChoiceField(choices=Embedding.Status.choices)
    suggestion_count = serializers.IntegerField()
    is_waiting = serializers.BooleanField(help_text="Ask again in a few seconds.")
    waiting_reason = serializers.CharField(allow_blank=True)


class IntakeIn(serializers.Serializer[Any]):
    """What is known so far of a post that is being written."""

    title = serializers.CharField(required=False, allow_blank=True, max_length=100)
    description = serializers.CharField(required=False, allow_blank=True, max_length=5000)
    photo = serializers.FileField(required=False)


class ProposalOut(serializers.Serializer[Any]):
    """A value for a field, and how probable it is."""

    code = serializers.CharField()
    probability = serializers.FloatField(min_value=0, max_value=1)


class IntakeOut(serializers.Serializer[Any]):
    """Proposals for the fields of a post; the person decides."""

    id = serializers.UUIDField(source="public_id")
    status = serializers.ChoiceField(choices=IntakeQuestion.Status.choices)
    category = serializers.SerializerMethodField()
    colour = serializers.SerializerMethodField()

    @extend_schema_field(ProposalOut(many=True))
    def get_category(self, question: IntakeQuestion) -> list[dict[str, Any]]:
        """Codes of categories, likeliest first."""
        return _proposals(question, "category")

    @extend_schema_field(ProposalOut(many=True))
    def get_colour(self, question: IntakeQuestion) -> list[dict[str, Any]]:
        """Codes of colours, likeliest first."""
        return _proposals(question, "colour")


def _proposals(question: IntakeQuestion, field: str) -> list[dict[str, Any]]:
    return [{"code": code, "probability": p} for code, p in question.answer.get(field, [])]


class SuggestionOut(serializers.ModelSerializer[Match]):
    """A post that may be about the same thing."""

    status = serializers.ChoiceField(choices=SHOWN_STATUSES)
    post = serializers.SerializerMethodField()

    class Meta:
        model = Match
        fields = ("id", "status", "score", "strategy", "created_at", "post")
        read_only_fields = fields

    def get_post(self, match: Match) -> PublicPostOut:
        """The other side, as the public sees it."""
        mine: Post = self.context["post"]
        other = match.found if match.lost_id == mine.pk else match.lost
        return PublicPostOut(other).data  # type: ignore[return-value]
