"""The person, what they were told, and where they are signed in."""

from typing import Any

from allauth.usersessions.models import UserSession
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.campus import KeptAtOut
from lostfound.api.serializers.known_fields import KnownFieldsOnly
from lostfound.api.serializers.posts import PostOut
from lostfound.models import DeletedPost, Notification, Office, Post, User
from lostfound.text.notifications import advice, headline, place_of
from lostfound.text.user_agents import device_name


class NotificationOut(serializers.ModelSerializer[Notification]):
    """What a person was told about one of their posts."""

    post = serializers.SlugRelatedField[Post](slug_field="public_id", read_only=True)
    title = serializers.CharField(source="post.title", help_text="Of the person's own post.")
    message = serializers.SerializerMethodField()
    advice = serializers.SerializerMethodField()
    kept_at = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = (
            *("id", "kind", "title", "message", "advice", "kept_at", "post", "created_at"),
            "read_at",
        )

    def get_message(self, notification: Notification) -> str:
        """What has happened, in one line."""
        return headline(notification)

    def get_advice(self, notification: Notification) -> str:
        """What that means for the person, and where to go."""
        return advice(notification)

    @extend_schema_field(KeptAtOut(allow_null=True))
    def get_kept_at(self, notification: Notification) -> Any:
        """Where the thing waits, for the person who lost it; else null."""
        kept = place_of(notification)
        return KeptAtOut(kept).data if kept else None


class NotificationChoiceOut(KnownFieldsOnly):
    """How the person is told of one kind of message."""

    kind = serializers.ChoiceField(choices=Notification.Kind.choices)
    in_app = serializers.BooleanField()
    by_email = serializers.BooleanField()


class MeOut(serializers.ModelSerializer[User]):
    """The person behind the token."""

    office = serializers.SlugRelatedField[Office](
        slug_field="code",
        read_only=True,
        allow_null=True,
        help_text="Where a member of staff works; null for students and who works for all.",
    )

    class Meta:
        model = User
        fields = ("username", "email", "language", "wants_email", "is_staff", "office")


class MeIn(KnownFieldsOnly, serializers.ModelSerializer[User]):
    """What a person may change about how they are spoken to."""

    shown = MeOut.Meta.fields

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
    """What of the person's own has changed: at most 100 posts, deletions and messages."""

    posts = PostOut(many=True)
    deleted = DeletedOut(many=True)
    notifications = NotificationOut(many=True, help_text="New ones, and those that were read.")
    synced_at = serializers.DateTimeField(
        allow_null=True,
        help_text=(
            "Send it as updated_since next time. It lies 60 seconds back, so that nothing is "
            "missed that was being saved; null while there is more."
        ),
    )
    has_more = serializers.BooleanField(help_text="Ask again at once, with cursor.")
    cursor = serializers.CharField(
        allow_null=True, help_text="Where to go on; null where there is no more."
    )
