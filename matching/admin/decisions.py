"""The list of decisions: read-only, but each standing decision can be undone."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lostfound.admin.filters import SearchByNumber
from lostfound.admin.read_only import ReadOnlyMixin
from lostfound.admin.safe_filters import FilterNumbers
from lostfound.http import AuthenticatedHttpRequest
from matching.admin.pages import MAY_DECIDE, by_button, desk_url
from matching.admin.undo import undo_button
from matching.models import Match, MatchDecision
from matching.review.explain import compared_words, explain_exclusions, how_words, score_words
from matching.services.decision_checks import DecisionRefused
from matching.services.decisions import undo_decision


@admin.register(MatchDecision)
class MatchDecisionAdmin(
    SearchByNumber, FilterNumbers, ReadOnlyMixin, admin.ModelAdmin[MatchDecision]
):
    """Who decided what and when, and what they saw."""

    list_display = ("at", "pair", "action", "score_seen", "reason", "note", "actor", "undo")
    list_display_links = ("at",)
    fields = (
        *("at", "pair", "action", "actor", "reason", "note", "undoes", "before"),
        *("score_seen", "compared", "how", "exclusions_seen", "fingerprint"),
    )
    list_filter = ("action", "reason", "at")
    list_select_related = ("match__lost", "match__found", "actor", "undone_by__actor", "undoes")
    list_per_page = 50
    show_full_result_count = False
    posts_at = ("match__lost__", "match__found__")
    search_fields = ("match__lost__title", "match__found__title", "actor__username", "note")
    ordering = ("-at", "-pk")
    actions = ("undo_selected",)

    def has_undo_permission(self, request: HttpRequest) -> bool:
        """Whoever may decide may undo a decision."""
        return request.user.has_perm(MAY_DECIDE)

    def get_urls(self) -> list[URLPattern]:
        undo = self.admin_site.admin_view(self.undo_view)
        return [path("undo/", undo, name="matching_matchdecision_undo"), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        may = self.has_undo_permission(request)
        return shown if may else [name for name in shown if name != "undo"]

    def undo_view(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Undo the decision named by the button."""
        return by_button(self._undo)(request)

    def _undo(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        if not self.has_undo_permission(request):
            raise PermissionDenied
        decision = _decision_or_404(request.POST.get("decision", ""))
        try:
            undo_decision(decision, actor=request.user)
        except DecisionRefused as refused:
            messages.error(request, str(refused))
        else:
            text = _("Undone: %(match)s is as it was before.") % {"match": decision.match}
            messages.success(request, text)
        if request.POST.get("page") == "desk":
            desk = desk_url(request.POST.get("filters", ""), decision.match_id)
            return HttpResponseRedirect(desk)
        url = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            url = reverse("admin:matching_match_change", args=[decision.match_id])
        return HttpResponseRedirect(url)

    @admin.action(description=gettext_lazy("Undo the selected decisions"), permissions=["undo"])
    def undo_selected(
        self, request: AuthenticatedHttpRequest, queryset: QuerySet[MatchDecision]
    ) -> None:
        """Undo several decisions, newest first."""
        if not self.has_undo_permission(request):
            raise PermissionDenied
        undone = 0
        for decision in queryset.order_by("-at", "-pk"):
            try:
                undo_decision(decision, actor=request.user)
            except DecisionRefused as refused:
                messages.warning(request, f"{decision.match}: {refused}")
            else:
                undone += 1
        if undone:
            text = ngettext("%(n)d decision undone.", "%(n)d decisions undone.", undone)
            messages.success(request, text % {"n": undone})

    @admin.display(description=gettext_lazy("pair"))
    def pair(self, decision: MatchDecision) -> SafeString:
        """Both titles, linked to the review page."""
        url = reverse("admin:matching_match_change", args=[decision.match_id])
        return format_html('<a href="{}">{}</a>', url, decision.match)

    @admin.display(description=gettext_lazy("score"), ordering="score")
    def score_seen(self, decision: MatchDecision) -> str:
        """The score at the time of the decision."""
        return score_words(decision)

    @admin.display(description=gettext_lazy("status before"))
    def before(self, decision: MatchDecision) -> str:
        """The status of the pair before the decision."""
        return str(dict(Match.Status.choices).get(decision.status_before, decision.status_before))

    @admin.display(description=gettext_lazy("compared"))
    def compared(self, decision: MatchDecision) -> str:
        """Which parts of the two posts were compared."""
        return compared_words(decision)

    @admin.display(description=gettext_lazy("strategy"))
    def how(self, decision: MatchDecision) -> str:
        """The strategy in words."""
        return how_words(decision)

    @admin.display(description=gettext_lazy("exclusion rules"))
    def exclusions_seen(self, decision: MatchDecision) -> str:
        """Why the pair was excluded, if it was."""
        return " ".join(explain_exclusions(decision)) or "–"

    @admin.display(description=gettext_lazy("undo"))
    def undo(self, decision: MatchDecision) -> str:
        """An undo button, or who undid the decision."""
        if decision.action == MatchDecision.Action.UNDO:
            return "–"
        if hasattr(decision, "undone_by"):
            return _("undone by %(person)s") % {"person": decision.undone_by.actor}
        return undo_button(decision)


def _decision_or_404(public_id: str) -> MatchDecision:
    try:
        return MatchDecision.objects.select_related("match__lost", "match__found").get(
            public_id=uuid.UUID(public_id)
        )
    except (ValueError, MatchDecision.DoesNotExist) as missing:
        raise Http404 from missing
