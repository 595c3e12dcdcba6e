"""Suggests category and colour while a post is being written: a request, then polling."""

from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lostfound.http import AuthenticatedHttpRequest
from lostfound.infra.rate_limits import count_request
from lostfound.media.processing import PhotoRefused
from lostfound.models import Category, Colour
from matching.services import ask_intake, intake_of

SURE_FROM: Final = 0.9
PROBABLE_FROM: Final = 0.5


@require_POST
@login_required
def ask(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Accept text and an optional photograph; responds with the URL to poll."""
    if not count_request(request, "intake").allowed:
        return JsonResponse({"status": "failed"}, status=429)
    try:
        question = ask_intake(
            request.user,
            title=request.POST.get("title", ""),
            description=request.POST.get("description", ""),
            photo=request.FILES.get("photo"),
        )
    except PhotoRefused as refused:
        return JsonResponse({"status": "failed", "detail": " ".join(refused.messages)}, status=400)
    return JsonResponse(_content(question.public_id, question.status, question.answer), status=202)


@require_safe
@login_required
def answer(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """The suggestions so far."""
    question = intake_of(request.user, public_id)
    if question is None:
        raise Http404
    return JsonResponse(_content(public_id, question.status, question.answer))


def _content(public_id: UUID, status: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Suggestions with the values of the form's fields and with labels."""
    codes = [code for code, _p in answer.get("category", [])]
    rows = {row.code: row for row in Category.objects.filter(code__in=codes)}
    return {
        "status": status,
        "url": reverse("matching:intake", args=[public_id]),
        "category": [
            _choice(str(rows[code].pk), rows[code].name, p)
            for code, p in answer.get("category", [])
            if code in rows
        ],
        "colour": [
            _choice(code, str(Colour(code).label), p)
            for code, p in answer.get("colour", [])
            if code in Colour.values
        ],
    }


def _choice(value: str, label: str, p: float) -> dict[str, str]:
    return {"value": value, "label": label, "sure": _sure(p)}


def _sure(p: float) -> str:
    """The confidence in words, because a number would suggest more precision than there is."""
    if p >= SURE_FROM:
        return _("almost certainly")
    return _("probably") if p >= PROBABLE_FROM else _("perhaps")
