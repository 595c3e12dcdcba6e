"""Public data: found things, categories, places."""

from typing import Any

from django.utils import translation
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.posts import CodeOut, ColourOut
from lostfound.models import Building, Category, Colour, Family, Office, Post, Zone


class PublicPostOut(serializers.ModelSerializer[Post]):
    """The public part of a post: never enough to claim the thing."""

    id = serializers.UUIDField(source="public_id")
    title = serializers.CharField(source="public_title")
    category = CodeOut[Category]()
    building = CodeOut[Building]()
    colour = ColourOut()
    thumbnail_url = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = (
            "id",
            "kind",
            "title",
            "category",
            "colour",
            "building",
            "happened_on",
            "happened_until",
            "thumbnail_url",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_thumbnail_url(self, post: Post) -> str | None:
        """The first thumbnail of a found thing; null if its category is sensitive or not masked."""
        is_shown = post.kind == Post.Kind.FOUND and not post.is_sensitive
        photos = post.safe_photos if is_shown else []
        return photos[0].thumbnail_url if photos else None


class ThingOut(PublicPostOut):
    """A found thing as the public sees it, with the office to contact."""

    office = CodeOut[Office]()

    class Meta:
        model = Post
        fields = (*PublicPostOut.Meta.fields, "status", "office")
        read_only_fields = fields


class CategoryOut(serializers.ModelSerializer[Category]):
    """A category; posts refer to it by its code."""

    class Meta:
        model = Category
        fields = ("code", "name_ko", "name_en", "is_sensitive", "photo_policy")


class FamilyOut(serializers.ModelSerializer[Family]):
    """Categories that people easily confuse."""

    categories = CategoryOut(many=True)

    class Meta:
        model = Family
        fields = ("code", "name_ko", "name_en", "categories")


class ColourNamesOut(serializers.Serializer[Any]):
    """A colour; posts refer to it by its code."""

    code = serializers.CharField(source="value")
    name_ko = serializers.SerializerMethodField()
    name_en = serializers.SerializerMethodField()

    def get_name_ko(self, colour: Colour) -> str:
        """The Korean name."""
        with translation.override("ko"):
            return str(colour.label)

    def get_name_en(self, colour: Colour) -> str:
        """The English name."""
        with translation.override("en"):
            return str(colour.label)


class BuildingOut(serializers.ModelSerializer[Building]):
    """A building; posts refer to it by its code."""

    class Meta:
        model = Building
        fields = ("code", "name_ko", "name_en")


class ZoneOut(serializers.ModelSerializer[Zone]):
    """Neighbouring buildings."""

    buildings = BuildingOut(many=True)

    class Meta:
        model = Zone
        fields = ("code", "name_ko", "name_en", "buildings")


class OfficeOut(serializers.ModelSerializer[Office]):
    """An office that keeps found things."""

    building = serializers.SlugRelatedField[Building](slug_field="code", read_only=True)

    class Meta:
        model = Office
        fields = ("code", "name_ko", "name_en", "building", "phone", "hours_ko", "hours_en")


class KeptAtOut(serializers.ModelSerializer[Post]):
    """Where a found thing is kept, for its owner."""

    office = OfficeOut(allow_null=True)
    kept_note = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = ("office", "kept_note")
        read_only_fields = fields

    @extend_schema_field(
        serializers.CharField(
            allow_blank=True,
            help_text=(
                "The finder's description of the place if no office keeps the thing. If both are "
                "empty, contact the office."
            ),
        )
    )
    def get_kept_note(self, post: Post) -> str:
        """Empty once an office keeps the thing: the finder's place no longer applies."""
        return "" if post.office else post.kept_note


class PlacesOut(serializers.Serializer[Any]):
    """All places that posts can refer to."""

    zones = ZoneOut(many=True)
    offices = OfficeOut(many=True)
