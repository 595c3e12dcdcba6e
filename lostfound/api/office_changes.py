"""What the office does to a post beside its words: photographs, closing, opening again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound import services
from lostfound.api.etags import require_match, told
from lostfound.api.office import INTAKE_PER_HOUR, MayHandlePosts, any_post, represent
from lostfound.api.posts import ETAG, IF_MATCH, person
from lostfound.api.problems import problems
from lostfound.api.serializers.office import OfficePostOut
from lostfound.api.serializers.posts import PhotoOrderIn
from lostfound.models import Post
from lostfound.throttles import WriteThrottle

ERRORS = problems(401, 403, 404, 409, 412)


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
        parameters=[IF_MATCH, ETAG],
        request=None,
        responses={200: OfficePostOut, **ERRORS},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Take anybody's post out of matching."""
        post, check = _changes_of(request, public_id)
        services.close_post(post, actor=person(request), check=check)
        return _told(public_id)


class ReopenOfficePostView(OfficeChange):
    """Look again."""

    @extend_schema(
        operation_id="office_posts_reopen",
        parameters=[IF_MATCH, ETAG],
        request=None,
        responses={200: OfficePostOut, **ERRORS},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Put a closed post back into matching."""
        post, check = _changes_of(request, public_id)
        services.reopen_post(post, actor=person(request), check=check)
        return _told(public_id)


class OfficePhotoOrderView(OfficeChange):
    """In which order the photographs of a post are shown."""

    @extend_schema(
        operation_id="office_posts_photos_order",
        parameters=[IF_MATCH, ETAG],
        request=PhotoOrderIn,
        responses={200: OfficePostOut, **ERRORS, **problems(400)},
    )
    def put(self, request: Request, public_id: UUID) -> Response:
        """Show these first, in this order; those not named follow as they were."""
        post, check = _changes_of(request, public_id)
        data = PhotoOrderIn(data=request.data, context={"post": post})
        data.is_valid(raise_exception=True)
        order: list[Any] = data.validated_data["photos"]
        services.edit_post(post, actor=person(request), fields={}, photo_order=order, check=check)
        return _told(public_id)


class OfficePhotoView(OfficeChange):
    """One photograph of a post."""

    @extend_schema(
        operation_id="office_posts_photos_delete",
        parameters=[IF_MATCH],
        responses={204: None, **ERRORS, **problems(400)},
    )
    def delete(self, request: Request, public_id: UUID, photo_id: UUID) -> Response:
        """Remove a photograph, such as one that shows somebody."""
        post, check = _changes_of(request, public_id)
        photo = get_object_or_404(post.photos, public_id=photo_id)
        services.edit_post(
            post, actor=person(request), fields={}, remove_photos=[photo], check=check
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _changes_of(request: Request, public_id: UUID) -> tuple[Post, Callable[[Post], None]]:
    post = any_post(public_id)
    return post, require_match(request, post, represent)


def _told(public_id: UUID) -> Response:
    return told(represent(any_post(public_id)))
