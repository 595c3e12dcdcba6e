"""The desk: waiting pairs one at a time, each reserved for one person."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import User
from matching.admin.pages import by_button, desk_url, queue_of, review_page
from matching.models import Match
from matching.review.page import for_review
from matching.services import (
    DecisionRefused,
    claim_next,
    last_decision,
    record_impressions,
    skip,
    take_over,
    undo_decision,
)
from matching.services.impressions import with_noted


def desk_urls(model_admin: admin.ModelAdmin[Match]) -> list[URLPattern]:
    """URLs of the desk, protected by the admin's sign-in."""

    def desk(request: AuthenticatedHttpRequest) -> HttpResponse:
        return _desk(model_admin, request)

    def skip_one(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        return _skip(model_admin, request, pk)

    def take(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        return _take(model_admin, request, pk)

    def undo(request: AuthenticatedHttpRequest) -> HttpResponse:
        return _undo_last(model_admin, request)

    guarded = model_admin.admin_site.admin_view
    return [
        path("desk/", guarded(require_safe(desk)), name="matching_match_desk"),
        path("desk/undo/", guarded(by_button(undo)), name="matching_match_undo_last"),
        path("<int:pk>/skip/", guarded(by_button(skip_one)), name="matching_match_skip"),
        path("<int:pk>/take/", guarded(by_button(take)), name="matching_match_take"),
    ]


def _desk(model_admin: admin.ModelAdmin[Match], request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the next pair for this person."""
    person = _decider(model_admin, request)
    filters, wanted = request.GET.get("filters", ""), request.GET.get("pair", "")
    queue = queue_of(model_admin, request, filters)
    match = claim_next(
        person, with_noted(for_review(queue)), int(wanted) if wanted.isdecimal() else None
    )
    left = queue.count()
    if match is None:
        title = (
            _("Your colleagues are reviewing the remaining pairs")
            if left
            else _("All pairs have been decided")
        )
        context = {
            **model_admin.admin_site.each_context(request),
            "title": title,
            "opts": model_admin.opts,
            "left": left,
            "filters": filters,
            "last": last_decision(person),
        }
        return TemplateResponse(request, "admin/matching/match/desk_empty.html", context)
    record_impressions([match])
    context = {"page_name": "desk", "is_desk": True}
    return review_page(model_admin, request, match, filters, left, context)


def _skip(
    model_admin: admin.ModelAdmin[Match], request: AuthenticatedHttpRequest, pk: int
) -> HttpResponse:
    """Skip a pair, for somebody else or later; a deleted pair needs no skipping."""
    person = _decider(model_admin, request)
    match = Match.objects.filter(pk=pk).first()
    if match is not None:
        skip(match, person)
    return HttpResponseRedirect(desk_url(request.POST.get("filters", "")))


def _take(
    model_admin: admin.ModelAdmin[Match], request: AuthenticatedHttpRequest, pk: int
) -> HttpResponse:
    """Take over a pair from a colleague, and decide it at the desk."""
    person = _decider(model_admin, request)
    match = Match.objects.filter(pk=pk).first()
    if match is not None:
        take_over(match, person)
    return HttpResponseRedirect(desk_url(request.POST.get("filters", ""), pk))


def _undo_last(
    model_admin: admin.ModelAdmin[Match], request: AuthenticatedHttpRequest
) -> HttpResponse:
    """Undo this person's latest decision, and show the pair again."""
    person = _decider(model_admin, request)
    filters = request.POST.get("filters", "")
    decision = last_decision(person)
    if decision is None:
        messages.info(request, _("You have not decided anything today that can be undone."))
        return HttpResponseRedirect(desk_url(filters))
    try:
        undo_decision(decision, actor=person)
    except DecisionRefused as refused:
        messages.error(request, str(refused))
    else:
        text = _("Undone: %(match)s is as it was before.") % {"match": decision.match}
        messages.success(request, text)
    return HttpResponseRedirect(desk_url(filters, decision.match_id))


def _decider(model_admin: admin.ModelAdmin[Match], request: AuthenticatedHttpRequest) -> User:
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    return request.user
