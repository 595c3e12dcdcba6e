"""The statistics page, and the URLs of all pages about how the site does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from matching.admin.health import health_page
from matching.admin.things import things_page
from matching.models import Match
from matching.status.durations import hours_words
from matching.status.statistics import RECENT_DAYS, TIMES_DAYS, Band, Row, office_statistics

CHART_WIDTH: Final = 320  # in units of the drawing, which the page scales

TOO_WIDE: Final = 0.5  # an interval this wide fits almost any expectation


@dataclass(frozen=True)
class Bar:
    """One band; `width` and `mark` (the expected share) are in units of the drawing."""

    label: str
    count: int
    width: int = 0
    mark: int | None = None
    predicted: str = "–"
    share: str = "–"
    interval: str = ""
    verdict: str = "–"
    state: str = ""  # "is-same" or "is-differs", coloured as on the desk; or empty


@dataclass(frozen=True)
class Line:
    """One category or month, with its bars in units of the drawing."""

    label: str
    row: Row
    lost: int
    found: int
    confirmed: int
    precision: str


def overview_urls(model_admin: admin.ModelAdmin[Match]) -> list[URLPattern]:
    """URLs of both pages, protected by the admin's sign-in."""

    def figures_view(request: HttpRequest) -> HttpResponse:
        return _figures(model_admin, request)

    def health_view(request: HttpRequest) -> HttpResponse:
        return health_page(model_admin, request)

    def things_view(request: HttpRequest) -> HttpResponse:
        return things_page(model_admin, request)

    guarded = model_admin.admin_site.admin_view
    health = require_http_methods(["GET", "HEAD", "POST"])(health_view)
    return [
        path("figures/", guarded(require_safe(figures_view)), name="matching_match_figures"),
        path("figures/things/", guarded(require_safe(things_view)), name="matching_match_things"),
        path("health/", guarded(health), name="matching_match_health"),
    ]


def _figures(model_admin: admin.ModelAdmin[Match], request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    found = office_statistics()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Statistics"),
        "opts": model_admin.opts,
        "figures": found,
        "now": timezone.now(),
        "recent_days": RECENT_DAYS,
        "times_days": TIMES_DAYS,
        "first_suggestion": hours_words(found.first_suggestion_h),
        "decision": hours_words(found.decision_h),
        "bands": [band_bar(band) for band in found.bands],
        "decided": sum(band.count for band in found.bands),
        "categories": _lines(found.categories, str),
        "months": _lines(found.months, lambda month: date_format(month, "YEAR_MONTH_FORMAT")),
        "may_review": model_admin.has_change_permission(request),
        "chart_width": CHART_WIDTH,
    }
    return TemplateResponse(request, "admin/matching/match/figures.html", context)


def _never_certain(probability: float) -> str:
    """A percentage that is never rounded up to certainty."""
    return f"{min(probability, 0.99):.0%}" if probability < 1.0 else "100%"


def band_bar(band: Band) -> Bar:
    """A band as it is drawn and as a screen reader reads it."""
    label = f"{band.low:.0%}–{band.high:.0%}"
    if band.share is None or band.interval is None:
        return Bar(label, band.count)
    low, high = band.interval
    verdict, state = _verdict(band.mean, low, high)
    return Bar(
        label=label,
        count=band.count,
        width=round(band.share * CHART_WIDTH),
        mark=round(band.mean * CHART_WIDTH),
        predicted=_never_certain(band.mean),
        share=f"{band.share:.0%}",
        interval=f"{low * 100:.0f}–{high:.0%}",
        verdict=verdict,
        state=state,
    )


def _verdict(predicted: float, low: float, high: float) -> tuple[str, str]:
    if low <= predicted <= high and high - low > TOO_WIDE:
        return _("too few decisions to tell"), ""
    if low <= predicted <= high:
        return _("as expected: the difference may be chance"), "is-same"
    if predicted < low:
        return _("confirmed more often than expected"), "is-differs"
    return _("confirmed less often than expected"), "is-differs"


def _lines(rows: Sequence[Row], label: Callable[[Any], str]) -> list[Line]:
    most = max((max(row.lost, row.found, row.confirmed) for row in rows), default=0) or 1
    return [
        Line(
            label=label(row.label),
            row=row,
            lost=round(row.lost / most * CHART_WIDTH),
            found=round(row.found / most * CHART_WIDTH),
            confirmed=round(row.confirmed / most * CHART_WIDTH),
            precision="–" if row.precision is None else f"{row.precision:.0%}",
        )
        for row in rows
    ]
