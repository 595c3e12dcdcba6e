"""The office's operations on a post apart from its fields: photographs, closing, reopening."""

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
    """The permission to change posts, whatever the method."""

    needed = {"POST": "change"}


class OfficeChange(OfficePost):
    """Base of the office's views that change a post."""

    permission_classes = (MayChangePosts,)


@extend_schema_view(
    post=extend_schema(
        operation_id="office_posts_close",
        description="Take a post out of matching. Closing a closed post returns it unchanged.",
        parameters=[IF_MATCH, ETAG],
        request=None,
        responses={200: OfficePostOut, **ERRORS},
    )
)
class CloseOfficePostView(Closing, OfficeChange):
    """Close any post."""


@extend_schema_view(
    post=extend_schema(
        operation_id="office_posts_reopen",
        parameters=[IF_MATCH, ETAG],
        request=None,
        responses={200: OfficePostOut, **ERRORS},
    )
)
class ReopenOfficePostView(Reopening, OfficeChange):
    """Reopen any post."""


@extend_schema_view(
    put=extend_schema(
        operation_id="office_posts_photos_order",
        parameters=[IF_MATCH, ETAG],
        request=PhotoOrderIn,
        responses={200: OfficePostOut, **ERRORS, **problems(400)},
    )
)
class OfficePhotoOrderView(PhotoOrdering, OfficeChange):
    """The display order of a post's photographs."""


@extend_schema_view(
    delete=extend_schema(
        operation_id="office_posts_photos_delete",
        description="Remove a photograph, for example one that shows a person.",
        parameters=[IF_MATCH],
        responses={204: None, **ERRORS, **problems(400)},
    )
)
class OfficePhotoView(PhotoRemoval, OfficeChange):
    """One photograph of a post."""
