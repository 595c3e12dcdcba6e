"""What the office does to a post beside its words: photographs, closing, opening again."""

from drf_spectacular.utils import extend_schema, extend_schema_view

from lostfound.api.office import MayHandlePosts, OfficePost
from lostfound.api.post_operations import (
    ETAG,
    IF_MATCH,
    Closing,
    PhotoOrdering,
    PhotoRemoval,
    Reopening,
)
from lostfound.api.problems import problems
from lostfound.api.serializers.office import OfficePostOut
from lostfound.api.serializers.posts import PhotoOrderIn

ERRORS = problems(401, 403, 404, 409, 412)


class MayChangePosts(MayHandlePosts):
    """As for a change of words, whatever the method."""

    needed = {"POST": "change"}


class OfficeChange(OfficePost):
    """The door for those who may change."""

    permission_classes = (MayChangePosts,)


@extend_schema_view(
    post=extend_schema(
        operation_id="office_posts_close",
        description="Take anybody's post out of matching; may be sent again.",
        parameters=[IF_MATCH, ETAG],
        request=None,
        responses={200: OfficePostOut, **ERRORS},
    )
)
class CloseOfficePostView(Closing, OfficeChange):
    """Nobody looks any more."""


@extend_schema_view(
    post=extend_schema(
        operation_id="office_posts_reopen",
        parameters=[IF_MATCH, ETAG],
        request=None,
        responses={200: OfficePostOut, **ERRORS},
    )
)
class ReopenOfficePostView(Reopening, OfficeChange):
    """Look again."""


@extend_schema_view(
    put=extend_schema(
        operation_id="office_posts_photos_order",
        parameters=[IF_MATCH, ETAG],
        request=PhotoOrderIn,
        responses={200: OfficePostOut, **ERRORS, **problems(400)},
    )
)
class OfficePhotoOrderView(PhotoOrdering, OfficeChange):
    """In which order the photographs of a post are shown."""


@extend_schema_view(
    delete=extend_schema(
        operation_id="office_posts_photos_delete",
        description="Remove a photograph, such as one that shows somebody.",
        parameters=[IF_MATCH],
        responses={204: None, **ERRORS, **problems(400)},
    )
)
class OfficePhotoView(PhotoRemoval, OfficeChange):
    """One photograph of a post."""
