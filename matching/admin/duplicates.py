"""Possible duplicates: the list, and the page on which one is decided."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lostfound.admin.filters import SearchByNumber
from lostfound.admin.read_only import NoAddOrDeleteMixin
from lostfound.admin.safe_filters import FilterNumbers
from lostfound.http import AuthenticatedHttpRequest, signed_in
from lostfound.models import AccessLog, Post, User
from lostfound.services import log_access
from matching.admin.filters import WaitingFilter
from matching.admin.pages import by_button
from matching.models import PossibleDuplicate, decision_version
from matching.review.comparison import compare_posts
from matching.review.explain import explain_duplicate_reasons, explain_duplicate_terms, score_words
from matching.review.page import Side
from matching.selectors import open_duplicates, with_duplicates
from matching.services import DecisionRefused, close_duplicate, dismiss_duplicate, take_up_duplicate

MAY_SETTLE = "matching.change_possibleduplicate"
CLOSE_FIRST, CLOSE_SECOND = "close_first", "close_second"
DISMISS, TAKE_UP = "dismiss", "take_up"


class StatusFilter(WaitingFilter):
    """Possible duplicates that are waiting for a decision."""

    waits = PossibleDuplicate.Status.OPEN
    statuses = PossibleDuplicate.Status.choices


@admin.register(PossibleDuplicate)
class PossibleDuplicateAdmin(
    SearchByNumber, FilterNumbers, NoAddOrDeleteMixin, admin.ModelAdmin[PossibleDuplicate]
):
    """Flagged by the worker and decided here; nobody adds, edits or deletes one by hand."""

    list_display = ("pair", "kind", "percent", "status", "created_at", "decided_by")
    list_display_links = ("pair",)
    list_filter = (StatusFilter, "first__kind")
    list_per_page = 50
    show_full_result_count = False
    posts_at = ("first__", "second__")
    search_fields = ("first__title", "second__title")
    ordering = ("-score", "-pk")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[PossibleDuplicate]:
        return with_duplicates(super().get_queryset(request)).select_related("decided_by")

    def get_urls(self) -> list[URLPattern]:
        settle = self.admin_site.admin_view(self.settle_view)
        name = "matching_possibleduplicate_settle"
        return [path("<int:object_id>/settle/", settle, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one pair. Decisions go through `settle_view`; a POST here does nothing."""
        return require_safe(self._page)(request, object_id)

    def _page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        duplicate = self.get_object(request, object_id)
        if not self.has_view_or_change_permission(request, duplicate):
            raise PermissionDenied
        if duplicate is None:
            raise Http404
        log_access(signed_in(request), AccessLog.What.PAIR, duplicate.posts)
        others = open_duplicates().exclude(pk=duplicate.pk)
        later = Q(score__lt=duplicate.score) | Q(score=duplicate.score, pk__lt=duplicate.pk)
        context = {
            **self.admin_site.each_context(request),
            **_context(duplicate),
            "opts": self.opts,
            "title": _("Was the same thing reported twice?"),
            "next": others.filter(later).first() or others.first(),
            "waiting_count": open_duplicates().count(),
            "may_decide": self.has_change_permission(request, duplicate),
        }
        return TemplateResponse(request, "admin/matching/possibleduplicate/page.html", context)

    def settle_view(self, request: AuthenticatedHttpRequest, object_id: int) -> HttpResponse:
        """Apply the decision named by the button."""
        settle = by_button(self._settle, back=_page_url, needs=MAY_SETTLE)
        return settle(request, object_id)

    def _settle(self, request: AuthenticatedHttpRequest, object_id: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        what, _sep, version = request.POST.get("decision", "").partition(":")
        if what not in (CLOSE_FIRST, CLOSE_SECOND, DISMISS, TAKE_UP) or not version:
            return HttpResponseBadRequest("decision")
        duplicate = self.get_object(request, str(object_id))
        if duplicate is None:
            messages.error(request, _("This pair no longer exists: one of its posts was deleted."))
            return HttpResponseRedirect(self._list_url())
        page = _page_url(duplicate.pk)
        actor = request.user
        try:
            text = _done(duplicate, what, version, actor)
        except DecisionRefused as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(page)
        messages.success(request, text)
        if what == TAKE_UP:
            return HttpResponseRedirect(page)
        follower = open_duplicates().first()
        if follower is None:
            return HttpResponseRedirect(self._list_url())
        return HttpResponseRedirect(_page_url(follower.pk))

    def _list_url(self) -> str:
        return reverse("admin:matching_possibleduplicate_changelist")

    @admin.display(description=gettext_lazy("posts"))
    def pair(self, duplicate: PossibleDuplicate) -> str:
        """Both titles."""
        return f"{duplicate.first.title} = {duplicate.second.title}?"

    @admin.display(description=gettext_lazy("kind"), ordering="first__kind")
    def kind(self, duplicate: PossibleDuplicate) -> str:
        """Lost or found, the same for both."""
        return str(duplicate.first.get_kind_display())

    @admin.display(description=gettext_lazy("probability"), ordering="score")
    def percent(self, duplicate: PossibleDuplicate) -> str:
        """The probability as a percentage."""
        return score_words(duplicate)


def _page_url(object_id: int) -> str:
    return reverse("admin:matching_possibleduplicate_change", args=[object_id])


def _context(duplicate: PossibleDuplicate) -> dict[str, Any]:
    posts = duplicate.posts
    headings = (_("Posted first"), _("Posted later"))
    speaking_for, against = explain_duplicate_reasons(duplicate)
    is_open = duplicate.status == PossibleDuplicate.Status.OPEN
    both_open = all(post.is_open for post in posts)
    return {
        "duplicate": duplicate,
        "sides": [
            Side(heading, post, list(post.photos.all()))
            for heading, post in zip(headings, posts, strict=True)
        ],
        "facts": compare_posts(*posts),
        "terms": explain_duplicate_terms(duplicate),
        "reasons_for": speaking_for,
        "reasons_against": against,
        "version": decision_version(duplicate),
        "can_settle": is_open and both_open,
        "can_take_up": both_open and duplicate.status == PossibleDuplicate.Status.DISMISSED,
    }


def _done(duplicate: PossibleDuplicate, what: str, version: str, actor: User) -> str:
    """Apply a decision; returns the message to show.

    Raises: DecisionRefused
    """
    if what == TAKE_UP:
        take_up_duplicate(duplicate, actor=actor)
        return _("Reopened: these posts may be duplicates again.")
    if what == DISMISS:
        dismiss_duplicate(duplicate, actor=actor, expected_version=version)
        return _("Different things: %(pair)s") % {"pair": duplicate}
    closing: Post = duplicate.first if what == CLOSE_FIRST else duplicate.second
    close_duplicate(duplicate, close=closing, actor=actor, expected_version=version)
    return _("“%(post)s” has been closed and its author notified. The other post stays open.") % {
        "post": closing.title
    }
