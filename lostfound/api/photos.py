"""The photographs of a person's own posts over the API: add, reorder, remove."""

from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from lostfound.api.parsers import MultiPartParser
from lostfound.api.post_operations import ETAG, IF_MATCH, PhotoOrdering, PhotoRemoval
from lostfound.api.posts import CHANGE_ERRORS, OwnPost
from lostfound.api.serializers.posts import PhotoOrderIn, PhotosIn, PostOut


class PostPhotosView(OwnPost):
    """The photographs of a post."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="posts_photos_add",
        parameters=[IF_MATCH, ETAG],
        request={"multipart/form-data": PhotosIn},
        responses={200: PostOut, **CHANGE_ERRORS},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Add photographs, up to five in all. A photograph that the post already has is skipped."""
        post = self.unchanged(public_id)
        data = PhotosIn(data=request.data)
        data.is_valid(raise_exception=True)
        self.edit(post, fields={}, add_photos=data.validated_data["photos"])
        return self.current(public_id)


@extend_schema_view(
    put=extend_schema(
        operation_id="posts_photos_order",
        parameters=[IF_MATCH, ETAG],
        request=PhotoOrderIn,
        responses={200: PostOut, **CHANGE_ERRORS},
    )
)
class PhotoOrderView(PhotoOrdering, OwnPost):
    """The display order of a post's photographs."""


@extend_schema_view(
    delete=extend_schema(
        operation_id="posts_photos_delete",
        parameters=[IF_MATCH],
        responses={204: None, **CHANGE_ERRORS},
    )
)
class PostPhotoView(PhotoRemoval, OwnPost):
    """One photograph of a post."""
