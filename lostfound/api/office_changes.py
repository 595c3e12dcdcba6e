"""What the office does to a post beside its words: photographs, closing, opening again."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound import services
from lostfound.api.office import INTAKE_PER_HOUR, MayHandlePosts, any_post
from lostfound.api.posts import person
from lostfound.api.problems import problems
from lostfound.api.serializers.office import OfficePostOut
from lostfound.api.serializers.posts import PhotoOrderIn
from lostfound.throttles import WriteThrottle

ERRORS = problems(401, 403, 404, 429)


class MayChangePosts(MayHandlePosts):
    """As for a change of words, whatever the method."""

    needed = {"POST": "change"}


class OfficeChange(APIView):
    """Who may change, and how often; services refuse what lies at another office."""

    permission_classes = (MayChangePosts,)
    throttle_classes = (WriteThrottle,)
    throttle_scope = "office"
    throttle_limit = INTAKE_PER_HOUR


class CloseOfficePostView(OfficeChange):
    """Nobody looks any more."""

    @extend_schema(
        operation_id="office_posts_close",
        request=None,
        responses={200: OfficePostOut, **ERRORS, **problems(409)},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Take anybody's post out of matching."""
        services.close_post(any_post(public_id), actor=person(request))
        return _told(public_id)


class ReopenOfficePostView(OfficeChange):
    """Look again."""

    @extend_schema(
        operation_id="office_posts_reopen",
        request=None,
        responses={200: OfficePostOut, **ERRORS, **problems(409)},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Put a closed post back into matching."""
        services.reopen_post(any_post(public_id), actor=person(request))
        return _told(public_id)


class OfficePhotoOrderView(OfficeChange):
    """In which order the photographs of a post are shown."""

    @extend_schema(
        operation_id="office_posts_photos_order",
        request=PhotoOrderIn,
        responses={200: OfficePostOut, **ERRORS, **problems(400)},
    )
    def put(self, request: Request, public_id: UUID) -> Response:
        """Show these first, in this order; those not named follow as they were."""
        post = any_post(public_id)
        data = PhotoOrderIn(data=request.data, context={"post": post})
        data.is_valid(raise_exception=True)
        order: list[Any] = data.validated_data["photos"]
        services.edit_post(post, actor=person(request), fields={}, photo_order=order)
        return _told(public_id)


class OfficePhotoView(OfficeChange):
    """One photograph of a post."""

    @extend_schema(
        operation_id="office_posts_photos_delete",
        responses={204: None, **ERRORS, **problems(400)},
    )
    def delete(self, request: Request, public_id: UUID, photo_id: UUID) -> Response:
        """Remove a photograph, such as one that shows somebody."""
        post = any_post(public_id)
        photo = get_object_or_404(post.photos, public_id=photo_id)
        services.edit_post(post, actor=person(request), fields={}, remove_photos=[photo])
        return Response(status=status.HTTP_204_NO_CONTENT)


def _told(public_id: UUID) -> Response:
    return Response(OfficePostOut(any_post(public_id)).data)
