"""The outbox in the admin: what is waiting, what failed and why, and a way to retry."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lostfound.admin.filters import SearchByNumber
from lostfound.admin.read_only import ReadOnlyMixin
from lostfound.admin.safe_filters import FilterNumbers
from matching.models import Heartbeat, MatchingJob
from matching.selectors import encoder_problem, is_worker_away, worker_seen_ago
from matching.services import retry_matching

ERROR_IN_LIST_CHARS = 120


@admin.register(MatchingJob)
class MatchingJobAdmin(SearchByNumber, FilterNumbers, ReadOnlyMixin, admin.ModelAdmin[MatchingJob]):
    """Read-only except for one action, because tasks manage the states."""

    list_display = (
        *("post_link", "status", "attempts", "short_error"),
        *("queued_at", "finished_at", "strategy", "fingerprint"),
    )
    list_display_links = ("status",)
    list_filter = ("status", "attempts")
    list_select_related = ("post",)
    list_per_page = 50
    show_full_result_count = False
    posts_at = ("post__",)
    search_fields = ("post__title", "error")
    ordering = ("-queued_at", "-pk")
    actions = ("match_again",)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Whoever may decide on pairs may retry matching."""
        return bool(request.user.has_perm("matching.change_match"))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with a message if something keeps jobs from being processed."""
        if request.method == "GET":
            tell_worker_state(request)
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.action(description=gettext_lazy("Match again"), permissions=["retry"])
    def match_again(self, request: HttpRequest, queryset: QuerySet[MatchingJob]) -> None:
        """Queue the selected posts again, with all attempts available."""
        rows = queryset.select_related("post").order_by("pk")
        posts = [row.post for row in rows]
        count = retry_matching(post for post in posts if post.is_open)
        if count:
            text = ngettext(
                "%(n)d post will be matched again.", "%(n)d posts will be matched again.", count
            )
            messages.success(request, text % {"n": count})
        if len(posts) > count:
            left = len(posts) - count
            text = ngettext(
                "%(n)d post is not open and was left unchanged.",
                "%(n)d posts are not open and were left unchanged.",
                left,
            )
            messages.warning(request, text % {"n": left})

    @admin.display(description=gettext_lazy("post"), ordering="post__title")
    def post_link(self, row: MatchingJob) -> SafeString:
        """The title, linked to the post."""
        url = reverse("admin:lostfound_post_change", args=[row.post_id])
        return format_html('<a href="{}">{}</a>', url, row.post)

    @admin.display(description=gettext_lazy("error"))
    def short_error(self, row: MatchingJob) -> str:
        """The beginning of the error; the page of the job has all of it."""
        return Truncator(row.error).chars(ERROR_IN_LIST_CHARS) or "–"


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyMixin, admin.ModelAdmin[Heartbeat]):
    """When each component of the worker was last active."""

    list_display = ("name", "beat_at", "ago", "detail")
    ordering = ("-beat_at",)

    @admin.display(description=gettext_lazy("time since"))
    def ago(self, row: Heartbeat) -> str:
        """How long ago the heartbeat was."""
        return timesince(row.beat_at)


def tell_worker_state(request: HttpRequest) -> None:
    """Add a message with advice if nothing is being matched at present."""
    if is_worker_away():
        ago = worker_seen_ago()
        if ago is None:
            text = _("No worker is running. Start one with: python manage.py runworker")
        else:
            text = _(
                "The worker was last seen %(ago)s ago. Start it with: python manage.py runworker"
            ) % {"ago": timesince(timezone.now() - timedelta(seconds=ago.total_seconds()))}
        messages.warning(request, text)
    if problem := encoder_problem():
        messages.error(request, _("The encoder is unavailable: %(why)s") % {"why": problem})
