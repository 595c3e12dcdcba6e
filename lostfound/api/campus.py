"""Public data: categories, colours and places that posts refer to, and found things."""

from uuid import UUID

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound import selectors
from lostfound.api.problems import problems
from lostfound.api.serializers.campus import ColourNamesOut, FamilyOut, PlacesOut, ThingOut
from lostfound.models import Building, Colour, Zone


class CategoriesView(APIView):
    """Families of categories in both languages."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="categories_list", responses={200: FamilyOut(many=True), **problems(401)}
    )
    def get(self, request: Request) -> Response:
        """List the categories of posts."""
        return Response(FamilyOut(selectors.active_taxonomy(), many=True).data)


class ColoursView(APIView):
    """Colours in both languages."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="colours_list", responses={200: ColourNamesOut(many=True), **problems(401)}
    )
    def get(self, request: Request) -> Response:
        """List the colours of posts."""
        return Response(ColourNamesOut(list(Colour), many=True).data)


class PlacesView(APIView):
    """Zones with their buildings, and the offices."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="places_list", responses={200: PlacesOut, **problems(401)})
    def get(self, request: Request) -> Response:
        """List the places of posts."""
        active = Building.objects.filter(is_active=True)
        zones = Zone.objects.filter(is_active=True).prefetch_related(Prefetch("buildings", active))
        return Response(PlacesOut({"zones": zones, "offices": selectors.active_offices()}).data)


class ThingView(APIView):
    """A found thing; no sign-in required."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="things_retrieve", responses={200: ThingOut, **problems(401, 404)})
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read what the public may know about a found thing."""
        found = get_object_or_404(selectors.public_found_posts(), public_id=public_id)
        return Response(ThingOut(found).data)
