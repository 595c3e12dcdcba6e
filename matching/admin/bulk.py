"""Bulk decisions on selected pairs: a confirmation page, then a report on each pair."""

from typing import Final

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lostfound.http import AuthenticatedHttpRequest
from matching.models import Match, MatchDecision
from matching.selectors import with_both_posts
from matching.services.bulk_decisions import BulkReport, confirm_matches, reject_matches

MAX_AT_ONCE: Final = 200  # pairs; each is decided in its own transaction
MAX_REASONS_SHOWN: Final = 10


def decide_selected(
    desk: admin.ModelAdmin[Match],
    request: AuthenticatedHttpRequest,
    listed: QuerySet[Match],
    action: str,
) -> HttpResponse | None:
    """Ask for confirmation first, then decide each pair independently."""
    if not desk.has_change_permission(request):
        raise PermissionDenied
    matches = _selected(request, listed)
    if len(matches) > MAX_AT_ONCE:
        message = _("You can decide at most %(limit)d pairs at once.") % {"limit": MAX_AT_ONCE}
        messages.error(request, message)
        return None
    if "sure" not in request.POST:
        context = {
            **desk.admin_site.each_context(request),
            "opts": desk.opts,
            "title": _("Confirm these pairs?") if action == "confirm" else _("Reject these pairs?"),
            "action": f"{action}_selected",
            "confirming": action == MatchDecision.Action.CONFIRM,
            "matches": sorted(matches, key=lambda match: (-match.score, match.pk)),
            "sharing": _sharing(matches) if action == MatchDecision.Action.CONFIRM else set(),
            "reasons": MatchDecision.Reason.choices,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/matching/match/bulk.html", context)
    actor = request.user
    versions = {match.pk: request.POST.get(f"version_{match.pk}", "") for match in matches}
    if action == MatchDecision.Action.CONFIRM:
        report = confirm_matches(matches, actor=actor, versions=versions)
    else:
        reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
        report = reject_matches(matches, actor=actor, reason=reason, note=note, versions=versions)
    _tell(request, report, action)
    return None


def _selected(request: HttpRequest, listed: QuerySet[Match]) -> list[Match]:
    """The selected pairs, even those no longer in the list: the report explains why."""
    if request.POST.get("select_across") == "1":
        return list(listed[: MAX_AT_ONCE + 1])
    ticked = [key for key in request.POST.getlist(ACTION_CHECKBOX_NAME) if key.isdigit()]
    return list(with_both_posts(Match.objects.filter(pk__in=ticked)))


def _sharing(matches: list[Match]) -> set[int]:
    """Keys of pairs that will be refused because they share a post with a stronger one."""
    taken: set[int] = set()
    weaker = set()
    for match in sorted(matches, key=lambda match: (-match.score, match.pk)):
        posts = {match.lost_id, match.found_id}
        if posts & taken:
            weaker.add(match.pk)
        else:
            taken |= posts
    return weaker


def _tell(request: HttpRequest, report: BulkReport, action: str) -> None:
    if (count := len(report.decided)) and action == MatchDecision.Action.CONFIRM:
        done = ngettext("%(n)d pair confirmed.", "%(n)d pairs confirmed.", count) % {"n": count}
    elif count:
        done = ngettext("%(n)d pair rejected.", "%(n)d pairs rejected.", count) % {"n": count}
    if count:
        link = reverse("admin:matching_matchdecision_changelist")
        messages.success(
            request, format_html('{} <a href="{}">{}</a>', done, link, _("View or undo"))
        )
    if report.refused:
        shown = report.refused[:MAX_REASONS_SHOWN]
        count = len(report.refused)
        head = ngettext(
            "%(n)d pair could not be decided:", "%(n)d pairs could not be decided:", count
        ) % {"n": count}
        lines = format_html_join("", "<li>{}: {}</li>", ((m, why) for m, why in shown))
        left = count - len(shown)
        more = _("and %(n)d more") % {"n": left} if left else ""
        messages.warning(request, format_html("{}<ul>{}</ul>{}", head, lines, more))
