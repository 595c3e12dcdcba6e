"""What posts may name, and the person: categories, places, notifications, me."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound import selectors
from lostfound.api.posts import ONE_ERRORS, person
from lostfound.api.problems import problems
from lostfound.api.serializers import FamilyOut, MeOut, NotificationOut, PlacesOut
from lostfound.models import Building, Notification, Zone


class CategoriesView(APIView):
    """Families of categories in both languages."""

    @extend_schema(
        operation_id="categories_list", responses={200: FamilyOut(many=True), **problems(401)}
    )
    def get(self, request: Request) -> Response:
        """List what a post may name as its category."""
        return Response(FamilyOut(selectors.active_taxonomy(), many=True).data)


class PlacesView(APIView):
    """Zones with their buildings, and the offices."""

    @extend_schema(operation_id="places_list", responses={200: PlacesOut, **problems(401)})
    def get(self, request: Request) -> Response:
        """List what a post may name as its place."""
        active = Building.objects.filter(is_active=True)
        zones = Zone.objects.filter(is_active=True).prefetch_related(Prefetch("buildings", active))
        return Response(PlacesOut({"zones": zones, "offices": selectors.active_offices()}).data)


class NotificationsView(generics.ListAPIView[Notification]):
    """What the person was told."""

    serializer_class = NotificationOut

    def get_queryset(self) -> QuerySet[Notification]:
        """Own notifications, newest first."""
        return selectors.notifications_of(person(self.request))

    @extend_schema(
        operation_id="notifications_list",
        responses={200: NotificationOut(many=True), **problems(401)},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List notifications, newest first."""
        return self.list(request, *args, **kwargs)


class ReadNotificationView(APIView):
    """One notification."""

    @extend_schema(
        operation_id="notifications_read",
        request=None,
        responses={200: NotificationOut, **ONE_ERRORS},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Mark a notification as read."""
        found = get_object_or_404(selectors.notifications_of(person(request)), pk=pk)
        Notification.objects.filter(pk=found.pk, read_at=None).update(read_at=timezone.now())
        found.refresh_from_db(fields=["read_at"])
        return Response(NotificationOut(found).data)


class MeView(APIView):
    """The person behind the token."""

    @extend_schema(operation_id="me_retrieve", responses={200: MeOut, **problems(401)})
    def get(self, request: Request) -> Response:
        """Read who is signed in."""
        return Response(MeOut(person(request)).data)
