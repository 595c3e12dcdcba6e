"""A post's matching over the API: its state and its suggestions."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound.api.posts import ONE_ERRORS, own_post
from matching import selectors
from matching.api.serializers import MatchingStateOut, SuggestionOut

POLL_AFTER_S = 2


class MatchingStateView(APIView):
    """How far the matching of a post is."""

    @extend_schema(operation_id="posts_matching", responses={200: MatchingStateOut, **ONE_ERRORS})
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read the state; while it is waiting, Retry-After says when to ask again."""
        state = selectors.matching_state(own_post(request, public_id))
        headers = {"Retry-After": str(POLL_AFTER_S)} if state.is_waiting else {}
        return Response(MatchingStateOut(state).data, headers=headers)


class SuggestionsView(APIView):
    """What may be about the same thing."""

    @extend_schema(
        operation_id="posts_suggestions",
        responses={200: SuggestionOut(many=True), **ONE_ERRORS},
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """List suggestions, strongest first."""
        post = own_post(request, public_id)
        suggestions = selectors.suggestions_for(post)
        return Response(SuggestionOut(suggestions, many=True, context={"post": post}).data)
