"""A person's own posts over the API."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from lostfound import selectors, services
from lostfound.api.etags import response_with_etag
from lostfound.api.idempotency import IDEMPOTENCY_KEY, idempotency_key
from lostfound.api.parsers import JSONParser, MultiPartParser
from lostfound.api.post_operations import (
    ETAG,
    IF_MATCH,
    Closing,
    OnePost,
    Reopening,
)
from lostfound.api.problems import DeletedSince, KeyReused, not_among, problems
from lostfound.api.serializers.posts import (
    NewPostIn,
    NewPostWithPhotosIn,
    PostIn,
    PostOut,
)
from lostfound.http import signed_in
from lostfound.infra.limits import LimitName
from lostfound.infra.rate_limits import WriteThrottle, count_one
from lostfound.models import Post

LOCATION = OpenApiParameter(
    "Location",
    str,
    OpenApiParameter.HEADER,
    response=[201],
    description="Address of the new post.",
)
ERRORS = problems(400, 401)
ONE_ERRORS = problems(401, 404)
CHANGE_ERRORS = {**ERRORS, **problems(404, 409, 412)}


def own_post(request: Request, public_id: UUID) -> Post:
    """The person's own post.

    Raises:
        Http404: it does not exist, or belongs to somebody else.
    """
    return get_object_or_404(selectors.posts_of(signed_in(request)), public_id=public_id)


class OwnPost(OnePost):
    """Base of views on a person's own post."""

    limit = "edit"
    answered_by = PostOut

    def found(self, public_id: UUID) -> Post:
        """See `own_post`."""
        return own_post(self.request, public_id)


def submit_once(
    request: Request, limit: LimitName, *, photos: Sequence[Any], **params: Any
) -> Post:
    """Save a new post, or return the one saved earlier with the same key.

    Args:
        params: passed on to `services.submit_post`.

    Raises: Conflict, KeyReused, LimitReached, and what `services.submit_post` raises
    """
    author, key = signed_in(request), idempotency_key(request)
    prepared = services.prepare_photos(photos)
    try:
        with services.transaction_with_files():
            post = services.submit_post(
                author=author,
                photos=prepared,
                idempotency_key=f"key-{key}" if key else "",
                **params,
            )
            count_one(request, limit)
        return post
    except services.DuplicateSubmission as before:
        if before.post is None:
            raise DeletedSince from before
        if not before.is_same:
            raise KeyReused from before
        return before.post


class PostsView(generics.ListAPIView[Post]):
    """The person's own posts: list and create."""

    serializer_class = PostOut
    parser_classes = (MultiPartParser, JSONParser)
    throttle_classes = (WriteThrottle,)
    limit: LimitName = "post"

    def get_queryset(self) -> QuerySet[Post]:
        """Own posts, filtered by the query."""
        posts = selectors.posts_of(signed_in(self.request))
        for name, choices in (("kind", Post.Kind.values), ("status", Post.Status.values)):
            wanted = self.request.query_params.get(name)
            if wanted is None:
                continue
            if wanted not in choices:
                raise not_among(name, choices)
            posts = posts.filter(**{name: wanted})
        return posts

    @extend_schema(
        operation_id="posts_list",
        parameters=[
            OpenApiParameter("kind", enum=Post.Kind.values),
            OpenApiParameter("status", enum=Post.Status.values),
        ],
        responses={200: PostOut(many=True), **problems(400, 401)},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the person's own posts, newest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="posts_create",
        parameters=[IDEMPOTENCY_KEY, ETAG, LOCATION],
        request={"multipart/form-data": NewPostWithPhotosIn, "application/json": NewPostIn},
        responses={201: PostOut, **ERRORS, **problems(409, 422)},
    )
    def post(self, request: Request) -> Response:
        """Save a post with its photographs; matching runs in the background."""
        data = NewPostWithPhotosIn(data=request.data)
        data.is_valid(raise_exception=True)
        fields = dict(data.validated_data)
        kind, photos = fields.pop("kind"), fields.pop("photos", [])
        post = submit_once(request, self.limit, kind=kind, fields=fields, photos=photos)
        at = reverse("api-post", args=[post.public_id])
        saved = PostOut(own_post(request, post.public_id)).data
        return response_with_etag(saved, status.HTTP_201_CREATED, {"Location": at})


class PostView(OwnPost):
    """One of the person's own posts."""

    @extend_schema(
        operation_id="posts_retrieve",
        parameters=[ETAG],
        responses={200: PostOut, **ONE_ERRORS},
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read a post."""
        return self.current(public_id)

    @extend_schema(
        operation_id="posts_update",
        parameters=[IF_MATCH, ETAG],
        request=PostIn(partial=True),
        responses={200: PostOut, **CHANGE_ERRORS},
    )
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change fields; the post is matched again if anything changed."""
        post = self.unchanged(public_id)
        data = PostIn(data=request.data, partial=True, context={"post": post})
        data.is_valid(raise_exception=True)
        self.edit(post, fields=data.validated_data)
        return self.current(public_id)

    @extend_schema(
        operation_id="posts_delete",
        parameters=[IF_MATCH],
        responses={204: None, **ONE_ERRORS, **problems(409, 412)},
    )
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Delete a post with its photographs, embeddings and history."""
        post = self.unchanged(public_id)
        # Deleted meanwhile by another request: the goal is reached.
        with suppress(Post.DoesNotExist), self.locked(post) as locked:
            services.delete_post(locked, actor=signed_in(request))
            self.count()
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    post=extend_schema(
        operation_id="posts_close",
        parameters=[IF_MATCH, ETAG],
        request=None,
        responses={200: PostOut, **ONE_ERRORS, **problems(409, 412)},
    )
)
class ClosePostView(Closing, OwnPost):
    """Close an own post."""


@extend_schema_view(
    post=extend_schema(
        operation_id="posts_reopen",
        parameters=[IF_MATCH, ETAG],
        request=None,
        responses={200: PostOut, **ONE_ERRORS, **problems(409, 412)},
    )
)
class ReopenPostView(Reopening, OwnPost):
    """Reopen an own post."""
