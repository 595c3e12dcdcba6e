"""Claims of ownership over the API, for claimants."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound import selectors
from lostfound.api.posts import LOCATION
from lostfound.api.problems import not_among, problems
from lostfound.api.serializers.claims import (
    ClaimIn,
    ClaimOut,
    DelegationIn,
    PickupCodeOut,
    PromptOut,
    ReplyIn,
)
from lostfound.http import signed_in
from lostfound.infra.limits import LimitName
from lostfound.infra.rate_limits import WriteThrottle
from lostfound.models import OwnershipClaim, Post
from lostfound.services.claims import (
    answer_question,
    delegate,
    extend_claim,
    issue_code,
    prompts_for,
    submit_claim,
    withdraw_claim,
)
from lostfound.services.claims.pickup import VALID_FOR

ERRORS = problems(401, 404, 409)


class PromptsView(APIView):
    """The questions of a thing's category."""

    @extend_schema(
        operation_id="things_prompts",
        responses={200: PromptOut(many=True), **problems(401, 404)},
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """List the questions to everybody who claims a thing of this category."""
        thing = get_object_or_404(selectors.public_found_posts(), public_id=public_id)
        return Response(PromptOut(prompts_for(thing), many=True).data)


class ClaimsView(generics.ListAPIView[OwnershipClaim]):
    """The person's own claims."""

    serializer_class = ClaimOut
    throttle_classes = (WriteThrottle,)
    limit: LimitName = "claim"

    def get_queryset(self) -> QuerySet[OwnershipClaim]:
        """Own claims, newest first."""
        return selectors.claims_of(signed_in(self.request))

    @extend_schema(
        operation_id="claims_list", responses={200: ClaimOut(many=True), **problems(400, 401)}
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the person's own claims, newest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="claims_create",
        parameters=[LOCATION],
        request=ClaimIn,
        responses={201: ClaimOut, **problems(400, 401, 403, 409, 429)},
    )
    def post(self, request: Request) -> Response:
        """Claim a found thing, with answers that are sealed."""
        data = ClaimIn(data=request.data)
        data.is_valid(raise_exception=True)
        sent, person = data.validated_data, signed_in(request)
        thing = selectors.public_found_posts().filter(public_id=sent["thing"]).first()
        if thing is None:
            raise not_among("thing", ["a public found thing"])
        prompts = {prompt.pk: prompt for prompt in prompts_for(thing)}
        answers = {one["prompt"]: one["text"] for one in sent["answers"]}
        if unknown := answers.keys() - prompts.keys():
            message = _("This thing has no question with this number: %(number)d.")
            message %= {"number": min(unknown)}
            raise ValidationError({"answers": [message]}, code="invalid_choice")
        if len(answers) < len(sent["answers"]):  # sealed, so none may be dropped unseen
            raise ValidationError(
                {"answers": [_("Please give one answer to each question.")]}, code="unique"
            )
        lost = Post.objects.filter(public_id=sent.get("lost_post"), author=person).first()
        claim = submit_claim(
            thing,
            claimant=person,
            answers={prompts[key]: text for key, text in answers.items()},
            story=sent.get("story", ""),
            lost_post=lost,
        )
        at = reverse("api-claim", args=[claim.public_id])
        body = ClaimOut(_own(request, claim.public_id)).data
        return Response(body, status.HTTP_201_CREATED, headers={"Location": at})


class ClaimView(APIView):
    """One of the person's own claims."""

    @extend_schema(operation_id="claims_retrieve", responses={200: ClaimOut, **problems(401, 404)})
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read a claim."""
        return Response(ClaimOut(_own(request, public_id)).data)


class OwnClaimChange(APIView):
    """Base of views that change an own claim."""

    throttle_classes = (WriteThrottle,)
    limit: LimitName = "claim"


class WithdrawClaimView(OwnClaimChange):
    """Withdraw an own claim."""

    @extend_schema(
        operation_id="claims_withdraw", request=None, responses={200: ClaimOut, **ERRORS}
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Take a claim back."""
        withdraw_claim(_own(request, public_id), claimant=signed_in(request))
        return Response(ClaimOut(_own(request, public_id)).data)


class AnswerClaimView(OwnClaimChange):
    """Answer the office's question."""

    @extend_schema(
        operation_id="claims_answer",
        request=ReplyIn,
        responses={200: ClaimOut, **ERRORS, **problems(400)},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Answer the one question that the office asked."""
        own = _own(request, public_id)
        data = ReplyIn(data=request.data)
        data.is_valid(raise_exception=True)
        answer_question(own, claimant=signed_in(request), text=data.validated_data["text"])
        return Response(ClaimOut(_own(request, public_id)).data)


class ExtendClaimView(OwnClaimChange):
    """More time to collect a thing."""

    @extend_schema(operation_id="claims_extend", request=None, responses={200: ClaimOut, **ERRORS})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Let a thing wait once more as long."""
        extend_claim(_own(request, public_id), claimant=signed_in(request))
        return Response(ClaimOut(_own(request, public_id)).data)


class DelegationView(OwnClaimChange):
    """Who collects a thing instead of its owner."""

    @extend_schema(
        operation_id="claims_delegate",
        request=DelegationIn,
        responses={200: DelegationIn, **ERRORS, **problems(400)},
    )
    def put(self, request: Request, public_id: UUID) -> Response:
        """Name the person who collects it; never for documents, cash and valuables."""
        own = _own(request, public_id)
        data = DelegationIn(data=request.data)
        data.is_valid(raise_exception=True)
        sent = delegate(own, claimant=signed_in(request), **data.validated_data)
        return Response({"proxy_name": sent.proxy_name})


class PickupCodeView(OwnClaimChange):
    """A code for the counter."""

    @extend_schema(
        operation_id="claims_pickup_code",
        request=None,
        responses={200: PickupCodeOut, **ERRORS},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Make a new code for an approved claim; an earlier one no longer works."""
        code = issue_code(_own(request, public_id), claimant=signed_in(request))
        seconds = int(VALID_FOR.total_seconds())
        return Response(PickupCodeOut({"code": code, "expires_in_s": seconds}).data)


def _own(request: Request, public_id: UUID) -> OwnershipClaim:
    """The person's own claim.

    Raises: Http404
    """
    return get_object_or_404(selectors.claims_of(signed_in(request)), public_id=public_id)
