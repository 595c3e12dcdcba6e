"""Suggestions for category and colour while a post is being written."""

from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound.api.parsers import JSONParser, MultiPartParser
from lostfound.api.posts import ERRORS, ONE_ERRORS
from lostfound.http import signed_in
from lostfound.infra.limits import LimitName
from lostfound.infra.rate_limits import WriteThrottle
from lostfound.media.processing import PhotoRefused
from matching.api.serializers.intake import IntakeIn, IntakeOut, IntakeWithPhotoIn
from matching.models import IntakeQuestion
from matching.services import ask_intake, intake_of

POLL_AFTER_S: Final = 1


class IntakeView(APIView):
    """Requests for suggestions for a post that is being written."""

    parser_classes = (MultiPartParser, JSONParser)
    throttle_classes = (WriteThrottle,)
    limit: LimitName = "intake"

    @extend_schema(
        operation_id="intake_ask",
        request={"multipart/form-data": IntakeWithPhotoIn, "application/json": IntakeIn},
        responses={202: IntakeOut, **ERRORS},
    )
    def post(self, request: Request) -> Response:
        """Request suggestions for category and colour, from text and a photograph."""
        data = IntakeWithPhotoIn(data=request.data)
        data.is_valid(raise_exception=True)
        try:
            question = ask_intake(signed_in(request), **data.validated_data)
        except PhotoRefused as refused:
            raise ValidationError({"photo": refused.error_list}) from refused
        return _response(question, status.HTTP_202_ACCEPTED)


class IntakeAnswerView(APIView):
    """The suggestions for one request."""

    @extend_schema(operation_id="intake_answer", responses={200: IntakeOut, **ONE_ERRORS})
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read the suggestions; while they are pending, Retry-After says when to poll again."""
        question = intake_of(signed_in(request), public_id)
        if question is None:
            raise Http404
        return _response(question, status.HTTP_200_OK)


def _response(question: IntakeQuestion, code: int) -> Response:
    is_waiting = question.status == IntakeQuestion.Status.WAITING
    headers = {"Retry-After": str(POLL_AFTER_S)} if is_waiting else {}
    return Response(IntakeOut(question).data, status=code, headers=headers)
