"""Operations on one post that authors and the office share.

An operation (`Closing`, `Reopening`, ...) defines what happens; the second base class of a view
(`posts.OwnPost`, `office.OfficePost`) defines whose posts it reaches and how they are serialized.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from lostfound import services
from lostfound.api.etags import PreconditionFailed, etag_of, etags_seen, response_with_etag
from lostfound.api.serializers.posts import PhotoOrderIn
from lostfound.http import signed_in
from lostfound.infra.limits import LimitName
from lostfound.infra.rate_limits import WriteThrottle, count_one
from lostfound.models import Post

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag from the last read. If the post has changed since, the answer is 412.",
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="ETag of the current post, for If-Match.",
)


class OnePost(APIView):
    """Base of all views that read or change one post."""

    throttle_classes = (WriteThrottle,)
    limit: ClassVar[LimitName]
    answered_by: ClassVar[type[BaseSerializer[Any]]]

    def found(self, public_id: UUID) -> Post:
        """The post, if this view may reach it.

        Raises: Http404
        """
        raise NotImplementedError

    def represent(self, post: Post) -> Any:
        """What a GET of the post returns."""
        return self.answered_by(post).data

    def current(self, public_id: UUID) -> Response:
        """Respond with the post as it is now, and its ETag."""
        return response_with_etag(self.represent(self.found(public_id)))

    def refuse_unseen(self, post: Post) -> None:
        """Refuse to change a post that has changed since the device read it (If-Match).

        Raises: PreconditionFailed
        """
        seen = etags_seen(self.request)
        if seen is not None and etag_of(self.represent(post)) not in seen:
            raise PreconditionFailed

    def unchanged(self, public_id: UUID) -> Post:
        """The post, unless it has changed since the device read it; checked without a lock.

        Raises: Http404, PreconditionFailed
        """
        post = self.found(public_id)
        self.refuse_unseen(post)
        return post

    @contextmanager
    def locked(self, post: Post, already: Post.Status | None = None) -> Iterator[Post]:
        """The locked post, in the transaction in which it is changed and counted.

        Two devices that read the same version may both get here; one of them is refused.

        Args:
            already: a status in which the post may differ from what the device read.

        Raises: Post.DoesNotExist, PermissionDenied, PreconditionFailed
        """
        with services.transaction_with_files():
            locked = services.lock_post(post)
            services.refuse_another_office(locked, signed_in(self.request))
            if locked.status != already:
                self.refuse_unseen(locked)
            yield locked

    def count(self) -> None:
        """Count the change that was just saved against the limit.

        Raises: LimitReached
        """
        count_one(self.request, self.limit)

    def edit(self, post: Post, *, add_photos: Sequence[Any] = (), **changes: Any) -> None:
        """Save a change of fields or photographs; it counts only if anything changes.

        Args:
            changes: passed on to `services.edit_post`.

        Raises: PreconditionFailed, LimitReached, and what `services.edit_post` raises
        """
        actor = signed_in(self.request)
        services.refuse_another_office(post, actor)
        photos = services.prepare_photos(add_photos)
        with self.locked(post) as locked:
            if services.edit_post(locked, actor=actor, add_photos=photos, **changes):
                self.count()

    def moved(self, public_id: UUID, move: Callable[..., Post], goal: Post.Status) -> Response:
        """Close or reopen; a repeated request, as after a lost response, gets the same response.

        That includes a repeated If-Match (RFC 9110, 13.1.1), since nothing is overwritten.

        Raises: Http404, PreconditionFailed, TransitionRefused, LimitReached
        """
        post = self.found(public_id)
        with suppress(services.AlreadySo), self.locked(post, already=goal) as locked:
            move(locked, actor=signed_in(self.request))
            self.count()
        return self.current(public_id)


class Closing(OnePost):
    """Close a post."""

    def post(self, request: Request, public_id: UUID) -> Response:
        """Take a post out of matching. Closing a closed post returns it unchanged."""
        return self.moved(public_id, services.close_post, Post.Status.CLOSED)


class Reopening(OnePost):
    """Reopen a post."""

    def post(self, request: Request, public_id: UUID) -> Response:
        """Put a closed post back into matching. Reopening an open post returns it unchanged."""
        return self.moved(public_id, services.reopen_post, Post.Status.OPEN)


class PhotoOrdering(OnePost):
    """The display order of a post's photographs."""

    def put(self, request: Request, public_id: UUID) -> Response:
        """Show these photographs first, in this order; the others follow in their old order."""
        post = self.unchanged(public_id)
        data = PhotoOrderIn(data=request.data, context={"post": post})
        data.is_valid(raise_exception=True)
        self.edit(post, fields={}, photo_order=data.validated_data["photos"])
        return self.current(public_id)


class PhotoRemoval(OnePost):
    """One photograph of a post."""

    def delete(self, request: Request, public_id: UUID, photo_id: UUID) -> Response:
        """Remove a photograph."""
        post = self.unchanged(public_id)
        photo = get_object_or_404(post.photos, public_id=photo_id)
        self.edit(post, fields={}, remove_photos=[photo])
        return Response(status=status.HTTP_204_NO_CONTENT)
