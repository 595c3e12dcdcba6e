"""The signed-in person, their notifications and devices, and synchronization."""

from typing import Any

from allauth.usersessions.models import UserSession
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.campus import KeptAtOut
from lostfound.api.serializers.known_fields import KnownFieldsOnly
from lostfound.api.serializers.posts import PostOut
from lostfound.forms.account import refuse_unconfirmed
from lostfound.models import DeletedPost, Notification, Office, OwnershipClaim, Post, User
from lostfound.text.notifications import advice, headline, place_of
from lostfound.text.user_agents import device_name


class NotificationOut(serializers.ModelSerializer[Notification]):
    """A notification about one of the person's posts."""

    post = serializers.SlugRelatedField[Post](slug_field="public_id", read_only=True)
    title = serializers.SerializerMethodField(help_text="Of the person's post, or a claimed thing.")
    claim = serializers.SlugRelatedField[OwnershipClaim](
        slug_field="public_id", read_only=True, allow_null=True
    )
    message = serializers.SerializerMethodField()
    advice = serializers.SerializerMethodField()
    kept_at = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = (
            *("id", "kind", "title", "message", "advice", "kept_at", "post", "claim"),
            *("created_at", "read_at"),
        )

    def get_title(self, notification: Notification) -> str:
        """A claimant only ever sees the public title."""
        post = notification.post
        return post.public_title if notification.claim_id is not None else post.title

    def get_message(self, notification: Notification) -> str:
        """What has happened, on one line."""
        return headline(notification)

    def get_advice(self, notification: Notification) -> str:
        """What that means for the person, and where to go."""
        return advice(notification)

    @extend_schema_field(KeptAtOut(allow_null=True))
    def get_kept_at(self, notification: Notification) -> Any:
        """Where the thing is kept, for the person who lost it; null otherwise."""
        kept = place_of(notification)
        return KeptAtOut(kept).data if kept else None


class NotificationChoiceOut(KnownFieldsOnly):
    """Whether the person wants one kind of notification, in the app and by e-mail."""

    kind = serializers.ChoiceField(choices=Notification.Kind.choices)
    in_app = serializers.BooleanField()
    by_email = serializers.BooleanField()


class MeOut(serializers.ModelSerializer[User]):
    """The signed-in person."""

    office = serializers.SlugRelatedField[Office](
        slug_field="code",
        read_only=True,
        allow_null=True,
        help_text="The office of a staff member; null for students and for staff of all offices.",
    )

    class Meta:
        model = User
        fields = ("username", "email", "language", "wants_email", "is_staff", "office")


class MeIn(KnownFieldsOnly, serializers.ModelSerializer[User]):
    """The settings that a person may change."""

    shown = MeOut.Meta.fields

    class Meta:
        model = User
        fields = ("language", "wants_email")


class OwnDataOut(serializers.Serializer[Any]):
    """Everything that is stored of a person."""

    person = serializers.DictField()
    posts = serializers.ListField(child=serializers.DictField())
    claims = serializers.ListField(child=serializers.DictField())
    receipts = serializers.ListField(child=serializers.DictField())
    notifications = serializers.ListField(child=serializers.DictField())
    notification_choices = serializers.ListField(child=serializers.DictField())
    consents = serializers.ListField(child=serializers.DictField())
    devices = serializers.ListField(child=serializers.DictField())


class DeleteMeIn(KnownFieldsOnly):
    """The confirmation with which a person deletes their account."""

    confirmation = serializers.CharField(
        max_length=200,
        trim_whitespace=False,
        help_text="The password; the user name of somebody who signs in without one.",
    )

    def validate_confirmation(self, given: str) -> str:
        """Raises: ValidationError"""
        refuse_unconfirmed(self.context["person"], given)
        return given


class DeviceOut(serializers.ModelSerializer[UserSession]):
    """A browser or app where the person is signed in."""

    name = serializers.SerializerMethodField()
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = UserSession
        fields = ("id", "name", "ip", "created_at", "last_seen_at", "is_current")
        read_only_fields = fields

    def get_name(self, row: UserSession) -> str:
        """Browser or app, and operating system."""
        return device_name(row.user_agent)

    def get_is_current(self, row: UserSession) -> bool:
        """Whether this request comes from this device."""
        return bool(row.session_key == self.context["session_key"])


class DeletedOut(serializers.ModelSerializer[DeletedPost]):
    """A deleted post."""

    id = serializers.UUIDField(source="public_id")

    class Meta:
        model = DeletedPost
        fields = ("id", "deleted_at")


class SyncOut(serializers.Serializer[Any]):
    """The person's changes: at most 100 posts, deletions and notifications."""

    posts = PostOut(many=True)
    deleted = DeletedOut(many=True)
    notifications = NotificationOut(many=True, help_text="New ones, and those read since.")
    synced_at = serializers.DateTimeField(
        allow_null=True,
        help_text=(
            "Send it as updated_since next time. It is 60 seconds early, so that nothing is missed "
            "that was being saved. Null while there is more."
        ),
    )
    has_more = serializers.BooleanField(help_text="If true, continue at once with cursor.")
    cursor = serializers.CharField(
        allow_null=True, help_text="Where to continue; null if there is no more."
    )
