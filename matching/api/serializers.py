"""What the API tells about a post's matching."""

from typing import Any

from rest_framework import serializers

from lostfound.api.serializers import PublicPostOut
from lostfound.models import Post
from matching.models import Embedding, Match

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

    class Meta:
        model = Match
        fields = ("id", "status", "score", "strategy", "created_at", "post")
        read_only_fields = fields

    def get_post(self, match: Match) -> PublicPostOut:
        """The other side, as the public sees it."""
        mine: Post = self.context["post"]
        other = match.found if match.lost_id == mine.pk else match.lost
        return PublicPostOut(other).data  # type: ignore[return-value]
