"""Judging claims and handing things over, over the API."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from lostfound import selectors, services
from lostfound.api.idempotency import IDEMPOTENCY_KEY, act_once
from lostfound.api.items import ERRORS, READ_ERRORS, OfficeItems, item_of, needs
from lostfound.api.serializers.items import HandoverIn, HandoverOut, ReasonIn
from lostfound.api.serializers.office_claims import OfficeClaimOut, VerdictIn
from lostfound.http import signed_in
from lostfound.models import AccessLog, Handover, OwnershipClaim
from lostfound.services.claims import give_verdict, mark_read
from lostfound.services.claims.errors import changed_meanwhile
from lostfound.services.claims.judging import refuse_interested
from lostfound.services.handovers import reverse_handover
from lostfound.services.joint_handovers import hand_over_together
from lostfound.services.receipts import as_receipt


class ItemClaimsView(OfficeItems):
    """The claims to a thing."""

    permission_classes = (needs("lostfound.judge_claim"),)

    @extend_schema(
        operation_id="office_items_claims",
        responses={200: OfficeClaimOut(many=True), **READ_ERRORS},
    )
    def get(self, request: Request, code: str) -> Response:
        """List all claims to a thing, which counts as having read them. Access is logged."""
        item = item_of(code)
        refuse_interested(item, signed_in(request))
        if item.post is not None:
            services.log_access(signed_in(request), AccessLog.What.POST, [item.post])
        rows = list(selectors.claims_to(item))
        mark_read(rows)
        return Response(OfficeClaimOut(rows, many=True).data)


class VerdictView(OfficeItems):
    """Judge a claim."""

    permission_classes = (needs("lostfound.judge_claim"),)

    @extend_schema(
        operation_id="office_claims_verdict",
        parameters=[IDEMPOTENCY_KEY],
        request=VerdictIn,
        responses={200: OfficeClaimOut, **ERRORS},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Give a verdict; a claim to a valuable is approved by the second person's."""
        claim = get_object_or_404(OwnershipClaim, public_id=public_id)
        data = VerdictIn(data=request.data)
        data.is_valid(raise_exception=True)
        sent = {"marks": [], **data.validated_data}
        act_once(request, lambda: str(give_verdict(claim, by=signed_in(request), **sent).pk))
        now = selectors.claims_to(claim.item).get(pk=claim.pk)
        return Response(OfficeClaimOut(now).data)


class HandoversView(OfficeItems):
    """Hand things over."""

    permission_classes = (needs("lostfound.hand_over"),)

    @extend_schema(
        operation_id="office_handovers_create",
        parameters=[IDEMPOTENCY_KEY],
        request=HandoverIn,
        responses={201: HandoverOut, **ERRORS},
    )
    def post(self, request: Request) -> Response:
        """Hand a thing over, for its approved claim or to a walk-in; once, however often sent."""
        data = HandoverIn(data=request.data)
        data.is_valid(raise_exception=True)
        sent = data.validated_data
        item = item_of(sent["item"])
        others = [item_of(code) for code in sent.get("more", [])]
        items = list({one.pk: one for one in (item, *others)}.values())

        def act() -> str:
            claim = item.claims.filter(state=OwnershipClaim.State.APPROVED).first()
            if "claim" in sent and sent["claim"] != (claim and claim.public_id):
                raise changed_meanwhile()
            done = hand_over_together(
                items,
                by=signed_in(request),
                receipt=as_receipt(sent),
                claim=claim,
                second=sent.get("second_by"),
            )
            return str(done[0].pk)

        done = _handover(act_once(request, act))
        return Response(HandoverOut(done).data, status.HTTP_201_CREATED)


class ReverseHandoverView(OfficeItems):
    """Take a hand-over back."""

    permission_classes = (needs("lostfound.reverse_handover"),)

    @extend_schema(
        operation_id="office_handovers_reverse",
        parameters=[IDEMPOTENCY_KEY],
        request=ReasonIn,
        responses={200: HandoverOut, **ERRORS},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Record that the thing is back; the receipt stays."""
        done = get_object_or_404(Handover.objects.select_related("item", "by"), pk=pk)
        data = ReasonIn(data=request.data)
        data.is_valid(raise_exception=True)
        reason = data.validated_data["reason"]

        def act() -> str:
            return str(reverse_handover(done, by=signed_in(request), reason=reason).pk)

        return Response(HandoverOut(_handover(act_once(request, act))).data)


def _handover(pk: str) -> Handover:
    return Handover.objects.select_related("item", "by").get(pk=pk)
