"""The page on which one pair is decided, and the URLs between which a reviewer moves."""

import copy
from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from lostfound.http import signed_in
from lostfound.models import AccessLog
from lostfound.services import log_access
from lostfound.views import decorators
from matching.admin.lists import filtered_pairs
from matching.models import REJECTABLE, Match
from matching.review.page import review_context
from matching.review.queue import waiting
from matching.services import last_decision

MAY_DECIDE: Final = "matching.change_match"


def review_page(
    model_admin: admin.ModelAdmin[Match],
    request: HttpRequest,
    match: Match,
    filters: str,
    waiting_count: int,
    context: dict[str, Any],
) -> TemplateResponse:
    """The page on which one pair is decided; opening it is recorded in the access log."""
    log_access(signed_in(request), AccessLog.What.PAIR, match.posts)
    shown = {
        **model_admin.admin_site.each_context(request),
        **review_context(match),
        "opts": model_admin.opts,
        "title": _("Is this the same thing?"),
        "filters": filters,
        "list_url": list_url(filters),
        "waiting_count": waiting_count,
        "may_decide": model_admin.has_change_permission(request, match),
        "last": last_decision(signed_in(request)),
        **context,
    }
    return TemplateResponse(request, "admin/matching/match/review.html", shown)


def queue_of(
    model_admin: admin.ModelAdmin[Match], request: HttpRequest, filters: str
) -> QuerySet[Match]:
    """The waiting pairs of the list from which the reviewer came."""
    if not filters:  # the unfiltered list
        return waiting()
    listed = copy.copy(request)
    listed.GET = QueryDict(filters)
    try:
        return filtered_pairs(model_admin, listed).filter(status__in=REJECTABLE)
    except IncorrectLookupParameters:
        return waiting()


def list_url(filters: str) -> str:
    """URL of the list of pairs with these filters."""
    url = reverse("admin:matching_match_changelist")
    return f"{url}?{filters}" if filters else url


def review_url(match_id: int, filters: str) -> str:
    """URL of the page of one pair; the next pair comes from the filtered list."""
    url = reverse("admin:matching_match_change", args=[match_id])
    return f"{url}?{urlencode({'_changelist_filters': filters})}" if filters else url


def desk_url(filters: str, pair: int | None = None) -> str:
    """URL of the desk for a filtered list, optionally with one pair first."""
    url = reverse("admin:matching_match_desk")
    params = {"filters": filters, "pair": pair and str(pair)}
    query = urlencode({name: value for name, value in params.items() if value})
    return f"{url}?{query}" if query else url


def _to_desk(*args: Any, **kwargs: Any) -> str:
    return desk_url("")


def by_button(
    view: decorators.View, back: Callable[..., str] = _to_desk, needs: str = MAY_DECIDE
) -> decorators.View:
    """Like `lostfound.views.decorators.by_button`, for staff: returns to the desk by default.

    Args:
        needs: the permission required to be redirected.
    """
    pressed = decorators.by_button(back)(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in decorators.LOOKING and not request.user.has_perm(needs):
            raise PermissionDenied
        return pressed(request, *args, **kwargs)

    return guarded
