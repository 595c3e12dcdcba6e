"""Posts as the office reads and writes them."""

from rest_framework import serializers

from lostfound.api.serializers.posts import PostIn, PostOut, WithPhotosIn
from lostfound.models import Post, User
from lostfound.models.post import MAX_HIDDEN_CHARS


class OfficePostOut(PostOut):
    """A post as the office sees it."""

    author = serializers.SlugRelatedField[User](slug_field="username", read_only=True)
    public_title = serializers.CharField(help_text="The title that the public sees.")

    class Meta:
        model = Post
        fields = (*PostOut.Meta.fields, "author", "shelf", "hidden_facts", "public_title")
        read_only_fields = fields


class OfficeIntakeIn(PostIn):
    """A found thing handed in at the office."""

    shown = OfficePostOut.Meta.fields
    shelf = serializers.CharField(max_length=40, required=False, allow_blank=True)
    hidden_facts = serializers.CharField(
        max_length=MAX_HIDDEN_CHARS,
        required=False,
        allow_blank=True,
        help_text="What only the owner knows, one fact per line. Removed from the public title.",
    )


class OfficeIntakeWithPhotosIn(OfficeIntakeIn, WithPhotosIn):
    """A found thing and its photographs."""
