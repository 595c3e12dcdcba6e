"""Things of the office over the API: receiving, moving, holding, scanning, their chains."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound import selectors, services
from lostfound.api.idempotency import IDEMPOTENCY_KEY, act_once
from lostfound.api.problems import not_among, problems
from lostfound.api.serializers.items import (
    CustodyEventOut,
    ItemOut,
    MoveIn,
    ReasonIn,
    ReceiveIn,
)
from lostfound.http import signed_in
from lostfound.infra.limits import LimitName
from lostfound.infra.rate_limits import WriteThrottle
from lostfound.models import AccessLog, CustodyEvent, Item, Post, item_codes
from lostfound.services.items import hold_item, mark_missing, release_hold
from lostfound.services.items.receiving import FINDER_FIELDS, VALUE_FIELDS

ERRORS = problems(400, 401, 403, 404, 409, 422)
READ_ERRORS = problems(400, 401, 403, 404)


def needs(permission: str) -> type[BasePermission]:
    """Staff with this permission."""

    class Needed(BasePermission):
        def has_permission(self, request: Request, view: Any) -> bool:
            """See rest_framework."""
            return bool(request.user.is_staff and request.user.has_perm(permission))

    return Needed


MayHandle = needs("lostfound.handle_item")


def item_of(code: str) -> Item:
    """The thing with this code.

    Raises:
        ValidationError: a typing mistake, which is not even looked up.
        Http404: there is none.
    """
    plain = item_codes.plain(code)
    if not item_codes.is_valid(plain):
        raise mistyped()
    item = Item.objects.with_details().filter(code=plain).first()
    if item is None:
        raise Http404
    return item


def mistyped() -> ValidationError:
    """The error for a code whose check character does not fit."""
    return ValidationError({"code": ["Please read it again."]}, code="check_digit")


class OfficeItems(APIView):
    """Base of the office's views on things."""

    permission_classes: tuple[type[BasePermission], ...] = (MayHandle,)
    throttle_classes = (WriteThrottle,)
    limit: LimitName = "office"


class ItemsView(generics.ListAPIView[Item]):
    """Things of all offices, and receiving one."""

    serializer_class = ItemOut
    permission_classes = (MayHandle,)
    throttle_classes = (WriteThrottle,)
    limit: LimitName = "office"

    def get_queryset(self) -> QuerySet[Item]:
        """Things, filtered by the query."""
        items = Item.objects.select_related("post", "office", "place").order_by(
            "-created_at", "-pk"
        )
        params = self.request.query_params
        if (state := params.get("state")) is not None:
            if state not in Item.State.values:
                raise not_among("state", Item.State.values)
            items = items.filter(state=state)
        for name, field in (("office", "office__code"), ("shelf", "place__code")):
            if name in params:
                items = items.filter(**{field: params[name].replace("\x00", "")})
        return items

    @extend_schema(
        operation_id="office_items_list",
        parameters=[
            OpenApiParameter("state", enum=Item.State.values),
            OpenApiParameter("office", description="Code of the office that keeps the thing."),
            OpenApiParameter("shelf", description="Shelf or box, exactly as entered."),
        ],
        responses={200: ItemOut(many=True), **problems(400, 401, 403)},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List things, newest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="office_items_receive",
        parameters=[IDEMPOTENCY_KEY],
        request=ReceiveIn,
        responses={201: ItemOut, **ERRORS},
    )
    def post(self, request: Request) -> Response:
        """Take in a thing that its finder has announced; of two clerks at once, one is refused."""
        data = ReceiveIn(data=request.data)
        data.is_valid(raise_exception=True)
        sent = data.validated_data
        post = get_object_or_404(Post.objects.found(), public_id=sent["post"])

        def act() -> str:
            item = services.receive_item(
                post,
                actor=signed_in(request),
                shelf=sent.get("shelf", ""),
                code=sent.get("code", ""),
                second=sent.get("second_by"),
                finder={name: sent[name] for name in FINDER_FIELDS if name in sent},
                value={name: sent[name] for name in VALUE_FIELDS if name in sent},
            )
            return item.code

        return Response(ItemOut(item_of(act_once(request, act))).data, status.HTTP_201_CREATED)


class ItemView(OfficeItems):
    """One thing."""

    @extend_schema(operation_id="office_items_retrieve", responses={200: ItemOut, **READ_ERRORS})
    def get(self, request: Request, code: str) -> Response:
        """Read a thing. Access is logged."""
        item = item_of(code)
        if item.post is not None:
            services.log_access(signed_in(request), AccessLog.What.ITEM, [item.post])
        return Response(ItemOut(item).data)


class ItemEventsView(OfficeItems):
    """The custody chain of a thing."""

    @extend_schema(
        operation_id="office_items_events",
        responses={200: CustodyEventOut(many=True), **READ_ERRORS},
    )
    def get(self, request: Request, code: str) -> Response:
        """List all events of a thing, without personal details."""
        events: QuerySet[CustodyEvent] = selectors.chain_of(item_of(code))
        return Response(CustodyEventOut(events, many=True).data)


class ItemChange(OfficeItems):
    """Base of views that change a thing."""

    def changed(self, code: str, change: Callable[..., Any], **params: Any) -> Response:
        """Change it once per key, and respond with its state as it is now."""
        item = item_of(code)

        def act() -> str:
            change(item, actor=signed_in(self.request), **params)
            return item.code

        return Response(ItemOut(item_of(act_once(self.request, act))).data)


class MoveItemView(ItemChange):
    """Move a thing."""

    @extend_schema(
        operation_id="office_items_move",
        parameters=[IDEMPOTENCY_KEY],
        request=MoveIn,
        responses={200: ItemOut, **ERRORS},
    )
    def post(self, request: Request, code: str) -> Response:
        """Put a thing on another shelf."""
        data = MoveIn(data=request.data)
        data.is_valid(raise_exception=True)
        return self.changed(code, services.move_item, shelf=data.validated_data["shelf"])


class HoldItemView(ItemChange):
    """Hold a thing back."""

    @extend_schema(
        operation_id="office_items_hold",
        parameters=[IDEMPOTENCY_KEY],
        request=ReasonIn,
        responses={200: ItemOut, **ERRORS},
    )
    def post(self, request: Request, code: str) -> Response:
        """Keep a thing from leaving."""
        data = ReasonIn(data=request.data)
        data.is_valid(raise_exception=True)
        return self.changed(code, hold_item, reason=data.validated_data["reason"])


class ReleaseItemView(ItemChange):
    """End a hold."""

    @extend_schema(
        operation_id="office_items_release",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: ItemOut, **ERRORS},
    )
    def post(self, request: Request, code: str) -> Response:
        """Let a thing leave again."""
        return self.changed(code, release_hold)


class MissingItemView(ItemChange):
    """Report a thing missing."""

    @extend_schema(
        operation_id="office_items_missing",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: ItemOut, **ERRORS},
    )
    def post(self, request: Request, code: str) -> Response:
        """Record that a thing is not in its place; moving it says that it was found again."""
        return self.changed(code, mark_missing)
