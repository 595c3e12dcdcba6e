"""What goes in and out of the people's side of the API."""

from typing import Any, TypeVar

from allauth.usersessions.models import UserSession
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.devices import device_name
from lostfound.models import (
    Building,
    Category,
    Colour,
    DeletedPost,
    Family,
    Notification,
    Office,
    Photo,
    Post,
    User,
    Zone,
)
from lostfound.models.post import MAX_DESCRIPTION_CHARS, MAX_HIDDEN_CHARS
from lostfound.photos import FULL_EDGE_PX, MAX_PHOTOS

Coded = TypeVar("Coded", Category, Building, Office)


class CodeOut(serializers.SlugRelatedField[Coded]):
    """The code of what a post names; null where it names none."""

    def __init__(self) -> None:
        super().__init__(slug_field="code", read_only=True, allow_null=True)


class ColourOut(serializers.ChoiceField):
    """The code of a colour; empty where none is known."""

    def __init__(self) -> None:
        super().__init__(choices=Colour.choices, allow_blank=True)


class PhotoOut(serializers.ModelSerializer[Photo]):
    """A photograph of the author's own post."""

    id = serializers.UUIDField(source="public_id")
    full_url = serializers.CharField()
    thumbnail_url = serializers.CharField()
    # Its bounds are ours, not those of whichever database draws the schema.
    width_px = serializers.IntegerField(min_value=1, max_value=FULL_EDGE_PX)
    height_px = serializers.IntegerField(min_value=1, max_value=FULL_EDGE_PX)

    class Meta:
        model = Photo
        fields = ("id", "full_url", "thumbnail_url", "width_px", "height_px")


class PostOut(serializers.ModelSerializer[Post]):
    """A post as its author sees it."""

    id = serializers.UUIDField(source="public_id")
    category = CodeOut[Category]()
    building = CodeOut[Building]()
    office = CodeOut[Office]()
    colour = ColourOut()
    photos = PhotoOut(many=True)

    class Meta:
        model = Post
        fields = (
            "id",
            "kind",
            "status",
            "title",
            "description",
            "category",
            "colour",
            "building",
            "place_note",
            "happened_on",
            "office",
            "kept_note",
            "photos",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


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


class OfficePostOut(PostOut):
    """A post as the office sees it."""

    author = serializers.SlugRelatedField[User](slug_field="username", read_only=True)
    public_title = serializers.CharField(help_text="The title as the public reads it.")

    class Meta:
        model = Post
        fields = (*PostOut.Meta.fields, "author", "shelf", "hidden_facts", "public_title")
        read_only_fields = fields


class PostIn(serializers.Serializer[Any]):
    """What a client may say about a post; everything else it sends changes nothing."""

    title = serializers.CharField(min_length=2, max_length=100)
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
    happened_on = serializers.DateField(required=False)
    office = serializers.SlugRelatedField(
        slug_field="code",
        queryset=Office.objects.filter(is_active=True),
        required=False,
        allow_null=True,
        help_text="Found things: the office that keeps it. Either this or kept_note is required.",
    )
    kept_note = serializers.CharField(max_length=200, required=False, allow_blank=True)

    def validate_happened_on(self, day: Any) -> Any:
        """A thing cannot have been lost tomorrow."""
        if day > timezone.localdate():
            raise serializers.ValidationError(_("This day lies in the future."), code="future")
        return day

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Whoever lost a found thing must be told where to go."""
        post: Post | None = self.context.get("post")
        kind = post.kind if post else attrs.get("kind", self.context.get("kind"))
        touched = not post or {"office", "kept_note"} & attrs.keys()
        if kind == Post.Kind.FOUND and touched:
            office = attrs.get("office", post.office if post else None)
            note = attrs.get("kept_note", post.kept_note if post else "")
            if not office and not note:
                message = _("Please choose the office, or write where the thing is kept.")
                raise serializers.ValidationError({"office": [message]}, code="required")
        return attrs


class WithPhotosIn(serializers.Serializer[Any]):
    """Photographs that travel with words as multipart/form-data."""

    photos = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, use_url=False),
        required=False,
        max_length=MAX_PHOTOS,
        help_text="0 to 5 photographs, each at most 10 MB: JPEG, PNG, WebP, HEIC or AVIF.",
    )


class NewPostIn(PostIn):
    """A new post."""

    kind = serializers.ChoiceField(choices=Post.Kind.choices)


class NewPostWithPhotosIn(NewPostIn, WithPhotosIn):
    """A new post and its photographs."""


class PhotosIn(serializers.Serializer[Any]):
    """Photographs to add to a post."""

    photos = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, use_url=False),
        min_length=1,
        max_length=MAX_PHOTOS,
    )


class PhotoOrderIn(serializers.Serializer[Any]):
    """Photographs of a post in the order in which they are to be shown."""

    photos = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MAX_PHOTOS
    )


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


class PlacesOut(serializers.Serializer[Any]):
    """Everything that a post may name as a place."""

    zones = ZoneOut(many=True)
    offices = OfficeOut(many=True)


class NotificationOut(serializers.ModelSerializer[Notification]):
    """What a person was told about one of their posts."""

    post = serializers.SlugRelatedField[Post](slug_field="public_id", read_only=True)
    message = serializers.CharField(source="get_kind_display")

    class Meta:
        model = Notification
        fields = ("id", "kind", "message", "post", "created_at", "read_at")


class NotificationChoiceOut(serializers.Serializer[Any]):
    """How the person is told of one kind of message."""

    kind = serializers.ChoiceField(choices=Notification.Kind.choices)
    in_app = serializers.BooleanField()
    by_email = serializers.BooleanField()


class MeIn(serializers.ModelSerializer[User]):
    """What a person may change about how they are spoken to."""

    class Meta:
        model = User
        fields = ("language", "wants_email")


class DeviceOut(serializers.ModelSerializer[UserSession]):
    """A place where the person is signed in."""

    name = serializers.SerializerMethodField()
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = UserSession
        fields = ("id", "name", "ip", "created_at", "last_seen_at", "is_current")
        read_only_fields = fields

    def get_name(self, row: UserSession) -> str:
        """Browser or app, and system."""
        return device_name(row.user_agent)

    def get_is_current(self, row: UserSession) -> bool:
        """Whether this request comes from there."""
        return bool(row.session_key == self.context["session_key"])


class DeletedOut(serializers.ModelSerializer[DeletedPost]):
    """A post that is gone."""

    id = serializers.UUIDField(source="public_id")

    class Meta:
        model = DeletedPost
        fields = ("id", "deleted_at")


class SyncOut(serializers.Serializer[Any]):
    """Everything of the person's own that has changed."""

    posts = PostOut(many=True)
    deleted = DeletedOut(many=True)
    notifications = NotificationOut(many=True)
    synced_at = serializers.DateTimeField(help_text="Send it as updated_since next time.")
    has_more = serializers.BooleanField(help_text="Ask again at once, with synced_at.")


class OfficeIntakeIn(PostIn):
    """A found thing that is handed in at the counter."""

    shelf = serializers.CharField(max_length=40, required=False, allow_blank=True)
    hidden_facts = serializers.CharField(
        max_length=MAX_HIDDEN_CHARS,
        required=False,
        allow_blank=True,
        help_text="One to a line: what only the owner knows. Taken out of the public title.",
    )


class OfficeIntakeWithPhotosIn(OfficeIntakeIn, WithPhotosIn):
    """A found thing and its photographs."""


class MeOut(serializers.ModelSerializer[User]):
    """The person behind the token."""

    class Meta:
        model = User
        fields = ("username", "email", "language", "wants_email", "is_staff")
