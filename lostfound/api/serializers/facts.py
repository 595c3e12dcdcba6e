"""Hidden facts of a thing, for staff."""

from typing import Any

from rest_framework import serializers

from lostfound.api.serializers.known_fields import KnownFieldsOnly
from lostfound.models import CategoryPrompt, ControlFact
from lostfound.models.fact import MAX_WEIGHT, MIN_WEIGHT
from lostfound.models.post import MAX_HIDDEN_CHARS

MAX_FACTS = 30


class HiddenFactOut(serializers.ModelSerializer[ControlFact]):
    """One hidden fact."""

    prompt = serializers.IntegerField(
        source="prompt_id", allow_null=True, help_text="Number of the question; null for any other."
    )
    question = serializers.CharField(help_text="In the language of the request.")

    class Meta:
        model = ControlFact
        fields = ("prompt", "question", "answer", "weight", "kind")
        read_only_fields = fields


class HiddenFactsOut(serializers.Serializer[Any]):
    """The hidden facts of a thing, in the order of the marks of a verdict."""

    version = serializers.CharField(help_text="To send along with a change.")
    facts = HiddenFactOut(many=True)


class HiddenFactIn(KnownFieldsOnly):
    """One hidden fact as it is written."""

    shown = ("question",)
    prompt = serializers.PrimaryKeyRelatedField(
        queryset=CategoryPrompt.objects.all(), required=False, allow_null=True
    )
    answer = serializers.CharField(
        max_length=MAX_HIDDEN_CHARS, help_text="Of a choice, several words with slashes between."
    )
    weight = serializers.IntegerField(
        min_value=MIN_WEIGHT, max_value=MAX_WEIGHT, required=False, default=MIN_WEIGHT
    )
    kind = serializers.ChoiceField(
        choices=ControlFact.Kind.choices, required=False, default=ControlFact.Kind.WORDS
    )


class HiddenFactsIn(KnownFieldsOnly):
    """All hidden facts of a thing, in place of those that it has."""

    version = serializers.CharField(max_length=40, help_text="Of the facts as they were read.")
    facts = serializers.ListField(child=HiddenFactIn(), max_length=MAX_FACTS)
