"""A post's matching as its author sees it, and the author's answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.campus import KeptAtOut, PublicPostOut
from lostfound.api.serializers.known_fields import KnownFieldsOnly
from lostfound.models import Post
from matching.models import Match, MatchingJob, PoliceMatch, SuggestionAnswer
from matching.selectors import answer_of
from matching.status import timeline
from matching.status.similarity_band import SimilarityBand, similarity_band

SHOWN_STATUSES = [
    (status.value, status.label) for status in (Match.Status.SUGGESTED, Match.Status.CONFIRMED)
]


class MatchingStateOut(serializers.Serializer[Any]):
    """The matching state of a post."""

    status = serializers.ChoiceField(choices=MatchingJob.Status.choices)
    suggestion_count = serializers.IntegerField()
    is_waiting = serializers.BooleanField(help_text="Poll again in a few seconds.")
    waiting_reason = serializers.CharField(allow_blank=True)


class StepOut(serializers.Serializer[Any]):
    """One step of a post's timeline."""

    name = serializers.ChoiceField(choices=timeline.NAMES)
    label = serializers.CharField(help_text="The step in the reader's language.")  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=timeline.STATES)
    at = serializers.DateTimeField(
        allow_null=True, help_text="When the step was reached, if known."
    )


# `likeness` is the API's name for the similarity band.
class SuggestionOut(serializers.ModelSerializer[Match]):
    """A post that may be about the same thing."""

    status = serializers.ChoiceField(choices=SHOWN_STATUSES)
    likeness = serializers.SerializerMethodField()
    likeness_words = serializers.SerializerMethodField()
    post = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()
    kept_at = serializers.SerializerMethodField()

    class Meta:
        model = Match
        fields = (
            *("id", "status", "likeness", "likeness_words", "created_at", "answer", "post"),
            "kept_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=SimilarityBand.choices))
    def get_likeness(self, match: Match) -> str:
        """The similarity band, as on the page: a score would let people test guesses."""
        return similarity_band(match).value

    def get_likeness_words(self, match: Match) -> str:
        """The similarity in the reader's language."""
        return str(similarity_band(match).label)

    @extend_schema_field(
        serializers.ChoiceField(
            choices=SuggestionAnswer.Answer.choices,
            allow_null=True,
            help_text="The owner's answer; only the owner can read it.",
        )
    )
    def get_answer(self, match: Match) -> str | None:
        """The owner's answer; None for the finder, who must not see it."""
        return (answer_of(match) or None) if self._is_losers(match) else None

    def get_post(self, match: Match) -> PublicPostOut:
        """The other post, as the public sees it."""
        return PublicPostOut(match.found if self._is_losers(match) else match.lost).data  # type: ignore[return-value]

    @extend_schema_field(KeptAtOut(allow_null=True))
    def get_kept_at(self, match: Match) -> Any:
        """Where the thing is kept, for the owner, once staff have confirmed the pair."""
        is_waiting = match.lost.status == Post.Status.MATCHED
        is_visible = (
            match.status == Match.Status.CONFIRMED and self._is_losers(match) and is_waiting
        )
        return KeptAtOut(match.found).data if is_visible else None

    def _is_losers(self, match: Match) -> bool:
        """Whether the suggestions are read from the lost post's side."""
        mine: Post = self.context["post"]
        return match.lost_id == mine.pk


class PoliceMatchOut(serializers.ModelSerializer[PoliceMatch]):
    """A thing at the police or another institution that may be what the post has lost."""

    number = serializers.CharField(source="found.atc_id", help_text="Its number there.")
    title = serializers.CharField(source="found.title")
    class_name = serializers.CharField(source="found.class_name", allow_blank=True)
    colour_name = serializers.CharField(source="found.colour_name", allow_blank=True)
    found_on = serializers.DateField(source="found.found_on")
    kept_at = serializers.CharField(source="found.kept_at", help_text="Station or institution.")
    telephone = serializers.CharField(source="found.telephone", allow_blank=True)

    class Meta:
        model = PoliceMatch
        fields = (
            *("number", "title", "class_name", "colour_name"),
            *("found_on", "kept_at", "telephone"),
        )
        read_only_fields = fields


class AnswerIn(KnownFieldsOnly):
    """The owner's answer to a suggestion."""

    answer = serializers.ChoiceField(choices=SuggestionAnswer.Answer.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=200)
