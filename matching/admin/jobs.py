"""The outbox in the admin: what waits, what failed and why, and a way to try again."""

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

from lostfound.admin.read_only import ReadOnlyMixin
from lostfound.admin.safe_filters import FilterNumbers
from matching.models import Heartbeat, MatchingJob
from matching.selectors import encoder_problem, is_worker_away, worker_seen_ago
from matching.services import retry_matching

ERROR_IN_LIST_CHARS = 120


@admin.register(MatchingJob)
class MatchingJobAdmin(FilterNumbers, ReadOnlyMixin, admin.ModelAdmin[MatchingJob]):
    """Read-only but for one action; the states belong to the tasks."""

    list_display = (
        *("post_link", "status", "attempts", "short_error"),
        *("queued_at", "finished_at", "strategy", "fingerprint"),
    )
    list_display_links = ("status",)
    list_filter = ("status", "attempts")
    list_select_related = ("post",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("post__title", "error")
    ordering = ("-queued_at", "-pk")
    actions = ("match_again",)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Whoever may decide about matches may have them made again."""
        return bool(request.user.has_perm("matching.change_match"))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, below what keeps it from getting shorter."""
        if request.method == "GET":
            tell_worker_state(request)
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.action(description=gettext_lazy("Match again"), permissions=["retry"])
    def match_again(self, request: HttpRequest, queryset: QuerySet[MatchingJob]) -> None:
        """Let the selected posts wait anew, with all attempts before them."""
        rows = queryset.select_related("post").order_by("pk")
        posts = [row.post for row in rows]
        count = retry_matching(post for post in posts if post.is_open)
        if count:
            text = ngettext("%(n)d post is matched again.", "%(n)d posts are matched again.", count)
            messages.success(request, text % {"n": count})
        if len(posts) > count:
            left = len(posts) - count
            text = ngettext(
                "%(n)d post is not open and was left as it is.",
                "%(n)d posts are not open and were left as they are.",
                left,
            )
            messages.warning(request, text % {"n": left})

    @admin.display(description=gettext_lazy("post"), ordering="post__title")
    def post_link(self, row: MatchingJob) -> SafeString:
        """The title, leading to the post."""
        url = reverse("admin:lostfound_post_change", args=[row.post_id])
        return format_html('<a href="{}">{}</a>', url, row.post)

    @admin.display(description=gettext_lazy("error"))
    def short_error(self, row: MatchingJob) -> str:
        """The beginning of the error; the row's own page has all of it."""
        return Truncator(row.error).chars(ERROR_IN_LIST_CHARS) or "–"


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyMixin, admin.ModelAdmin[Heartbeat]):
    """When each part of the worker last did something."""

    list_display = ("name", "beat_at", "ago", "detail")
    ordering = ("-beat_at",)

    @admin.display(description=gettext_lazy("since then"))
    def ago(self, row: Heartbeat) -> str:
        """How long ago that was."""
        return timesince(row.beat_at)


def tell_worker_state(request: HttpRequest) -> None:
    """A message where nothing is matched at present, with what to do about it."""
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
        messages.error(request, _("No vectors can be made: %(why)s") % {"why": problem})
