"""Search for found things over the API, by words, a photograph, and facts."""

from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lostfound.api.parsers import MultiPartParser
from lostfound.api.problems import Unavailable, problems
from lostfound.infra.limits import LimitName
from lostfound.infra.rate_limits import RequestThrottle
from lostfound.media.processing import prepare_photo
from lostfound.models import Colour, Post
from matching.api.serializers.search import PhotoQueryIn, PhotoQueryOut, SearchOut
from matching.search.client import FinderAway, embed_photo
from matching.search.forms import SearchForm
from matching.search.reasons import why_words
from matching.search.search import PER_PAGE, Finding, SearchQuery, look_up, things_with
from matching.services import keep_photo_query, photo_query

MOST_PAGES: Final = 1_000_000  # more than there will ever be, but bounded


class SearchView(APIView):
    """Public search for found things; no sign-in is needed."""

    permission_classes = (AllowAny,)
    throttle_classes = (RequestThrottle,)  # reading too: each search costs the model's time
    limit: LimitName = "search"

    @extend_schema(
        operation_id="search",
        parameters=[
            OpenApiParameter("q", description="Words in Korean or English."),
            OpenApiParameter("photo", description="The photo id that /search/photo/ returned."),
            OpenApiParameter("category", description="Code of a category."),
            OpenApiParameter("colour", enum=Colour.values),
            OpenApiParameter("building", description="Code of a building."),
            OpenApiParameter("since", description="First day, for example 2026-03-01."),
            OpenApiParameter("until", description="Last day."),
            OpenApiParameter(
                "page",
                {"type": "integer", "minimum": 1, "maximum": MOST_PAGES},
                description="From 1 on; beyond the last of pages there are no results.",
            ),
        ],
        responses={200: SearchOut, **problems(400, 401, 429)},
    )
    def get(self, request: Request) -> Response:
        """Search by meaning and by exact words; without a query, list the newest things."""
        form = SearchForm(request.query_params)
        if not form.is_valid():
            raise _refused(form)
        number = _page_number(request.query_params.get("page", "1"))
        photo_id = request.query_params.get("photo", "")
        query = SearchQuery(form.cleaned_data["q"], photo_query(photo_id), form.facts)
        if photo_id and query.photo is None:
            message = _("The photograph of this address is no longer known.")
            raise ValidationError({"photo": [message]}, code="unknown")
        listed: Sequence[Any]
        by_meaning = True
        if query:
            found = look_up(query)
            listed, by_meaning = found.findings, found.by_meaning
        else:
            listed = things_with(query.facts)  # type: ignore[assignment]
        pages = Paginator(listed, PER_PAGE)
        answer = {
            "count": pages.count,
            "page": number,
            "pages": pages.num_pages,
            "by_meaning": by_meaning,
            "results": _results(list(pages.page(number))) if number <= pages.num_pages else [],
        }
        return Response(SearchOut(answer).data)


class SearchPhotoView(APIView):
    """Uploads of photographs to search by."""

    permission_classes = (AllowAny,)
    throttle_classes = (RequestThrottle,)  # reading too: each search costs the model's time
    limit: LimitName = "search"
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="search_photo",
        request={"multipart/form-data": PhotoQueryIn},
        responses={201: PhotoQueryOut, **problems(400, 401, 429, 503)},
    )
    def post(self, request: Request) -> Response:
        """Upload a photograph to search by; only its embedding is kept."""
        data = PhotoQueryIn(data=request.data)
        data.is_valid(raise_exception=True)
        try:
            prepared = prepare_photo(data.validated_data["photo"])
        except DjangoValidationError as refused:
            raise DjangoValidationError({"photo": refused.error_list}) from refused
        try:
            query = keep_photo_query(embed_photo(prepared.thumbnail))
        except FinderAway as away:
            raise Unavailable from away
        return Response(PhotoQueryOut({"photo": query.public_id}).data, status.HTTP_201_CREATED)


def _refused(form: SearchForm) -> ValidationError:
    """The form's errors with their codes and messages."""
    return ValidationError(
        {
            name: [ErrorDetail(str(item["message"]), item["code"]) for item in items]
            for name, items in form.errors.get_json_data().items()
        }
    )


def _page_number(text: str) -> int:
    """The page number in a query parameter, from 1.

    Raises: ValidationError
    """
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_PAGES))
    if not is_number or not 1 <= int(text) <= MOST_PAGES:
        raise ValidationError({"page": [_("Pages are numbered from 1 on.")]}, code="invalid")
    return int(text)


def _results(listed: list[Finding | Post]) -> list[dict[str, Any]]:
    posts = [one for one in listed if isinstance(one, Post)]
    if posts:
        return [{"thing": post, "why": []} for post in posts]
    findings = [one for one in listed if isinstance(one, Finding)]
    rows = things_with({}).in_bulk([finding.post_id for finding in findings])
    return [
        {"thing": rows[finding.post_id], "why": why_words(finding)}
        for finding in findings
        if finding.post_id in rows
    ]
