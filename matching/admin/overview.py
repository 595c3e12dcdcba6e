"""The office's pages of figures and of health."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from lostfound.models import Notification
from matching.admin.bases import MatchModelAdmin
from matching.conf import matching_settings
from matching.encoder import EncoderUnavailable, current_fingerprint
from matching.figures import Band, Row, figures
from matching.finder.client import is_there
from matching.finder.wire import finder_address
from matching.models import Embedding, Heartbeat, StoredProfile
from matching.selectors import encoder_problem, is_worker_away, worker_seen_ago
from matching.services import retry_matching

FAILED_SHOWN: Final = 50
FINDER_TIMEOUT_S: Final = 0.5
# Of a chart, in the units of its drawing.
CHART_WIDTH: Final = 320
BAR_HEIGHT: Final = 12


@dataclass(frozen=True)
class Bar:
    """One bar; `width` in the units of the drawing, `mark` where a second value is compared."""

    label: str
    width: int
    words: str
    mark: int | None = None
    count: int = 0


def overview_urls(model_admin: MatchModelAdmin) -> list[URLPattern]:
    """The addresses of both pages, behind the admin's own door."""

    def figures_page(request: HttpRequest) -> HttpResponse:
        return _figures(model_admin, request)

    def health_page(request: HttpRequest) -> HttpResponse:
        return _health(model_admin, request)

    guarded = model_admin.admin_site.admin_view
    health = require_http_methods(["GET", "HEAD", "POST"])(health_page)
    return [
        path("figures/", guarded(require_safe(figures_page)), name="matching_match_figures"),
        path("health/", guarded(health), name="matching_match_health"),
    ]


def _figures(model_admin: MatchModelAdmin, request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    found = figures()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Figures"),
        "opts": model_admin.opts,
        "figures": found,
        "first_suggestion": hours_words(found.first_suggestion_h),
        "decision": hours_words(found.decision_h),
        "bands": [_band(band) for band in found.bands],
        "decided": sum(band.count for band in found.bands),
        "categories": _rows(found.categories, str),
        "months": _rows(found.months, lambda month: date_format(month, "YEAR_MONTH_FORMAT")),
        "chart_width": CHART_WIDTH,
    }
    return TemplateResponse(request, "admin/matching/match/figures.html", context)


def hours_words(hours: float | None) -> str:
    """A span of time as people say it."""
    if hours is None:
        return "–"
    if hours < 1:
        minutes = max(round(hours * 60), 1)
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if hours < 48:
        whole = round(hours)
        return ngettext("%(n)d hour", "%(n)d hours", whole) % {"n": whole}
    days = round(hours / 24)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def _band(band: Band) -> Bar:
    label = f"{band.low:.0%}–{band.high:.0%}"
    if band.share is None:
        return Bar(label, 0, "–")
    return Bar(
        label,
        round(band.share * CHART_WIDTH),
        f"{band.share:.0%}",
        round(band.mean * CHART_WIDTH),
        band.count,
    )


def _rows(rows: Sequence[Row], label: Any) -> list[dict[str, Any]]:
    most = max((max(row.lost, row.found, row.confirmed) for row in rows), default=0) or 1
    return [
        {
            "label": label(row.label),
            "row": row,
            "lost": round(row.lost / most * CHART_WIDTH),
            "found": round(row.found / most * CHART_WIDTH),
            "confirmed": round(row.confirmed / most * CHART_WIDTH),
        }
        for row in rows
    ]


def _health(model_admin: MatchModelAdmin, request: HttpRequest) -> HttpResponse:
    """What works, what waits, and what failed, with a way to try it again."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    failed = Embedding.objects.filter(status=Embedding.Status.FAILED).select_related("post")
    if request.method == "POST":
        if not model_admin.has_change_permission(request):
            raise PermissionDenied
        wanted = request.POST.get("retry", "")
        one = failed.filter(pk=int(wanted)) if wanted.isdecimal() else failed.none()
        chosen = failed if wanted == "all" else one
        count = retry_matching(row.post for row in chosen if row.post.is_open)
        text = ngettext("%(n)d post is matched again.", "%(n)d posts are matched again.", count)
        messages.success(request, text % {"n": count})
        return HttpResponseRedirect(reverse("admin:matching_match_health"))
    states = dict(Embedding.objects.values_list("status").annotate(Count("pk")).order_by("status"))
    waiting = (Embedding.Status.PENDING, Embedding.Status.RUNNING)
    oldest = Embedding.objects.filter(status__in=waiting).aggregate(at=Min("queued_at"))["at"]
    address = finder_address()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Health"),
        "opts": model_admin.opts,
        "states": [(label, states.get(value, 0)) for value, label in Embedding.Status.choices],
        "oldest": oldest,
        "oldest_s": (timezone.now() - oldest).total_seconds() if oldest else 0,
        "failed": failed.order_by("-finished_at")[:FAILED_SHOWN],
        "failed_count": states.get(Embedding.Status.FAILED, 0),
        "worker_away": is_worker_away(),
        "worker_seen": worker_seen_ago(),
        "now": timezone.now(),
        "beats": Heartbeat.objects.order_by("-beat_at")[:20],
        "finder_off": address is None,
        "finder_there": address is not None and is_there(address, FINDER_TIMEOUT_S),
        "problem": encoder_problem(),
        "fingerprint": _fingerprint(),
        "matching": matching_settings(),
        "profile": StoredProfile.objects.filter(is_current=True).defer("data").first(),
        "emails_owed": Notification.objects.email_owed().count(),
        "may_retry": model_admin.has_change_permission(request),
    }
    return TemplateResponse(request, "admin/matching/match/health.html", context)


def _fingerprint() -> str:
    try:
        return current_fingerprint()
    except EncoderUnavailable:
        return ""
