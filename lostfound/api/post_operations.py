"""What is done to one post over the API, whoever does it: the person at their own, or the office.

An operation (`Closing`, `Reopening`, ...) says what happens; the door that a view has beside it
(`posts.OwnPost`, `office.OfficePost`) says whose posts it reaches, and how they are answered.
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
from lostfound.api.etags import PreconditionFailed, etag_of, etags_seen, told
from lostfound.api.serializers.posts import PhotoOrderIn
from lostfound.http import signed_in
from lostfound.infra.limits import LimitName
from lostfound.infra.rate_limits import WriteThrottle, count_one
from lostfound.models import Post

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


class OnePost(APIView):
    """One post, read and changed through one of the doors."""

    throttle_classes = (WriteThrottle,)
    limit: ClassVar[LimitName]
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

    def refuse_unseen(self, post: Post) -> None:
        """Refuse to change a post that has changed since the device read it (If-Match).

        Raises: PreconditionFailed
        """
        seen = etags_seen(self.request)
        if seen is not None and etag_of(self.represent(post)) not in seen:
            raise PreconditionFailed

    def unchanged(self, public_id: UUID) -> Post:
        """The post, unless it is another than the device read: so much costs no lock.

        Raises: Http404, PreconditionFailed
        """
        post = self.found(public_id)
        self.refuse_unseen(post)
        return post

    @contextmanager
    def locked(self, post: Post, already: Post.Status | None = None) -> Iterator[Post]:
        """The post as it is now, in the transaction in which it is changed and counted.

        Of two devices that read the same, both come as far as here, and one is refused.

        Args:
            already: a status in which the post may be another than the device read.

        Raises: Post.DoesNotExist, PermissionDenied, PreconditionFailed
        """
        with services.transaction_with_files():
            locked = services.lock_post(post)
            services.refuse_another_office(locked, signed_in(self.request))
            if locked.status != already:
                self.refuse_unseen(locked)
            yield locked

    def count(self) -> None:
        """Count what was just saved.

        Raises: LimitReached
        """
        count_one(self.request, self.limit)

    def edit(self, post: Post, *, add_photos: Sequence[Any] = (), **changes: Any) -> None:
        """Save a change of words, facts or photographs; it counts where anything changes.

        Args:
            changes: as `services.edit_post` takes them.

        Raises: PreconditionFailed, LimitReached, and what `services.edit_post` raises
        """
        actor = signed_in(self.request)
        services.refuse_another_office(post, actor)
        photos = services.prepare_photos(add_photos)
        with self.locked(post) as locked:
            if services.edit_post(locked, actor=actor, add_photos=photos, **changes):
                self.count()

    def moved(self, public_id: UUID, move: Callable[..., Post], goal: Post.Status) -> Response:
        """Close or reopen; sent again, as after a lost answer, it is answered as the first time.

        Also under the If-Match of the first time (RFC 9110, 13.1.1): nothing is overwritten.

        Raises: Http404, PreconditionFailed, TransitionRefused, LimitReached
        """
        post = self.found(public_id)
        with suppress(services.AlreadySo), self.locked(post, already=goal) as locked:
            move(locked, actor=signed_in(self.request))
            self.count()
        return self.told(public_id)


class Closing(OnePost):
    """Stop looking."""

    def post(self, request: Request, public_id: UUID) -> Response:
        """Take a post out of matching; one that is closed already is answered as it is."""
        return self.moved(public_id, services.close_post, Post.Status.CLOSED)


class Reopening(OnePost):
    """Look again."""

    def post(self, request: Request, public_id: UUID) -> Response:
        """Put a closed post back into matching; one that is open already is answered as it is."""
        return self.moved(public_id, services.reopen_post, Post.Status.OPEN)


class PhotoOrdering(OnePost):
    """In which order the photographs of a post are shown."""

    def put(self, request: Request, public_id: UUID) -> Response:
        """Show these first, in this order; those not named follow as they were."""
        post = self.unchanged(public_id)
        data = PhotoOrderIn(data=request.data, context={"post": post})
        data.is_valid(raise_exception=True)
        self.edit(post, fields={}, photo_order=data.validated_data["photos"])
        return self.told(public_id)


class PhotoRemoval(OnePost):
    """One photograph of a post."""

    def delete(self, request: Request, public_id: UUID, photo_id: UUID) -> Response:
        """Remove a photograph."""
        post = self.unchanged(public_id)
        photo = get_object_or_404(post.photos, public_id=photo_id)
        self.edit(post, fields={}, remove_photos=[photo])
        return Response(status=status.HTTP_204_NO_CONTENT)
