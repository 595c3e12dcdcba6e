"""Claims of ownership over the API, for claimants."""

from collections.abc import Callable
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
from lostfound.api.idempotency import IDEMPOTENCY_KEY, act_once, idempotency_key
from lostfound.api.parsers import JSONParser, MultiPartParser
from lostfound.api.posts import LOCATION
from lostfound.api.problems import not_among, problems
from lostfound.api.serializers.claims import (
    ClaimIn,
    ClaimOut,
    ClaimWithPhotoIn,
    DelegationIn,
    PickupCodeOut,
    PromptOut,
    ReplyIn,
    with_answers,
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
from lostfound.services.claims.pickup import code_of_key, seconds_left

ERRORS = problems(400, 401, 404, 409, 422)


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
    parser_classes = (MultiPartParser, JSONParser)
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
        parameters=[IDEMPOTENCY_KEY, LOCATION],
        request={"multipart/form-data": ClaimWithPhotoIn, "application/json": ClaimIn},
        responses={201: ClaimOut, **problems(400, 401, 403, 409, 422, 429)},
    )
    def post(self, request: Request) -> Response:
        """Claim a found thing, with answers that are sealed."""
        data = ClaimWithPhotoIn(data=with_answers(request.data))
        data.is_valid(raise_exception=True)
        number = act_once(request, lambda: str(self.submit(data.validated_data).public_id))
        at = reverse("api-claim", args=[number])
        body = ClaimOut(_own(request, UUID(number))).data
        return Response(body, status.HTTP_201_CREATED, headers={"Location": at})

    def submit(self, sent: dict[str, Any]) -> OwnershipClaim:
        """Save the claim.

        Raises: ValidationError, and what `submit_claim` raises
        """
        person = signed_in(self.request)
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
        lost, number = None, sent.get("lost_post")
        if number is not None:
            lost = Post.objects.filter(public_id=number, author=person).first()
            if lost is None:  # the same words as for one that is closed
                message = _("This is not one of your open reports of a loss.")
                raise ValidationError({"lost_post": [message]}, code="invalid_choice")
        return submit_claim(
            thing,
            claimant=person,
            answers={prompts[key]: text for key, text in answers.items()},
            story=sent.get("story", ""),
            lost_post=lost,
            photo=sent.get("photo"),
        )


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

    def changed(self, public_id: UUID, change: Callable[[OwnershipClaim], Any]) -> Response:
        """Change it once per key, and respond with the claim as it is now."""
        own = _own(self.request, public_id)

        def act() -> str:
            change(own)
            return str(public_id)

        act_once(self.request, act)
        return Response(ClaimOut(_own(self.request, public_id)).data)


class WithdrawClaimView(OwnClaimChange):
    """Withdraw an own claim."""

    @extend_schema(
        operation_id="claims_withdraw",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: ClaimOut, **ERRORS},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Take a claim back."""
        person = signed_in(request)
        return self.changed(public_id, lambda own: withdraw_claim(own, claimant=person))


class AnswerClaimView(OwnClaimChange):
    """Answer the office's question."""

    @extend_schema(
        operation_id="claims_answer",
        parameters=[IDEMPOTENCY_KEY],
        request=ReplyIn,
        responses={200: ClaimOut, **ERRORS},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Answer the one question that the office asked."""
        _own(request, public_id)
        data = ReplyIn(data=request.data)
        data.is_valid(raise_exception=True)
        person, text = signed_in(request), data.validated_data["text"]
        return self.changed(public_id, lambda own: answer_question(own, claimant=person, text=text))


class ExtendClaimView(OwnClaimChange):
    """More time to collect a thing."""

    @extend_schema(
        operation_id="claims_extend",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: ClaimOut, **ERRORS},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Let a thing wait once more as long."""
        person = signed_in(request)
        return self.changed(public_id, lambda own: extend_claim(own, claimant=person))


class DelegationView(OwnClaimChange):
    """Who collects a thing instead of its owner."""

    @extend_schema(
        operation_id="claims_delegate",
        request=DelegationIn,
        responses={200: DelegationIn, **problems(400, 401, 404, 409)},
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
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: PickupCodeOut, **ERRORS, **problems(410)},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Make a new code for an approved claim; an earlier one no longer works."""
        own, person, key = _own(request, public_id), signed_in(request), idempotency_key(request)
        if not key:
            code = issue_code(own, claimant=person)
        else:
            # No code is stored, so it is computed from the key again.
            code = code_of_key(own, key)
            act_once(request, lambda: issue_code(own, claimant=person, key=key) and own.number)
        left = seconds_left(_own(request, public_id), code)
        return Response(PickupCodeOut({"code": code, "expires_in_s": left}).data)


def _own(request: Request, public_id: UUID) -> OwnershipClaim:
    """The person's own claim.

    Raises: Http404
    """
    return get_object_or_404(selectors.claims_of(signed_in(request)), public_id=public_id)
