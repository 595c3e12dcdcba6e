"""The page with the figures of things, and the same as CSV."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lostfound.spreadsheets.escaping import safe_cell
from matching.models import Match
from matching.status.durations import hours_words
from matching.status.things import MOST_DAYS, ThingRow, ThingStatistics, thing_statistics

USUAL_DAYS: Final = 365
BOM: Final = "\ufeff"  # tells spreadsheets that the file is UTF-8


class PeriodForm(forms.Form):
    """From when to when, both included."""

    first = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("To"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def clean(self) -> dict[str, Any]:
        """Raises: ValidationError"""
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and last and not 0 <= (last - first).days <= MOST_DAYS:
            raise forms.ValidationError(
                _("The first day comes before the last, at most five years earlier.")
            )
        return values


def things_page(model_admin: admin.ModelAdmin[Match], request: HttpRequest) -> HttpResponse:
    """The figures of a period; `?format=csv` for a file. They name nobody."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    today = timezone.localdate()
    usual = {"first": today - timedelta(days=USUAL_DAYS - 1), "last": today}
    is_chosen = "first" in request.GET or "last" in request.GET
    form = PeriodForm(request.GET if is_chosen else None, initial=usual)
    period = form.cleaned_data if is_chosen and form.is_valid() else usual
    found = thing_statistics(period["first"], period["last"])
    if request.GET.get("format") == "csv" and not form.errors:
        return _file(found)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Things at the office"),
        "opts": model_admin.opts,
        "form": form,
        "found": found,
        "tables": [
            (_("By category"), "categories", [_shown(row) for row in found.categories]),
            (_("By office"), "offices", [_shown(row) for row in found.offices]),
            (_("By month"), "months", [_shown(row) for row in found.months]),
        ],
        "total": _shown(found.total),
        "first_suggestion": hours_words(found.first_suggestion_h),
        "collection": hours_words(found.collection_h),
        "alert_precision": _percent(found.alert_precision),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "admin/matching/match/things.html", context)


def _shown(row: ThingRow) -> dict[str, Any]:
    is_month = isinstance(row.label, date)
    days = row.median_days
    return {
        "label": date_format(row.label, "YEAR_MONTH_FORMAT") if is_month else row.label,
        "row": row,
        "share": _percent(row.share),
        "days": "–" if days is None else f"{days:.1f}",
    }


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _file(found: ThingStatistics) -> HttpResponse:
    name = f"things-{found.first:%Y%m%d}-{found.last:%Y%m%d}.csv"
    response = HttpResponse(
        BOM,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    csv.writer(response).writerows([safe_cell(cell) for cell in line] for line in _lines(found))
    return response


def _lines(found: ThingStatistics) -> Iterator[list[Any]]:
    yield [_("period"), found.first, found.last]
    yield [_("hours to the first suggestion"), _number(found.first_suggestion_h)]
    yield [_("hours from approval to collection"), _number(found.collection_h)]
    yield [_("alerts that were right"), found.alerts_right]
    yield [_("alerts that were wrong"), found.alerts_wrong]
    yield [_("confirmed without an alert before"), found.found_without_alert]
    yield [
        *("", _("name"), _("taken in"), _("returned"), _("share returned"), _("days in store")),
        *(_("disposed of"), _("missing"), _("in store now")),
    ]
    groups = (
        (_("All"), [found.total]),
        (_("category"), found.categories),
        (_("office"), found.offices),
        (_("month"), found.months),
    )
    for group, rows in groups:
        for row in rows:
            label = f"{row.label:%Y-%m}" if isinstance(row.label, date) else row.label
            counts = (row.received, row.returned, _number(row.share), _number(row.median_days))
            yield [group, label, *counts, row.disposed, row.missing, row.in_store]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
