"""The desk: one waiting pair after the other, each before one person only."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lostfound.models import User
from matching.admin.bases import MatchModelAdmin
from matching.admin.pages import desk_url, queue_of, review_page
from matching.models import Match
from matching.services import claim_next, log_shown, skip


def desk_urls(model_admin: MatchModelAdmin) -> list[URLPattern]:
    """The addresses of the desk, behind the admin's own door."""

    def desk(request: HttpRequest) -> HttpResponse:
        return _desk(model_admin, request)

    def skip_one(request: HttpRequest, pk: int) -> HttpResponse:
        return _skip(model_admin, request, pk)

    guarded = model_admin.admin_site.admin_view
    return [
        path("desk/", guarded(require_safe(desk)), name="matching_match_desk"),
        path("<int:pk>/skip/", guarded(require_POST(skip_one)), name="matching_match_skip"),
    ]


def _desk(model_admin: MatchModelAdmin, request: HttpRequest) -> HttpResponse:
    """The next pair of this person."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    filters = request.GET.get("filters", "")
    queue = queue_of(model_admin, request, filters)
    match = claim_next(cast(User, request.user), queue)
    left = queue.count()
    if match is None:
        if left:
            messages.info(request, _("The pairs that are left are before your colleagues."))
        context = {
            **model_admin.admin_site.each_context(request),
            "title": _("All pairs are decided"),
            "opts": model_admin.opts,
            "left": left,
        }
        return TemplateResponse(request, "admin/matching/match/desk_empty.html", context)
    log_shown([match])
    context = {"page_name": "desk", "is_desk": True}
    return review_page(model_admin, request, match, filters, left, context)


def _skip(model_admin: MatchModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a pair to somebody else, or to later."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    skip(get_object_or_404(Match, pk=pk), cast(User, request.user))
    return HttpResponseRedirect(desk_url(request.POST.get("filters", "")))
