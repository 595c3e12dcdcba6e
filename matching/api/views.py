"""A post's matching over the API: state, timeline, suggestions and answers to them."""

from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound.api.posts import ONE_ERRORS, own_post
from lostfound.api.problems import Conflict, problems
from lostfound.http import signed_in
from lostfound.infra.limits import LimitName
from lostfound.infra.rate_limits import WriteThrottle, count_one
from matching import selectors
from matching.api.serializers.posts import (
    AnswerIn,
    MatchingStateOut,
    PoliceMatchOut,
    StepOut,
    SuggestionOut,
)
from matching.services import AnswerRefused, answer_suggestion, withdraw_answer
from matching.status.timeline import timeline

POLL_AFTER_S = 2


class MatchingStateView(APIView):
    """The matching state of a post."""

    @extend_schema(operation_id="posts_matching", responses={200: MatchingStateOut, **ONE_ERRORS})
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read the state; while the post is waiting, Retry-After says when to poll again."""
        state = selectors.matching_state(own_post(request, public_id))
        headers = {"Retry-After": str(POLL_AFTER_S)} if state.is_waiting else {}
        return Response(MatchingStateOut(state).data, headers=headers)


class TimelineView(APIView):
    """The timeline of a post."""

    @extend_schema(operation_id="posts_timeline", responses={200: StepOut(many=True), **ONE_ERRORS})
    def get(self, request: Request, public_id: UUID) -> Response:
        """List all steps from saved to returned, including future ones."""
        return Response(StepOut(timeline(own_post(request, public_id)), many=True).data)


class SuggestionsView(APIView):
    """Suggestions: posts that may be about the same thing."""

    @extend_schema(
        operation_id="posts_suggestions",
        responses={200: SuggestionOut(many=True), **ONE_ERRORS},
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """List suggestions, best first."""
        post = own_post(request, public_id)
        suggestions = selectors.suggestions_for(post)
        return Response(SuggestionOut(suggestions, many=True, context={"post": post}).data)


class PoliceView(APIView):
    """Similar things at the police."""

    @extend_schema(
        operation_id="posts_police",
        responses={200: PoliceMatchOut(many=True), **ONE_ERRORS},
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """List similar things at the police, best first. Our office has none of them."""
        post = own_post(request, public_id)
        found = selectors.police_matches_of(post) if post.is_open else ()
        return Response(PoliceMatchOut(found, many=True).data)


class AnswerView(APIView):
    """The owner's answer to one suggestion."""

    throttle_classes = (WriteThrottle,)
    limit: LimitName = "answer"

    @extend_schema(
        operation_id="suggestions_answer",
        request=AnswerIn,
        responses={200: SuggestionOut, **ONE_ERRORS, **problems(400, 409, 429)},
    )
    def put(self, request: Request, public_id: UUID, pk: int) -> Response:
        """Say whether it may be yours. Staff see the answer and decide; a new one replaces it."""
        post = own_post(request, public_id)
        data = AnswerIn(data=request.data)
        data.is_valid(raise_exception=True)
        try:
            with transaction.atomic():
                answer_suggestion(post, pk, actor=signed_in(request), **data.validated_data)
                count_one(request, self.limit)
        except AnswerRefused as refused:
            raise Conflict(str(refused), "not_answerable") from refused
        answered = selectors.suggestions_for(post).get(pk=pk)
        return Response(SuggestionOut(answered, context={"post": post}).data)

    @extend_schema(
        operation_id="suggestions_answer_withdraw",
        responses={204: None, **ONE_ERRORS, **problems(409, 429)},
    )
    def delete(self, request: Request, public_id: UUID, pk: int) -> Response:
        """Withdraw the answer, as long as staff have not decided."""
        post = own_post(request, public_id)
        try:
            with transaction.atomic():
                if withdraw_answer(post, pk, actor=signed_in(request)):
                    count_one(request, self.limit)
        except AnswerRefused as refused:
            raise Conflict(str(refused), "not_answerable") from refused
        return Response(status=status.HTTP_204_NO_CONTENT)
