"""Claims of ownership as their claimant sees them."""

import json
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.campus import OfficeOut
from lostfound.api.serializers.known_fields import KnownFieldsOnly
from lostfound.models import CategoryPrompt, OwnershipClaim, Post
from lostfound.models.claim import MAX_ANSWER_CHARS

TOLD_STATES = ["submitted", "asked", "approved", "closed", "withdrawn", "collected"]


class PromptOut(serializers.ModelSerializer[CategoryPrompt]):
    """A question to everybody who claims a thing of this category."""

    text = serializers.CharField(help_text="In the language of the request.")

    class Meta:
        model = CategoryPrompt
        fields = ("id", "text")


class ClaimAnswerIn(KnownFieldsOnly):
    """The answer to one question."""

    prompt = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    text = serializers.CharField(max_length=MAX_ANSWER_CHARS, allow_blank=True)


class ClaimIn(KnownFieldsOnly):
    """A claim to a found thing. Answers are sealed once they are sent."""

    thing = serializers.UUIDField(help_text="ID of the public found thing.")
    answers = ClaimAnswerIn(many=True, help_text="In free text; at least one has to say something.")
    story = serializers.CharField(max_length=MAX_ANSWER_CHARS, required=False, allow_blank=True)
    lost_post = serializers.UUIDField(
        required=False, allow_null=True, help_text="ID of the person's own report of the loss."
    )


class ClaimWithPhotoIn(ClaimIn):
    """A claim with a photograph of the thing, or of a receipt; only the office sees it."""

    photo = serializers.FileField(
        required=False,
        allow_null=True,
        allow_empty_file=True,  # the service says what is wrong with it
        use_url=False,
        help_text="At most 10 MB: JPEG, PNG, WebP, HEIC or AVIF.",
    )


def with_answers(data: Any) -> Any:
    """The data of a request; in a form, `answers` are JSON, together or each on its own.

    Raises: ValidationError
    """
    if not isinstance(data, QueryDict):
        return data
    answers: list[Any] = []
    for text in data.getlist("answers"):
        try:
            read = json.loads(text)
        except (TypeError, ValueError, RecursionError) as error:
            message = _("In a form, the answers are JSON.")
            raise serializers.ValidationError({"answers": [message]}, code="invalid") from error
        answers += read if isinstance(read, list) else [read]
    fields = {name: data.get(name) for name in data if name != "answers"}
    return fields | ({"answers": answers} if "answers" in data else {})


class ReplyIn(KnownFieldsOnly):
    """The answer to the office's question."""

    text = serializers.CharField(max_length=MAX_ANSWER_CHARS)


class DelegationIn(KnownFieldsOnly):
    """Who collects a thing instead of its owner."""

    proxy_name = serializers.CharField(max_length=80, help_text="As on their identity document.")


class ClaimOut(serializers.ModelSerializer[OwnershipClaim]):
    """A claim: nothing about hidden facts, other claims, or why it was closed."""

    id = serializers.UUIDField(source="public_id")
    thing = serializers.SlugRelatedField[Post](
        source="item.post", slug_field="public_id", read_only=True, allow_null=True
    )
    title = serializers.SerializerMethodField(help_text="The public title of the thing.")
    state = serializers.SerializerMethodField()
    question = serializers.SerializerMethodField(help_text="What the office asks, if it does.")
    office = serializers.SerializerMethodField(help_text="Where to collect it, once approved.")
    pickup_by = serializers.SerializerMethodField(help_text="Until when, once approved.")
    has_photo = serializers.BooleanField(help_text="Whether a photograph was sent along.")

    class Meta:
        model = OwnershipClaim
        fields = (
            *("id", "number", "thing", "title", "state", "question", "office", "pickup_by"),
            *("has_photo", "created_at"),
        )
        read_only_fields = fields

    def get_title(self, claim: OwnershipClaim) -> str:
        """Empty if the post is gone."""
        return claim.item.post.public_title if claim.item.post else ""

    @extend_schema_field(serializers.ChoiceField(choices=TOLD_STATES))
    def get_state(self, claim: OwnershipClaim) -> str:
        """Every refusal reads `closed`."""
        return claim.state if claim.state in TOLD_STATES else "closed"

    def get_question(self, claim: OwnershipClaim) -> str:
        """Only while it is open."""
        return claim.question if claim.state == claim.State.ASKED else ""

    @extend_schema_field(OfficeOut(allow_null=True))
    def get_office(self, claim: OwnershipClaim) -> Any:
        """Null until the claim is approved."""
        office = claim.item.office if claim.state == claim.State.APPROVED else None
        return OfficeOut(office).data if office else None

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_pickup_by(self, claim: OwnershipClaim) -> Any:
        """Null until the claim is approved."""
        return claim.pickup_by if claim.state == claim.State.APPROVED else None


class PickupCodeOut(serializers.Serializer[Any]):
    """A code for the counter; it works once."""

    code = serializers.CharField(help_text="Eight digits; show them as a QR code, too.")
    expires_in_s = serializers.IntegerField(min_value=1)
