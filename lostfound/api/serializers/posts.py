"""A person's own posts."""

from collections.abc import Collection
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from lostfound.api.serializers.known_fields import KnownFieldsOnly
from lostfound.media.processing import FULL_EDGE_PX, MAX_PHOTOS
from lostfound.models import Building, Category, Colour, Office, Photo, Post, StoredPhoto
from lostfound.models.post import MAX_DESCRIPTION_CHARS
from lostfound.services.post_fields import refuse_future, refuse_long_ago
from lostfound.services.post_photos import too_many

Coded = TypeVar("Coded", Category, Building, Office)


class CodeOut(serializers.SlugRelatedField[Coded]):
    """The code of a related row; null if there is none."""

    def __init__(self) -> None:
        super().__init__(slug_field="code", read_only=True, allow_null=True)


class ColourOut(serializers.ChoiceField):
    """The code of a colour; empty if unknown."""

    def __init__(self) -> None:
        super().__init__(choices=Colour.choices, allow_blank=True)


class StoredPhotoOut(serializers.ModelSerializer[StoredPhoto]):
    """Any photograph, with the addresses of both sizes."""

    id = serializers.UUIDField(source="public_id")
    full_url = serializers.CharField()
    thumbnail_url = serializers.CharField()
    # Explicit bounds: the defaults depend on the database that the schema is generated with.
    width_px = serializers.IntegerField(min_value=1, max_value=FULL_EDGE_PX)
    height_px = serializers.IntegerField(min_value=1, max_value=FULL_EDGE_PX)

    class Meta:
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "full_url", "thumbnail_url", "width_px", "height_px"),
        )


class PhotoOut(StoredPhotoOut):
    """A photograph of the author's own post."""

    class Meta(StoredPhotoOut.Meta):
        model = Photo


class PostOut(serializers.ModelSerializer[Post]):
    """A post as its author sees it."""

    id = serializers.UUIDField(source="public_id")
    number = serializers.CharField(help_text="For paper and the telephone, such as LF-12.")
    category = CodeOut[Category]()
    building = CodeOut[Building]()
    office = CodeOut[Office]()
    colour = ColourOut()
    photos = PhotoOut(many=True)

    class Meta:
        model = Post
        fields = (
            "id",
            "number",
            "kind",
            "status",
            "title",
            "description",
            "category",
            "colour",
            "building",
            "place_note",
            "happened_on",
            "happened_until",
            "office",
            "kept_note",
            "photos",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class PostIn(KnownFieldsOnly):
    """The fields of a post that a client may set; read-only fields are ignored."""

    shown: ClassVar[Collection[str]] = PostOut.Meta.fields
    title = serializers.CharField(max_length=100)
    description = serializers.CharField(
        max_length=MAX_DESCRIPTION_CHARS, required=False, allow_blank=True
    )
    category = serializers.SlugRelatedField(
        slug_field="code",
        queryset=Category.objects.filter(is_active=True),
        required=False,
        allow_null=True,
    )
    colour = serializers.ChoiceField(choices=Colour.choices, required=False, allow_blank=True)
    building = serializers.SlugRelatedField(
        slug_field="code",
        queryset=Building.objects.filter(is_active=True),
        required=False,
        allow_null=True,
    )
    place_note = serializers.CharField(max_length=200, required=False, allow_blank=True)
    happened_on = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="The day it was lost or found. A new found post without it means today; for a "
        "loss, null or nothing means that the day is not known.",
    )
    happened_until = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="The last day of a loss that may have been on several days, from happened_on "
        "on. Ignored for found posts.",
    )
    office = serializers.SlugRelatedField(
        slug_field="code",
        queryset=Office.objects.filter(is_active=True),
        required=False,
        allow_null=True,
        help_text="The office that keeps a found thing, which needs either this or kept_note.",
    )
    kept_note = serializers.CharField(max_length=200, required=False, allow_blank=True)

    def validate_happened_on(self, day: Any) -> Any:
        """Refuse days in the future or years ago."""
        return self._plausible("happened_on", day)

    def validate_happened_until(self, day: Any) -> Any:
        """Refuse days in the future or years ago."""
        return self._plausible("happened_until", day)

    def _plausible(self, name: str, day: Any) -> Any:
        post: Post | None = self.context.get("post")
        if post is None or day != getattr(post, name):
            try:
                refuse_future(day, name)
                refuse_long_ago(day, name)
            except ValidationError as error:
                raise ValidationError(error.error_dict[name]) from error
        return day

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a change of kind, and a found thing without a place where it is kept."""
        post: Post | None = self.context.get("post")
        kind = post.kind if post else attrs.get("kind", self.context.get("kind"))
        self._refuse_another_kind(kind)
        if post is None and kind == Post.Kind.LOST:
            attrs.setdefault("happened_on", None)  # nothing is assumed about a loss
        touched = not post or {"office", "kept_note"} & attrs.keys()
        if kind == Post.Kind.FOUND and touched:
            office = attrs.get("office", post.office if post else None)
            note = attrs.get("kept_note", post.kept_note if post else "")
            if not office and not note:
                message = _("Please choose an office, or describe where the thing is kept.")
                raise serializers.ValidationError({"office": [message]}, code="required")
        return attrs

    def _refuse_another_kind(self, kind: Any) -> None:
        """A read-only kind may be sent back unchanged; a different one is an error.

        Raises: ValidationError
        """
        if "kind" in self.fields or self.initial_data.get("kind", kind) == kind:
            return
        message = (
            gettext("A post cannot change between lost and found. Please create a new one instead.")
            if "post" in self.context
            else gettext("Only found things can be taken in.")
        )
        raise serializers.ValidationError({"kind": [message]}, code="fixed")


class AtMostFive(MaxLengthValidator):
    """Limits the number of photographs, with the same message as everywhere else."""

    def __call__(self, value: Any) -> None:
        """See Django.

        Raises: ValidationError
        """
        if len(value) > self.limit_value:
            raise too_many()


class WithPhotosIn(KnownFieldsOnly):
    """Photographs that are sent together with fields as multipart/form-data."""

    photos = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, use_url=False),
        required=False,
        validators=[AtMostFive(MAX_PHOTOS)],
        help_text="0 to 5 photographs, each at most 10 MB: JPEG, PNG, WebP, HEIC or AVIF.",
    )


class NewPostIn(PostIn):
    """A new post."""

    kind = serializers.ChoiceField(choices=Post.Kind.choices)


class NewPostWithPhotosIn(NewPostIn, WithPhotosIn):
    """A new post and its photographs."""


class PhotosIn(KnownFieldsOnly):
    """Photographs to add to a post."""

    photos = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, use_url=False),
        min_length=1,
        validators=[AtMostFive(MAX_PHOTOS)],
    )


class PhotoOrderIn(KnownFieldsOnly):
    """The photographs of a post in their new display order."""

    photos = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MAX_PHOTOS
    )

    def validate_photos(self, ids: list[UUID]) -> list[Any]:
        """The photographs of the context's post, each listed once."""
        post: Post = self.context["post"]
        rows = {photo.public_id: photo for photo in post.photos.all()}
        if not rows.keys() >= set(ids):
            message = gettext("This photograph is no longer here.")
            raise serializers.ValidationError([message], code="unknown")
        if len(set(ids)) < len(ids):
            message = gettext("The same photograph is listed twice.")
            raise serializers.ValidationError([message], code="repeated")
        return [rows[one] for one in ids]
