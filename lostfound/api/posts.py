"""A person's own posts over the API. One view per address; services write."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound import selectors, services
from lostfound.api.etags import require_match
from lostfound.api.parsers import JSONParser
from lostfound.api.problems import Conflict, KeyReused, problems
from lostfound.api.serializers.posts import (
    NewPostIn,
    NewPostWithPhotosIn,
    PhotoOrderIn,
    PhotosIn,
    PostIn,
    PostOut,
)
from lostfound.models import Post, User
from lostfound.throttles import WriteThrottle

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=(
        "A name of the device's own for this sending, at most 60 characters, such as a UUID. Sent "
        "again under the same name, the post that was saved is answered, and no second one made."
    ),
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that was read: a post that has changed since is not overwritten (412).",
)
MAX_KEY_CHARS = 60
ERRORS = problems(400, 401, 429)
ONE_ERRORS = problems(401, 404)


def person(request: Request) -> User:
    """Who is signed in; the permission classes let nobody else through."""
    return cast(User, request.user)


def own_post(request: Request, public_id: UUID) -> Post:
    """The person's own post.

    Raises:
        Http404: it is somebody else's, or there is none.
    """
    return get_object_or_404(selectors.posts_of(person(request)), public_id=public_id)


def submit_once(request: Request, **said: Any) -> Post:
    """Save what was sent, or find what was saved under the same key before.

    Raises: Conflict, KeyReused
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > MAX_KEY_CHARS or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [_("At most 60 characters.")]}, code="key")
    try:
        return services.submit_post(
            author=person(request), sent_as=f"key-{key}" if key else "", **said
        )
    except services.SentBefore as before:
        if before.post is None:
            raise Conflict(_("This was posted and deleted since."), "deleted_since") from before
        if not before.is_same:
            raise KeyReused from before
        return before.post


class PostsView(generics.ListAPIView[Post]):
    """The person's own posts, and new ones."""

    serializer_class = PostOut
    parser_classes = (MultiPartParser, JSONParser)
    throttle_scope = "post"

    def get_throttles(self) -> list[Any]:
        """Only writing is limited."""
        return [WriteThrottle()]

    def get_queryset(self) -> QuerySet[Post]:
        """Own posts, as the query asks for them."""
        posts = selectors.posts_of(person(self.request))
        for name, choices in (("kind", Post.Kind.values), ("status", Post.Status.values)):
            wanted = self.request.query_params.get(name)
            if wanted is None:
                continue
            if wanted not in choices:
                raise ValidationError({name: [f"{', '.join(choices)}"]}, code="invalid_choice")
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
        parameters=[IDEMPOTENCY_KEY],
        request={"multipart/form-data": NewPostWithPhotosIn, "application/json": NewPostIn},
        responses={201: PostOut, **ERRORS, **problems(409, 422)},
    )
    def post(self, request: Request) -> Response:
        """Save a post with its photographs; matching goes on in the background."""
        data = NewPostWithPhotosIn(data=request.data)
        data.is_valid(raise_exception=True)
        fields = dict(data.validated_data)
        kind, photos = fields.pop("kind"), fields.pop("photos", [])
        post = submit_once(request, kind=kind, fields=fields, photos=photos)
        return Response(PostOut(own_post(request, post.public_id)).data, status.HTTP_201_CREATED)


class PostView(APIView):
    """One of the person's own posts."""

    throttle_classes = (WriteThrottle,)
    throttle_scope = "edit"

    @extend_schema(operation_id="posts_retrieve", responses={200: PostOut, **ONE_ERRORS})
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read a post."""
        return Response(PostOut(own_post(request, public_id)).data)

    @extend_schema(
        operation_id="posts_update",
        parameters=[IF_MATCH],
        request=PostIn(partial=True),
        responses={200: PostOut, **ERRORS, **problems(404, 412)},
    )
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change words and facts; what changed is matched anew."""
        post = own_post(request, public_id)
        require_match(request, PostOut(post).data)
        data = PostIn(data=request.data, partial=True, context={"post": post})
        data.is_valid(raise_exception=True)
        services.edit_post(post, actor=person(request), fields=data.validated_data)
        return Response(PostOut(own_post(request, public_id)).data)

    @extend_schema(
        operation_id="posts_delete", responses={204: None, **ONE_ERRORS, **problems(409)}
    )
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Remove a post with photographs, vectors and history."""
        services.delete_post(own_post(request, public_id), actor=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ClosePostView(APIView):
    """Stop looking."""

    @extend_schema(
        operation_id="posts_close",
        request=None,
        responses={200: PostOut, **ONE_ERRORS, **problems(409)},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Take a post out of matching."""
        services.close_post(own_post(request, public_id), actor=person(request))
        return Response(PostOut(own_post(request, public_id)).data)


class ReopenPostView(APIView):
    """Look again."""

    @extend_schema(
        operation_id="posts_reopen",
        request=None,
        responses={200: PostOut, **ONE_ERRORS, **problems(409)},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Put a closed post back into matching."""
        services.reopen_post(own_post(request, public_id), actor=person(request))
        return Response(PostOut(own_post(request, public_id)).data)


class PostPhotosView(APIView):
    """The photographs of a post."""

    parser_classes = (MultiPartParser,)
    throttle_classes = (WriteThrottle,)
    throttle_scope = "edit"

    @extend_schema(
        operation_id="posts_photos_add",
        request={"multipart/form-data": PhotosIn},
        responses={200: PostOut, **ERRORS, **problems(404)},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Add photographs, up to five in all."""
        post = own_post(request, public_id)
        data = PhotosIn(data=request.data)
        data.is_valid(raise_exception=True)
        services.edit_post(
            post, actor=person(request), fields={}, add_photos=data.validated_data["photos"]
        )
        return Response(PostOut(own_post(request, public_id)).data)


class PhotoOrderView(APIView):
    """In which order the photographs of a post are shown."""

    throttle_classes = (WriteThrottle,)
    throttle_scope = "edit"

    @extend_schema(
        operation_id="posts_photos_order",
        request=PhotoOrderIn,
        responses={200: PostOut, **ERRORS, **problems(404)},
    )
    def put(self, request: Request, public_id: UUID) -> Response:
        """Show these first, in this order; those not named follow as they were."""
        post = own_post(request, public_id)
        data = PhotoOrderIn(data=request.data)
        data.is_valid(raise_exception=True)
        rows = {photo.public_id: photo for photo in post.photos.all()}
        unknown = [str(one) for one in data.validated_data["photos"] if one not in rows]
        if unknown:
            raise ValidationError({"photos": [_("This photograph is no longer here.")]}, "unknown")
        order = [rows[one] for one in data.validated_data["photos"]]
        services.edit_post(post, actor=person(request), fields={}, photo_order=order)
        return Response(PostOut(own_post(request, public_id)).data)


class PostPhotoView(APIView):
    """One photograph of a post."""

    @extend_schema(
        operation_id="posts_photos_delete",
        responses={204: None, **problems(400), **ONE_ERRORS},
    )
    def delete(self, request: Request, public_id: UUID, photo_id: UUID) -> Response:
        """Remove a photograph."""
        post = own_post(request, public_id)
        photo = get_object_or_404(post.photos, public_id=photo_id)
        services.edit_post(post, actor=person(request), fields={}, remove_photos=[photo])
        return Response(status=status.HTTP_204_NO_CONTENT)
