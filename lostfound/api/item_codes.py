"""Codes over the API: what a scanned one belongs to, and the label that carries it."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from lostfound.api.idempotency import IDEMPOTENCY_KEY, act_once
from lostfound.api.items import ERRORS, READ_ERRORS, OfficeItems, item_of
from lostfound.api.problems import problems
from lostfound.api.serializers.items import CodeIn, ScanOut
from lostfound.models import OwnershipClaim
from lostfound.services.claims import redeem_code
from lostfound.text import labels
from lostfound.text.label_svg import label_svg

PICKUP_DIGITS = 8


class SvgRenderer(BaseRenderer):
    """A picture as it is; problem details stay JSON."""

    media_type = "image/svg+xml"
    format = "svg"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        """See rest_framework."""
        return data if isinstance(data, str) else JSONRenderer().render(data, *args, **kwargs)


class ItemLabelView(OfficeItems):
    """The label of a thing."""

    renderer_classes = (SvgRenderer,)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """See rest_framework: whatever the device accepts, a label is a picture."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="office_items_label",
        parameters=[
            OpenApiParameter(
                "size", description="Width and height in mm, such as 62x29; the site's by default."
            )
        ],
        responses={(200, "image/svg+xml"): OpenApiTypes.STR, **READ_ERRORS},
    )
    def get(self, request: Request, code: str) -> Response:
        """Draw the label as SVG: code, category, day, office and place; never a name or a fact."""
        size = request.query_params.get("size", "")
        if size and not labels.is_label_size(size):
            message = _("Write a size like 62x29, with 10 to 210 mm on each side.")
            raise ValidationError({"size": [message]}, code="invalid")
        drawn = label_svg(labels.label_of(item_of(code)), *labels.label_size(size))
        return Response(str(drawn), content_type="image/svg+xml")


class ScanView(OfficeItems):
    """What a scanned code belongs to."""

    @extend_schema(
        operation_id="office_scan",
        parameters=[IDEMPOTENCY_KEY],
        request=CodeIn,
        responses={200: ScanOut, **ERRORS, **problems(410)},
    )
    def post(self, request: Request) -> Response:
        """Look a label or a pick-up code up; a pick-up code is used by this."""
        data = CodeIn(data=request.data)
        data.is_valid(raise_exception=True)
        text = data.validated_data["code"].rpartition("/")[2]
        digits = "".join(text.split())
        if not (digits.isdecimal() and len(digits) == PICKUP_DIGITS):
            return Response(ScanOut({"kind": "item", "item": item_of(text), "claim": None}).data)
        ref = act_once(request, lambda: str(redeem_code(digits).public_id))
        claim = OwnershipClaim.objects.select_related("item").get(public_id=ref)
        item = item_of(claim.item.code)
        return Response(ScanOut({"kind": "claim", "item": item, "claim": claim.public_id}).data)
