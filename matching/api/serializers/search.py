"""What a search takes and finds."""

from typing import Any

from rest_framework import serializers

from lostfound.api.serializers.campus import PublicPostOut
from lostfound.api.serializers.known_fields import KnownFieldsOnly


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


class PhotoQueryIn(KnownFieldsOnly):
    """A photograph to search by."""

    photo = serializers.FileField()


class PhotoQueryOut(serializers.Serializer[Any]):
    """What to search with."""

    photo = serializers.UUIDField(help_text="Send it as photo to the search, for a week.")
