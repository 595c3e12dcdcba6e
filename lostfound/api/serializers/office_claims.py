"""Claims and verdicts as those who judge them read and write them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound import selectors
from lostfound.api.serializers.known_fields import KnownFieldsOnly
from lostfound.api.serializers.posts import StoredPhotoOut
from lostfound.models import ClaimPhoto, ClaimVerdict, OwnershipClaim, User


class VerdictOut(serializers.ModelSerializer[ClaimVerdict]):
    """What one person said about a claim."""

    by = serializers.SlugRelatedField[User](slug_field="username", read_only=True)

    class Meta:
        model = ClaimVerdict
        fields = ("by", "decision", "score", "note", "at")
        read_only_fields = fields


class ClaimPhotoOut(StoredPhotoOut):
    """The photograph of a claim, for those who judge it."""

    class Meta(StoredPhotoOut.Meta):
        model = ClaimPhoto


class OfficeClaimOut(serializers.ModelSerializer[OwnershipClaim]):
    """A claim as a judge reads it."""

    id = serializers.UUIDField(source="public_id")
    claimant = serializers.SlugRelatedField[User](
        slug_field="username", read_only=True, allow_null=True
    )
    answers = serializers.SerializerMethodField()
    flags = serializers.ListField(child=serializers.CharField())
    verdicts = VerdictOut(many=True)
    photo = serializers.SerializerMethodField()
    suggested_place = serializers.SerializerMethodField(
        help_text="Where the thing of an approved claim could wait for its owner; empty for none."
    )

    class Meta:
        model = OwnershipClaim
        fields = (
            *("id", "number", "version", "state", "claimant", "story", "answers", "photo"),
            *("flags", "question", "verdicts", "suggested_place", "created_at"),
        )
        read_only_fields = fields

    @extend_schema_field(
        serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    )
    def get_answers(self, claim: OwnershipClaim) -> list[dict[str, str]]:
        """Questions and answers, in their order."""
        return [{"question": one.question, "text": one.text} for one in claim.answers.all()]

    def get_suggested_place(self, claim: OwnershipClaim) -> str:
        """The code of a place for things that are ready; `move` puts it there."""
        if claim.state != claim.State.APPROVED:
            return ""
        place = selectors.ready_place_for(claim.item)
        return place.code if place is not None else ""

    @extend_schema_field(ClaimPhotoOut(allow_null=True))
    def get_photo(self, claim: OwnershipClaim) -> Any:
        """Null without one."""
        return ClaimPhotoOut(claim.photo).data if claim.has_photo else None


class VerdictIn(KnownFieldsOnly):
    """A verdict on a claim."""

    version = serializers.IntegerField(help_text="Of the claim as it was read.")
    decision = serializers.ChoiceField(choices=ClaimVerdict.Decision.choices)
    marks = serializers.ListField(
        child=serializers.ChoiceField(choices=ClaimVerdict.Mark.choices),
        required=False,
        max_length=100,
        help_text="One for each hidden fact, in their order.",
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    question = serializers.CharField(max_length=200, required=False, allow_blank=True)
