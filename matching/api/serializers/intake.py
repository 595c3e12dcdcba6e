"""Suggestions for category and colour while a post is being written."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.known_fields import KnownFieldsOnly
from matching.models import IntakeQuestion


class IntakeIn(KnownFieldsOnly):
    """The fields of a post so far."""

    title = serializers.CharField(required=False, allow_blank=True, max_length=100)
    description = serializers.CharField(required=False, allow_blank=True, max_length=5000)


class IntakeWithPhotoIn(IntakeIn):
    """The fields of a post so far, with a photograph."""

    photo = serializers.FileField(required=False)


class ProposalOut(serializers.Serializer[Any]):
    """A suggested value, and its probability."""

    code = serializers.CharField()
    probability = serializers.FloatField(min_value=0, max_value=1)


class IntakeOut(serializers.Serializer[Any]):
    """Suggestions for the fields of a post; the author decides."""

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
