"""The review desk: the queue of suggested pairs, and the page on which one is decided."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
)
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lostfound.admin.filters import SearchByNumber
from lostfound.admin.read_only import NoAddOrDeleteMixin
from lostfound.admin.safe_filters import FilterNumbers
from lostfound.http import AuthenticatedHttpRequest, signed_in
from lostfound.models import AccessLog, Office
from lostfound.services import log_access
from matching.admin.bulk import decide_selected
from matching.admin.candidates import candidate_urls
from matching.admin.desk import desk_urls
from matching.admin.filters import WaitingFilter
from matching.admin.lists import CountedList
from matching.admin.overview import overview_urls
from matching.admin.pages import by_button, desk_url, list_url, queue_of, review_page, review_url
from matching.admin.undo import tell_decided
from matching.models import REJECTABLE, Match, MatchDecision
from matching.review.page import for_review
from matching.review.queue import QUEUE_ORDER, next_waiting, place_in
from matching.selectors import load_photos, with_posts
from matching.services import (
    DecisionRefused,
    claim_opened,
    confirm_match,
    free_for,
    record_impressions,
    reject_match,
    reviewer_of,
)
from matching.services.impressions import with_noted


class StatusFilter(WaitingFilter):
    """Waiting pairs."""

    template = "admin/matching/match/filter.html"
    waits = Match.Status.SUGGESTED
    statuses = Match.Status.choices


class OfficeFilter(admin.SimpleListFilter):
    """Where the found thing is kept, so that each office can check its own shelf."""

    title = gettext_lazy("kept at")
    parameter_name = "office"
    template = "admin/matching/match/filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(office.pk), office.name) for office in Office.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Match]) -> QuerySet[Match]:
        if (value := self.value()) is None:
            return queryset
        offices = {str(pk) for pk, _name in self.lookup_choices}
        return queryset.filter(found__office=int(value)) if value in offices else queryset.none()


@admin.register(Match)
class MatchAdmin(SearchByNumber, FilterNumbers, NoAddOrDeleteMixin, admin.ModelAdmin[Match]):
    """Pairs are only decided here; nobody adds, edits or deletes one by hand."""

    ordering = QUEUE_ORDER
    list_filter = (StatusFilter, OfficeFilter)
    list_per_page = 20
    list_max_show_all = 100
    show_full_result_count = False
    posts_at = ("lost__", "found__")
    search_fields = (
        "lost__title",
        "lost__description",
        "found__title",
        "found__description",
        "found__kept_note",
    )
    actions = ("confirm_selected", "reject_selected")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Match]:
        """Pairs with everything in the list except photographs, which a page loads together."""
        return with_noted(with_posts(super().get_queryset(request)))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CountedList]:
        return CountedList

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide_view)
        return [
            path("decide/", decide, name="matching_match_decide"),
            *desk_urls(self),
            *overview_urls(self),
            *candidate_urls(),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "title": _("Suggested pairs"),
            "subtitle": None,
            "may_decide": self.has_change_permission(request),
            "filters": request.GET.urlencode(),
            **(extra_context or {}),
        }
        response = super().changelist_view(request, context)
        listed = getattr(response, "context_data", None) or {}
        if "cl" in listed:
            pairs = list(listed["cl"].result_list)
            log_undecided(pairs)
            seen = [post for match in pairs for post in match.posts]
            load_photos(seen)
            log_access(signed_in(request), AccessLog.What.LIST, seen)
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The review page. Decisions go through `decide_view`; a POST here changes nothing."""
        return require_safe(self._review)(request, object_id)

    def _review(self, request: HttpRequest, object_id: str) -> HttpResponse:
        pairs = for_review(self.get_queryset(request))
        match = pairs.filter(pk=int(object_id)).first() if object_id.isdecimal() else None
        if not self.has_view_or_change_permission(request, match):
            raise PermissionDenied
        if match is None:
            raise Http404
        log_undecided([match])
        filters = request.GET.get("_changelist_filters", "")
        person = signed_in(request)
        queue = queue_of(self, request, filters)
        place = place_in(queue, match, free_for(person, queue))
        if match.status in REJECTABLE and self.has_change_permission(request, match):
            # Reserve it for whoever opens it to decide, as at the desk.
            reviewer = claim_opened(match, person)
        else:
            reviewer = reviewer_of(match)
        context = {
            "next_url": review_url(place.next_id, filters) if place.next_id else None,
            "page_name": "review",
            "reviewer": None if reviewer == person else reviewer,
        }
        return review_page(self, request, match, filters, place.waiting_count, context)

    def decide_view(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Confirm or reject the pair named by the button."""
        return by_button(self._decide)(request)

    def _decide(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        action, _sep, rest = request.POST.get("decision", "").partition(":")
        key, _sep, version = rest.partition(":")
        if action not in ("confirm", "reject") or not key.isdigit() or not version:
            return HttpResponseBadRequest("decision")
        filters = request.POST.get("filters", "")
        page = request.POST.get("page")
        match = self.get_object(request, key)
        if match is None:
            messages.error(request, _("This pair no longer exists: one of its posts was deleted."))
            return HttpResponseRedirect(desk_url(filters) if page == "desk" else list_url(filters))
        actor = request.user
        try:
            if action == "confirm":
                decision = confirm_match(match, actor=actor, expected_version=version)
            else:
                decision = reject_match(
                    match,
                    actor=actor,
                    reason=request.POST.get("reason", ""),
                    note=request.POST.get("note", ""),
                    expected_version=version,
                )
        except DecisionRefused as refused:
            messages.error(request, str(refused))
            back = {"list": list_url(filters), "desk": desk_url(filters)}
            return HttpResponseRedirect(back.get(str(page)) or review_url(match.pk, filters))
        tell_decided(request, decision)
        if page == "list":
            return HttpResponseRedirect(list_url(filters))
        if page == "desk":
            return HttpResponseRedirect(desk_url(filters))
        follower = next_waiting(match, free_for(actor, queue_of(self, request, filters)))
        if follower is None:
            messages.info(request, _("No more pairs are waiting here."))
            return HttpResponseRedirect(list_url(filters))
        return HttpResponseRedirect(review_url(follower, filters))

    @admin.action(description=gettext_lazy("Confirm the selected pairs"), permissions=["change"])
    def confirm_selected(self, request: AuthenticatedHttpRequest, queryset: QuerySet[Match]) -> Any:
        """Confirm the selected pairs after a confirmation page."""
        return decide_selected(self, request, queryset, MatchDecision.Action.CONFIRM)

    @admin.action(description=gettext_lazy("Reject the selected pairs"), permissions=["change"])
    def reject_selected(self, request: AuthenticatedHttpRequest, queryset: QuerySet[Match]) -> Any:
        """Reject the selected pairs for one reason after a confirmation page."""
        return decide_selected(self, request, queryset, MatchDecision.Action.REJECT)


def log_undecided(matches: Iterable[Match]) -> None:
    """Record impressions of undecided pairs."""
    record_impressions([match for match in matches if match.status in REJECTABLE])
