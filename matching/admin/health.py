"""The system status page: what works, what is waiting, what failed, and a way to retry."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from matching.models import Heartbeat, Match, MatchingJob
from matching.selectors import ENCODER
from matching.services import retry_matching
from matching.services.heartbeat import BUSY
from matching.status.durations import ago_words
from matching.status.health import failure_words, lights

FAILED_SHOWN: Final = 50
BEATS_SHOWN: Final = 20
# By the first part of a heartbeat's name; the rest is the number of a cluster.
BEAT_WORDS: Final = {
    "worker": (
        gettext_lazy("Worker"),
        gettext_lazy("takes posts from the queue and compares them one by one"),
    ),
    "beat": (
        gettext_lazy("Response through the queue"),
        gettext_lazy("shows that the queue still delivers tasks while there is nothing to do"),
    ),
    "cluster": (
        gettext_lazy("Cluster"),
        gettext_lazy("the task queue with its worker, started by runworker"),
    ),
    ENCODER: (gettext_lazy("Model"), gettext_lazy("when its availability last changed")),
    "profile": (
        gettext_lazy("Statistics for the scores"),
        gettext_lazy("when a new version was last requested"),
    ),
}


@dataclass(frozen=True)
class Sign:
    """One heartbeat in words; `technical` as it is stored."""

    title: str
    meaning: str
    ago: str
    state: str
    technical: str


def health_page(model_admin: admin.ModelAdmin[Match], request: HttpRequest) -> HttpResponse:
    """Show the page, or retry failed posts."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    failed = MatchingJob.objects.filter(status=MatchingJob.Status.FAILED).select_related("post")
    if request.method == "POST":
        if not model_admin.has_change_permission(request):
            raise PermissionDenied
        return _tried_again(request, failed)
    states = dict(
        MatchingJob.objects.values_list("status").annotate(Count("pk")).order_by("status")
    )
    shown = failed.order_by("-finished_at")[:FAILED_SHOWN]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("System status"),
        "opts": model_admin.opts,
        "lights": lights(),
        "states": [(label, states.get(value, 0)) for value, label in MatchingJob.Status.choices],
        "failed": [(row, failure_words(row.error)) for row in shown],
        "signs": [_sign(beat) for beat in Heartbeat.objects.order_by("-beat_at")[:BEATS_SHOWN]],
        "may_retry": model_admin.has_change_permission(request),
    }
    return TemplateResponse(request, "admin/matching/match/health.html", context)


def _tried_again(request: HttpRequest, failed: Any) -> HttpResponse:
    wanted = request.POST.get("retry", "")
    one = failed.filter(pk=int(wanted)) if wanted.isdecimal() else failed.none()
    chosen = failed if wanted == "all" else one
    count = retry_matching(row.post for row in chosen if row.post.is_open)
    text = ngettext(
        "%(n)d post will be matched again.", "%(n)d posts will be matched again.", count
    )
    messages.success(request, text % {"n": count})
    return HttpResponseRedirect(reverse("admin:matching_match_health"))


def _sign(beat: Heartbeat) -> Sign:
    kind = beat.name.partition(":")[0]
    title, meaning = BEAT_WORDS.get(kind, (beat.name, ""))
    return Sign(
        title=str(title),
        meaning=str(meaning),
        ago=ago_words(timezone.now() - beat.beat_at),
        state=_state(kind, beat.detail),
        technical=f"{beat.name} {beat.detail}".strip(),
    )


def _state(kind: str, detail: str) -> str:
    """The state in words; empty if it would mean nothing to staff."""
    if kind == "worker":
        return _("working") if detail.startswith(BUSY) else _("idle")
    if kind == ENCODER:
        return _("cannot be used") if detail else _("can be used")
    if kind == "cluster" and len(parts := detail.split()) == 3:
        return _("on machine “%(name)s”") % {"name": parts[2]}
    return ""
