"""Search requests and results."""

from typing import Any

from rest_framework import serializers

from lostfound.api.serializers.campus import PublicPostOut
from lostfound.api.serializers.known_fields import KnownFieldsOnly


class FindingOut(serializers.Serializer[Any]):
    """A found thing, and why it matches."""

    thing = PublicPostOut()
    why = serializers.ListField(child=serializers.CharField())


class SearchOut(serializers.Serializer[Any]):
    """A page of results, best first."""

    count = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    by_meaning = serializers.BooleanField(
        help_text="False while semantic search is unavailable: only exact words are matched."
    )
    results = FindingOut(many=True)


class PhotoQueryIn(KnownFieldsOnly):
    """A photograph to search by."""

    photo = serializers.FileField()


class PhotoQueryOut(serializers.Serializer[Any]):
    """The id to search with."""

    photo = serializers.UUIDField(help_text="Pass it as `photo` to the search; valid for a week.")
