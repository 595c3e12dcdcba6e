"""The privacy notice and the terms, for apps: what is in force, and that a person agrees."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound.api.problems import problems
from lostfound.api.serializers.known_fields import KnownFieldsOnly
from lostfound.http import signed_in
from lostfound.models import LegalText
from lostfound.services.consent import agree, asked_for, missing_texts, texts_in_force


class LegalTextOut(serializers.ModelSerializer[LegalText]):
    """A text in force."""

    class Meta:
        model = LegalText
        fields = ("id", "kind", "version", "body_ko", "body_en", "published_at")


class ConsentIn(KnownFieldsOnly):
    """The texts that the person was shown and agrees to."""

    texts = serializers.ListField(
        child=serializers.IntegerField(min_value=1), min_length=1, max_length=10
    )


class ConsentOut(serializers.Serializer[Any]):
    """What the person has yet to agree to."""

    missing = LegalTextOut(many=True)


class LegalTextsView(APIView):
    """The texts in force."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="legal_texts_list", responses={200: LegalTextOut(many=True), **problems(401)}
    )
    def get(self, request: Request) -> Response:
        """Read the privacy notice and the terms; empty while the office has published none."""
        return Response(LegalTextOut(texts_in_force(), many=True).data)


class ConsentView(APIView):
    """What the person has agreed to."""

    @extend_schema(operation_id="me_consent_retrieve", responses={200: ConsentOut, **problems(401)})
    def get(self, request: Request) -> Response:
        """Read the texts that the person has yet to agree to."""
        return _missing(request)

    @extend_schema(
        operation_id="me_consent",
        request=ConsentIn,
        responses={200: ConsentOut, **problems(400, 401)},
    )
    def post(self, request: Request) -> Response:
        """Agree to texts; the response lists those that are still missing."""
        data = ConsentIn(data=request.data)
        data.is_valid(raise_exception=True)
        agree(signed_in(request), data.validated_data["texts"])
        return _missing(request)


def _missing(request: Request) -> Response:
    texts = missing_texts(signed_in(request)) if asked_for() else []
    return Response({"missing": LegalTextOut(texts, many=True).data})
