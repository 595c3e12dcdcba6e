"""The photographs of a person's own posts over the API: added, put in order, removed."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound import services
from lostfound.api.parsers import MultiPartParser
from lostfound.api.posts import (
    ERRORS,
    ETAG,
    IF_MATCH,
    changes_of_own_post,
    own_post_told,
    person,
)
from lostfound.api.problems import problems
from lostfound.api.serializers.posts import PhotoOrderIn, PhotosIn, PostOut
from lostfound.throttles import WriteThrottle

REFUSED = {**ERRORS, **problems(404, 409, 412)}


class PostPhotosView(APIView):
    """The photographs of a post."""

    parser_classes = (MultiPartParser,)
    throttle_classes = (WriteThrottle,)
    throttle_scope = "edit"

    @extend_schema(
        operation_id="posts_photos_add",
        parameters=[IF_MATCH, ETAG],
        request={"multipart/form-data": PhotosIn},
        responses={200: PostOut, **REFUSED},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Add photographs, up to five in all; one that the post has already is not added again."""
        post, check = changes_of_own_post(request, public_id)
        data = PhotosIn(data=request.data)
        data.is_valid(raise_exception=True)
        photos = data.validated_data["photos"]
        services.edit_post(post, actor=person(request), fields={}, add_photos=photos, check=check)
        return own_post_told(request, public_id)


class PhotoOrderView(APIView):
    """In which order the photographs of a post are shown."""

    throttle_classes = (WriteThrottle,)
    throttle_scope = "edit"

    @extend_schema(
        operation_id="posts_photos_order",
        parameters=[IF_MATCH, ETAG],
        request=PhotoOrderIn,
        responses={200: PostOut, **REFUSED},
    )
    def put(self, request: Request, public_id: UUID) -> Response:
        """Show these first, in this order; those not named follow as they were."""
        post, check = changes_of_own_post(request, public_id)
        data = PhotoOrderIn(data=request.data, context={"post": post})
        data.is_valid(raise_exception=True)
        order = data.validated_data["photos"]
        services.edit_post(post, actor=person(request), fields={}, photo_order=order, check=check)
        return own_post_told(request, public_id)


class PostPhotoView(APIView):
    """One photograph of a post."""

    throttle_classes = (WriteThrottle,)
    throttle_scope = "edit"

    @extend_schema(
        operation_id="posts_photos_delete",
        parameters=[IF_MATCH],
        responses={204: None, **REFUSED},
    )
    def delete(self, request: Request, public_id: UUID, photo_id: UUID) -> Response:
        """Remove a photograph."""
        post, check = changes_of_own_post(request, public_id)
        photo = get_object_or_404(post.photos, public_id=photo_id)
        removed = [photo]
        services.edit_post(
            post, actor=person(request), fields={}, remove_photos=removed, check=check
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
