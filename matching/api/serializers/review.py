"""Pairs as staff review them, and decisions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.known_fields import KnownFieldsOnly
from lostfound.api.serializers.office import OfficePostOut
from lostfound.api.serializers.posts import CodeOut
from lostfound.models import Office, Post
from matching.models import Match, MatchDecision, SuggestionAnswer


class FactOut(serializers.Serializer[Any]):
    """One line in the comparison of two posts."""

    label = serializers.CharField()  # type: ignore[assignment]
    left = serializers.CharField(help_text="Value of the lost post.")
    right = serializers.CharField(help_text="Value of the found post.")
    verdict = serializers.ChoiceField(choices=["same", "close", "differs", "unknown"])
    remark = serializers.CharField()


class ReasonOut(serializers.Serializer[Any]):
    """One term of the score."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField(help_text="Bits (log2 of the odds), or why there is no value.")
    says = serializers.CharField(help_text="The meaning in words; empty if there is none.")


class LookAlikeOut(serializers.ModelSerializer[Post]):
    """An open post that is easily confused with one of the pair."""

    id = serializers.UUIDField(source="public_id")
    office = CodeOut[Office]()
    thumbnail_url = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = (
            *("id", "title", "happened_on", "happened_until"),
            *("office", "shelf", "thumbnail_url"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_thumbnail_url(self, post: Post) -> str | None:
        """The thumbnail of the first photograph, as staff see it."""
        photos = list(post.photos.all())
        return photos[0].thumbnail_url if photos else None


class LookAlikesOut(serializers.Serializer[Any]):
    """Open posts with the category and colour of one of the pair."""

    kind = serializers.ChoiceField(choices=Post.Kind.choices)
    count = serializers.IntegerField(help_text="How many there are besides the one of the pair.")
    words = serializers.CharField(help_text="What they are, for example white earphone case.")
    posts = LookAlikeOut(many=True, help_text="The newest ones, at most eight.")


class PairOut(serializers.Serializer[Any]):
    """A pair with everything needed for a decision."""

    id = serializers.IntegerField(source="match.pk")
    version = serializers.CharField(help_text="Send this with the decision.")
    status = serializers.ChoiceField(choices=Match.Status.choices, source="match.status")
    score = serializers.FloatField(source="match.score")
    lost = OfficePostOut(source="match.lost")
    found = OfficePostOut(source="match.found")
    facts = FactOut(many=True)
    terms = ReasonOut(many=True)
    reasons_for = serializers.ListField(child=serializers.CharField())
    reasons_against = serializers.ListField(child=serializers.CharField())
    # `gates` is the API's name for exclusion reasons.
    gates = serializers.ListField(child=serializers.CharField(), source="exclusion_words")
    answer = serializers.ChoiceField(choices=SuggestionAnswer.Answer.choices, allow_null=True)
    look_alikes = LookAlikesOut(many=True)
    held_by = serializers.CharField(
        allow_null=True,
        help_text="Who is reviewing it; until they release it, nobody else can decide on it.",
    )


class NextPairOut(serializers.Serializer[Any]):
    """The pair that you are reviewing."""

    left = serializers.IntegerField(help_text="How many pairs are waiting, including this one.")
    pair = PairOut(allow_null=True)


class DecideIn(KnownFieldsOnly):
    """A decision on a pair."""

    version = serializers.CharField(max_length=40)


class RejectIn(DecideIn):
    """A rejection with its reason."""

    reason = serializers.ChoiceField(
        choices=MatchDecision.Reason.choices, required=False, allow_blank=True
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=200)


class DecisionOut(serializers.ModelSerializer[MatchDecision]):
    """A decision that was made."""

    id = serializers.UUIDField(source="public_id")
    pair = serializers.IntegerField(source="match_id")
    reason = serializers.ChoiceField(choices=MatchDecision.Reason.choices, allow_blank=True)

    class Meta:
        model = MatchDecision
        fields = ("id", "pair", "action", "reason", "note", "at")
        read_only_fields = fields
