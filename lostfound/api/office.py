"""The office over the API: taking things in, and finding them on their shelves again."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from lostfound import services
from lostfound.api.etags import response_with_etag
from lostfound.api.idempotency import IDEMPOTENCY_KEY
from lostfound.api.parsers import JSONParser, MultiPartParser
from lostfound.api.post_operations import ETAG, IF_MATCH, OnePost
from lostfound.api.posts import LOCATION, submit_once
from lostfound.api.problems import not_among, problems
from lostfound.api.serializers.office import OfficeIntakeIn, OfficeIntakeWithPhotosIn, OfficePostOut
from lostfound.http import signed_in
from lostfound.infra.limits import LimitName
from lostfound.infra.rate_limits import WriteThrottle
from lostfound.models import AccessLog, Post

FILTERS = {
    "kind": ("kind", Post.Kind.values, ""),
    "status": ("status", Post.Status.values, ""),
    "category": ("category__code", None, "Code of a category."),
    "building": ("building__code", None, "Code of a building."),
    "office": ("office__code", None, "Code of the office that keeps the thing."),
    "shelf": ("item__place__code", None, "Shelf or box, exactly as entered."),
}
TAKEN_IN = {"multipart/form-data": OfficeIntakeWithPhotosIn, "application/json": OfficeIntakeIn}


class MayHandlePosts(BasePermission):
    """Staff with the permission to see posts, or to change them for writing requests."""

    needed = {"GET": "view", "HEAD": "view", "OPTIONS": "view", "POST": "add"}

    def has_permission(self, request: Request, view: Any) -> bool:
        """See rest_framework."""
        what = self.needed.get(str(request.method), "change")
        user = request.user
        return bool(user.is_staff and user.has_perm(f"lostfound.{what}_post"))


class OfficePostsView(generics.ListAPIView[Post]):
    """Everybody's posts, and the intake of found things."""

    serializer_class = OfficePostOut
    permission_classes = (MayHandlePosts,)
    parser_classes = (MultiPartParser, JSONParser)
    throttle_classes = (WriteThrottle,)
    limit: LimitName = "office"

    def get_queryset(self) -> QuerySet[Post]:
        """Posts, filtered by the query."""
        posts = Post.objects.with_details().order_by("-created_at", "-pk")
        params = self.request.query_params
        for name, (field, choices, _meaning) in FILTERS.items():
            wanted = params.get(name)
            if wanted is None:
                continue
            if choices is not None and wanted not in choices:
                raise not_among(name, choices)
            posts = posts.filter(**{field: wanted.replace("\x00", "")})
        words = params.get("q", "").replace("\x00", "")
        if (called := Post.called(words)) is not None:
            posts = posts.filter(called)
        elif words:
            posts = posts.filter(
                Q(title__icontains=words)
                | Q(description__icontains=words)
                | Q(kept_note__icontains=words)
                | Q(item__place__code__icontains=words)
            )
        return posts

    @extend_schema(
        operation_id="office_posts_list",
        parameters=[
            *(
                OpenApiParameter(name, enum=choices, description=meaning)
                for name, (_field, choices, meaning) in FILTERS.items()
            ),
            OpenApiParameter("q", description="Words, or a number such as LF-12."),
        ],
        responses={200: OfficePostOut(many=True), **problems(400, 401, 403)},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List posts as the office sees them, newest first. Access is logged."""
        return self.list(request, *args, **kwargs)

    def paginate_queryset(self, queryset: Any) -> Any:
        """A page of posts; who reads it is logged."""
        page = super().paginate_queryset(queryset)
        services.log_access(signed_in(self.request), AccessLog.What.LIST, page or [])
        return page

    @extend_schema(
        operation_id="office_intake",
        parameters=[IDEMPOTENCY_KEY, ETAG, LOCATION],
        request=TAKEN_IN,
        responses={201: OfficePostOut, **problems(400, 401, 403, 409, 422)},
    )
    def post(self, request: Request) -> Response:
        """Take in a found thing with its photographs; matching runs in the background."""
        data = OfficeIntakeWithPhotosIn(data=request.data, context={"kind": Post.Kind.FOUND})
        data.is_valid(raise_exception=True)
        fields = dict(data.validated_data)
        photos = fields.pop("photos", [])
        kind = Post.Kind.FOUND
        post = submit_once(
            request, self.limit, kind=kind, fields=fields, photos=photos, intake=services.Intake()
        )
        at = reverse("api-office-post", args=[post.public_id])
        saved = OfficePostOut(any_post(post.public_id)).data
        return response_with_etag(saved, status.HTTP_201_CREATED, {"Location": at})


class OfficePost(OnePost):
    """Base of the office's views on any post; services refuse changes to other offices' things."""

    permission_classes: tuple[type[BasePermission], ...] = (MayHandlePosts,)
    limit = "office"
    answered_by = OfficePostOut

    def found(self, public_id: UUID) -> Post:
        """See `any_post`."""
        return any_post(public_id)


class OfficePostView(OfficePost):
    """One post, whoever wrote it."""

    parser_classes = (MultiPartParser, JSONParser)

    @extend_schema(
        operation_id="office_posts_retrieve",
        parameters=[ETAG],
        responses={200: OfficePostOut, **problems(401, 403, 404)},
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read a post as the office sees it. Access is logged."""
        post = any_post(public_id)
        services.log_access(signed_in(request), AccessLog.What.POST, [post])
        return response_with_etag(self.represent(post))

    @extend_schema(
        operation_id="office_posts_update",
        parameters=[IF_MATCH, ETAG],
        request={name: taken(partial=True) for name, taken in TAKEN_IN.items()},
        responses={200: OfficePostOut, **problems(400, 401, 403, 404, 409, 412)},
    )
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change fields, shelf and hidden facts; photographs are added to the existing ones."""
        post = self.unchanged(public_id)
        data = OfficeIntakeWithPhotosIn(data=request.data, partial=True, context={"post": post})
        data.is_valid(raise_exception=True)
        fields = dict(data.validated_data)
        photos = fields.pop("photos", [])
        self.edit(post, fields=fields, add_photos=photos)
        return self.current(public_id)


def any_post(public_id: UUID) -> Post:
    """A post, whoever wrote it.

    Raises: Http404
    """
    return get_object_or_404(Post.objects.with_details(), public_id=public_id)
