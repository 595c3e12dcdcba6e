"""What is done to one post over the API, whoever does it: the person at their own, or the office.

An operation (`Closing`, `Reopening`, ...) says what happens; the door that a view has beside it
(`posts.OwnPost`, `office.OfficePost`) says whose posts it reaches, and how they are answered.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, cast
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from lostfound import services
from lostfound.api.etags import match_required, told
from lostfound.api.serializers.posts import PhotoOrderIn
from lostfound.infra.rate_limits import AttemptThrottle, count_saved
from lostfound.models import Post, User

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that was read: a post that has changed since is not overwritten (412).",
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="Of the post as it is now, for If-Match.",
)


def person(request: Request) -> User:
    """Who is signed in; the permission classes let nobody else through."""
    return cast(User, request.user)


class OnePost(APIView):
    """One post, read and changed through one of the doors."""

    throttle_classes = (AttemptThrottle,)
    answered_by: ClassVar[type[BaseSerializer[Any]]]

    def found(self, public_id: UUID) -> Post:
        """The post as this door reaches it.

        Raises: Http404
        """
        raise NotImplementedError

    def represent(self, post: Post) -> Any:
        """What a GET of the post answers."""
        return self.answered_by(post).data

    def told(self, public_id: UUID) -> Response:
        """Answer with the post as it is now, and its ETag."""
        return told(self.represent(self.found(public_id)))

    def changed(self, public_id: UUID) -> tuple[Post, Callable[[Post], None]]:
        """The post, and the check of If-Match to make once more under its lock.

        Raises: Http404, PreconditionFailed
        """
        post = self.found(public_id)
        check = match_required(self.request, self.represent)
        check(post)
        return post, check

    def moved(self, public_id: UUID, move: Callable[..., Post]) -> Response:
        """Close or reopen; sent again, as after a lost answer, it is answered as the first time.

        Also under the If-Match of the first time (RFC 9110, 13.1.1): nothing is overwritten.

        Raises: Http404, PreconditionFailed, TransitionRefused, LimitReached
        """
        post, check = self.found(public_id), match_required(self.request, self.represent)
        with suppress(services.AlreadySo):
            move(post, actor=person(self.request), check=check, before_saving=self.count)
        return self.told(public_id)

    def count(self) -> None:
        """What is saved is counted as it is saved: handed to the service that saves it.

        Raises: LimitReached
        """
        count_saved(self.request, self)


class Closing(OnePost):
    """Stop looking."""

    def post(self, request: Request, public_id: UUID) -> Response:
        """Take a post out of matching; one that is closed already is answered as it is."""
        return self.moved(public_id, services.close_post)


class Reopening(OnePost):
    """Look again."""

    def post(self, request: Request, public_id: UUID) -> Response:
        """Put a closed post back into matching; one that is open already is answered as it is."""
        return self.moved(public_id, services.reopen_post)


class PhotoOrdering(OnePost):
    """In which order the photographs of a post are shown."""

    def put(self, request: Request, public_id: UUID) -> Response:
        """Show these first, in this order; those not named follow as they were."""
        post, check = self.changed(public_id)
        data = PhotoOrderIn(data=request.data, context={"post": post})
        data.is_valid(raise_exception=True)
        order = data.validated_data["photos"]
        services.edit_post(
            post,
            actor=person(request),
            fields={},
            photo_order=order,
            check=check,
            before_saving=self.count,
        )
        return self.told(public_id)


class PhotoRemoval(OnePost):
    """One photograph of a post."""

    def delete(self, request: Request, public_id: UUID, photo_id: UUID) -> Response:
        """Remove a photograph."""
        post, check = self.changed(public_id)
        photo = get_object_or_404(post.photos, public_id=photo_id)
        services.edit_post(
            post,
            actor=person(request),
            fields={},
            remove_photos=[photo],
            check=check,
            before_saving=self.count,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
