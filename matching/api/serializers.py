"""What the API tells about a post's matching."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.campus import PublicPostOut
from lostfound.api.serializers.office import OfficePostOut
from lostfound.models import Post
from matching.models import Embedding, IntakeQuestion, Match, MatchDecision, SuggestionAnswer

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


class IntakeWithPhotoIn(IntakeIn):
    """The same, and its photograph."""

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


class FindingOut(serializers.Serializer[Any]):
    """A found thing, and why it may be meant."""

    thing = PublicPostOut()
    why = serializers.ListField(child=serializers.CharField())


class SearchOut(serializers.Serializer[Any]):
    """A page of what was found, best first."""

    count = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    by_meaning = serializers.BooleanField(help_text="False while only exact words can be compared.")
    results = FindingOut(many=True)


class PhotoQueryIn(serializers.Serializer[Any]):
    """A photograph to search by."""

    photo = serializers.FileField()


class PhotoQueryOut(serializers.Serializer[Any]):
    """What to search with."""

    photo = serializers.UUIDField(help_text="Send it as photo to the search, for a week.")


class FactOut(serializers.Serializer[Any]):
    """One line of the comparison of two posts."""

    label = serializers.CharField()  # type: ignore[assignment]
    left = serializers.CharField(help_text="Of the lost post.")
    right = serializers.CharField(help_text="Of the found post.")
    verdict = serializers.ChoiceField(choices=["same", "close", "differs", "unknown"])
    remark = serializers.CharField()


class ReasonOut(serializers.Serializer[Any]):
    """One term of the score."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField(help_text="Bits (log2 of the odds), or why there are none.")
    says = serializers.CharField(help_text="What that means, in words; empty where there is none.")


class PairOut(serializers.Serializer[Any]):
    """A pair with everything that a decision needs."""

    id = serializers.IntegerField(source="match.pk")
    version = serializers.CharField(help_text="Send it with the decision.")
    status = serializers.ChoiceField(choices=Match.Status.choices, source="match.status")
    score = serializers.FloatField(source="match.score")
    lost = OfficePostOut(source="match.lost")
    found = OfficePostOut(source="match.found")
    facts = FactOut(many=True)
    terms = ReasonOut(many=True)
    reasons_for = serializers.ListField(child=serializers.CharField())
    reasons_against = serializers.ListField(child=serializers.CharField())
    gates = serializers.ListField(child=serializers.CharField(), source="gate_words")
    answer = serializers.ChoiceField(choices=SuggestionAnswer.Answer.choices, allow_null=True)


class NextPairOut(serializers.Serializer[Any]):
    """The pair that the person reviews now."""

    left = serializers.IntegerField(help_text="How many pairs wait, this one among them.")
    pair = PairOut(allow_null=True)


class DecideIn(serializers.Serializer[Any]):
    """A decision about a pair."""

    version = serializers.CharField(max_length=40)


class RejectIn(DecideIn):
    """A rejection, with why."""

    reason = serializers.ChoiceField(
        choices=MatchDecision.Reason.choices, required=False, allow_blank=True
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=200)


class DecisionOut(serializers.ModelSerializer[MatchDecision]):
    """What was decided."""

    id = serializers.UUIDField(source="public_id")
    pair = serializers.IntegerField(source="match_id")
    reason = serializers.ChoiceField(choices=MatchDecision.Reason.choices, allow_blank=True)

    class Meta:
        model = MatchDecision
        fields = ("id", "pair", "action", "reason", "note", "at")
        read_only_fields = fields
