"""Posts as the office reads and writes them."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.posts import PostIn, PostOut, WithPhotosIn
from lostfound.models import Item, Post, User
from lostfound.models.post import MAX_HIDDEN_CHARS


class OfficePostOut(PostOut):
    """A post as the office sees it."""

    author = serializers.SlugRelatedField[User](slug_field="username", read_only=True)
    public_title = serializers.CharField(help_text="The title that the public sees.")
    code = serializers.SerializerMethodField(help_text="Of the thing's label; empty without one.")
    state = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = (
            *PostOut.Meta.fields,
            *("author", "shelf", "hidden_facts", "public_title", "code", "state"),
        )
        read_only_fields = fields

    def get_code(self, post: Post) -> str:
        """As printed on its label."""
        return post.kept_item.shown_code if post.kept_item else ""

    @extend_schema_field(serializers.ChoiceField(choices=Item.State.choices, allow_blank=True))
    def get_state(self, post: Post) -> str:
        """The state of the thing; empty if no office expects it."""
        return post.kept_item.state if post.kept_item else ""


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
