"""What everybody may know: found things, categories, places."""

from typing import Any

from django.utils import translation
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.posts import CodeOut, ColourOut
from lostfound.models import Building, Category, Colour, Family, Office, Post, Zone


class PublicPostOut(serializers.ModelSerializer[Post]):
    """What anybody may know of somebody else's post; never enough to claim the thing."""

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
            "thumbnail_url",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_thumbnail_url(self, post: Post) -> str | None:
        """The small photograph of a found thing that is not sensitive."""
        photos = list(post.photos.all())
        if not photos or post.is_sensitive or post.kind != Post.Kind.FOUND:
            return None
        return photos[0].thumbnail_url


class ThingOut(PublicPostOut):
    """A found thing as anybody may see it, with where to ask for it."""

    office = CodeOut[Office]()

    class Meta:
        model = Post
        fields = (*PublicPostOut.Meta.fields, "status", "office")
        read_only_fields = fields


class CategoryOut(serializers.ModelSerializer[Category]):
    """A leaf that a post may name by its code."""

    class Meta:
        model = Category
        fields = ("code", "name_ko", "name_en", "is_sensitive")


class FamilyOut(serializers.ModelSerializer[Family]):
    """Categories that people confuse with each other."""

    categories = CategoryOut(many=True)

    class Meta:
        model = Family
        fields = ("code", "name_ko", "name_en", "categories")


class ColourNamesOut(serializers.Serializer[Any]):
    """A colour that a post may name by its code."""

    code = serializers.CharField(source="value")
    name_ko = serializers.SerializerMethodField()
    name_en = serializers.SerializerMethodField()

    def get_name_ko(self, colour: Colour) -> str:
        """Its name in Korean."""
        with translation.override("ko"):
            return str(colour.label)

    def get_name_en(self, colour: Colour) -> str:
        """Its name in English."""
        with translation.override("en"):
            return str(colour.label)


class BuildingOut(serializers.ModelSerializer[Building]):
    """A building that a post may name by its code."""

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
    """A counter that keeps found things."""

    building = serializers.SlugRelatedField[Building](slug_field="code", read_only=True)

    class Meta:
        model = Office
        fields = ("code", "name_ko", "name_en", "building", "phone", "hours_ko", "hours_en")


class KeptAtOut(serializers.ModelSerializer[Post]):
    """Where a found thing is, for the person whose it is."""

    office = OfficeOut(allow_null=True)
    kept_note = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = ("office", "kept_note")
        read_only_fields = fields

    @extend_schema_field(
        serializers.CharField(
            allow_blank=True,
            help_text="The finder's own words, where no office keeps it. Neither: ask the office.",
        )
    )
    def get_kept_note(self, post: Post) -> str:
        """What an office keeps is no longer where its finder put it."""
        return "" if post.office else post.kept_note


class PlacesOut(serializers.Serializer[Any]):
    """Everything that a post may name as a place."""

    zones = ZoneOut(many=True)
    offices = OfficeOut(many=True)
