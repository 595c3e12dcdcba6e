"""The review queue over the API, for an app at the office: the next pair, and decisions."""

from typing import Any, Final
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound.api.problems import Conflict, problems
from lostfound.http import signed_in
from lostfound.models import AccessLog, User
from lostfound.services import log_access
from matching.api.serializers.review import DecideIn, DecisionOut, NextPairOut, PairOut, RejectIn
from matching.models import STATUS_AFTER, Match, MatchDecision
from matching.review.page import for_review, review_context
from matching.review.queue import waiting
from matching.services import (
    DecisionRefused,
    claim_next,
    confirm_match,
    record_impressions,
    reject_match,
    reviewer_of,
    skip,
    undo_decision,
)
from matching.services.decision_checks import standing_decision
from matching.services.impressions import with_noted

ERRORS = problems(401, 403, 404)
DECIDED: Final[dict[Any, Any]] = {200: DecisionOut, **ERRORS, **problems(400, 409)}


class MayReview(BasePermission):
    """Allows staff who may decide on pairs."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """See rest_framework."""
        return bool(request.user.is_staff and request.user.has_perm("matching.change_match"))


class NextPairView(APIView):
    """The review queue, one pair at a time."""

    permission_classes = (MayReview,)

    @extend_schema(
        operation_id="review_next",
        request=None,
        responses={200: NextPairOut, **problems(401, 403)},
    )
    def post(self, request: Request) -> Response:
        """Take the next pair, which is then reserved for ten minutes."""
        match = claim_next(signed_in(request), with_noted(for_review(waiting())))
        if match is not None:
            record_impressions([match])
            log_access(signed_in(request), AccessLog.What.PAIR, match.posts)
        answer = {"left": waiting().count(), "pair": match and _pair(match)}
        return Response(NextPairOut(answer).data)


class PairView(APIView):
    """One pair with its evidence."""

    permission_classes = (MayReview,)

    @extend_schema(operation_id="review_pair", responses={200: PairOut, **ERRORS})
    def get(self, request: Request, pk: int) -> Response:
        """Read a pair with everything needed for a decision."""
        match = _match(pk)
        log_access(signed_in(request), AccessLog.What.PAIR, match.posts)
        return Response(PairOut(_pair(match)).data)


class ConfirmView(APIView):
    """Confirms that both posts are about the same thing."""

    permission_classes = (MayReview,)

    @extend_schema(operation_id="review_confirm", request=DecideIn, responses=DECIDED)
    def post(self, request: Request, pk: int) -> Response:
        """Confirm a pair; both authors are notified. The request can be repeated safely."""
        data = DecideIn(data=request.data)
        data.is_valid(raise_exception=True)
        match, actor = _match(pk), signed_in(request)
        try:
            decision = confirm_match(
                match, actor=actor, expected_version=data.validated_data["version"]
            )
        except DecisionRefused as refused:
            decision = _decided_before(match, actor, MatchDecision.Action.CONFIRM, refused)
        return Response(DecisionOut(decision).data)


class RejectView(APIView):
    """Rejects a pair whose posts are about different things."""

    permission_classes = (MayReview,)

    @extend_schema(operation_id="review_reject", request=RejectIn, responses=DECIDED)
    def post(self, request: Request, pk: int) -> Response:
        """Reject a pair; it returns only if its evidence changes. Can be repeated safely."""
        data = RejectIn(data=request.data)
        data.is_valid(raise_exception=True)
        params = dict(data.validated_data)
        version = params.pop("version")
        match, actor = _match(pk), signed_in(request)
        try:
            decision = reject_match(match, actor=actor, expected_version=version, **params)
        except DecisionRefused as refused:
            why = params.get("reason", "")
            decision = _decided_before(match, actor, MatchDecision.Action.REJECT, refused, why)
        return Response(DecisionOut(decision).data)


class SkipView(APIView):
    """Skips a pair, to leave it to somebody else or to later."""

    permission_classes = (MayReview,)

    @extend_schema(operation_id="review_skip", request=None, responses={204: None, **ERRORS})
    def post(self, request: Request, pk: int) -> Response:
        """Release a pair; it returns at the end of your queue."""
        skip(_match(pk), signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class UndoView(APIView):
    """Undoes an earlier decision."""

    permission_classes = (MayReview,)

    @extend_schema(operation_id="review_undo", request=None, responses=DECIDED)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Undo a decision and restore the state before it."""
        decision = get_object_or_404(
            MatchDecision.objects.select_related("match__lost", "match__found"),
            public_id=public_id,
        )
        try:
            undone = undo_decision(decision, actor=signed_in(request))
        except DecisionRefused as refused:
            raise Conflict(str(refused), refused.code) from refused
        return Response(DecisionOut(undone).data)


def _match(pk: int) -> Match:
    return get_object_or_404(for_review(Match.objects.all()), pk=pk)


def _decided_before(
    match: Match,
    actor: User,
    action: str,
    refused: DecisionRefused,
    reason: str = "",
) -> MatchDecision:
    """The identical earlier decision of the same person, whose response may have been lost.

    Args:
        reason: a decision for another reason is not identical.

    Raises: Conflict
    """
    standing = standing_decision(match)
    if refused.code == "decided" and standing is not None:
        match.refresh_from_db(fields=["status"])
        stands = match.status == STATUS_AFTER[action]
        of_it = (standing.action, standing.actor_id, standing.reason)
        if stands and of_it == (action, actor.pk, reason):
            return standing
    raise Conflict(str(refused), refused.code) from refused


def _pair(match: Match) -> dict[str, Any]:
    shown = review_context(match)
    answer = shown["answer"]
    holder = reviewer_of(match)
    return {
        **shown,
        "answer": answer.answer if answer else None,
        "held_by": holder and holder.get_username(),
    }
