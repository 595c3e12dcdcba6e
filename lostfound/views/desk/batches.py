"""Batches that leave for the police or for good: draft, approval, list, results."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lostfound import selectors
from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import AccessLog, BatchItem, DisposalBatch, User
from lostfound.services import log_access
from lostfound.services.disposal import (
    Outcome,
    allowed_kinds,
    approve_batch,
    cancel_batch,
    complete_batch,
    draft_batch,
)
from lostfound.services.status import TransitionRefused
from lostfound.spreadsheets.batches import batch_lines, headings, row_of
from lostfound.views.decorators import by_button, for_staff

MAY = ("lostfound.police_batch", "lostfound.dispose_item")
SHOWN = 50


def batches_page(**_kwargs: str) -> str:
    """Where the form of a new batch leads back to."""
    return reverse("lostfound:batches")


def batch_page(pk: int, **_kwargs: object) -> str:
    """Where a button of a batch leads back to."""
    return reverse("lostfound:batch", args=[pk])


def batch_seen_by(person: User, pk: int) -> DisposalBatch:
    """A batch of the person's office; of any, for somebody without one.

    Raises: Http404
    """
    rows = DisposalBatch.objects.select_related(
        "office__building", "made_by", "approved_by", "done_by"
    )
    found = get_object_or_404(rows, pk=pk)
    if person.office_id not in (None, found.office_id) and not person.is_superuser:
        raise Http404
    return found


def _rows(batch: DisposalBatch) -> QuerySet[BatchItem]:
    return batch.rows.select_related(
        "item__post__category", "item__post__building", "item__post__author", "item__place"
    )


@require_safe
@for_staff(*MAY)
def batches(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Batches of the own office, the newest first, and the form for a new one."""
    rows = DisposalBatch.objects.select_related("office", "made_by").annotate(things=Count("rows"))
    if request.user.office_id is not None and not request.user.is_superuser:
        rows = rows.filter(office=request.user.office_id)
    allowed = allowed_kinds()
    context = {
        "batches": rows[:SHOWN],
        "kinds": [choice for choice in DisposalBatch.Kind.choices if choice[0] in allowed],
        "is_risky": len(allowed) > 2,  # donation or destruction
        "codes": request.GET.get("codes", ""),
    }
    return render(request, "lostfound/desk/batches.html", context)


@for_staff(*MAY)
@by_button(back=batches_page)
def draft(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Draft a batch of the things whose codes were scanned."""
    data = request.POST
    items, unknown = selectors.items_called([data.get("codes", "")])
    if unknown:
        messages.error(request, _("Not known: %(codes)s") % {"codes": ", ".join(unknown)})
        return redirect(batches_page())
    try:
        drafted = draft_batch(
            data.get("kind", ""),
            items,
            actor=request.user,
            recipient=data.get("recipient", ""),
            document_no=data.get("document_no", ""),
            witness=data.get("witness", ""),
        )
    except (ValidationError, TransitionRefused, PermissionDenied) as refused:
        messages.error(request, _said(refused))
        return redirect(batches_page())
    messages.success(request, _("Saved: %(code)s") % {"code": drafted.number})
    return redirect(batch_page(drafted.pk))


@require_safe
@for_staff(*MAY)
def batch(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """One batch: its things, and what comes next."""
    shown = batch_seen_by(request.user, pk)
    rows = list(_rows(shown))
    log_access(request.user, AccessLog.What.ITEM, [row.item.post for row in rows if row.item.post])
    context = {
        "batch": shown,
        "rows": rows,
        "is_own": shown.made_by_id == request.user.pk,
        "is_police": shown.kind == DisposalBatch.Kind.POLICE,
    }
    return render(request, "lostfound/desk/batch.html", context)


@require_safe
@for_staff(*MAY)
def batch_list(request: AuthenticatedHttpRequest, pk: int, form: str) -> HttpResponse:
    """The list of a batch: to print and sign, or as CSV."""
    shown = batch_seen_by(request.user, pk)
    rows = list(_rows(shown))
    log_access(
        request.user, AccessLog.What.EXPORT, [row.item.post for row in rows if row.item.post]
    )
    if form == "csv":
        answer = HttpResponse(
            "".join(batch_lines(shown, rows)), content_type="text/csv; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="{shown.number}.csv"'
        return answer
    context = {
        "batch": shown,
        "headings": headings(),
        "lines": [row_of(number, row, shown) for number, row in enumerate(rows, start=1)],
    }
    return render(request, "lostfound/desk/batch_list.html", context)


@for_staff(*MAY)
@by_button(back=batch_page)
def change(request: AuthenticatedHttpRequest, pk: int, action: str) -> HttpResponse:
    """Approve, cancel or complete a batch."""
    shown = batch_seen_by(request.user, pk)
    try:
        if action == "approve":
            approve_batch(shown, by=request.user)
        elif action == "cancel":
            cancel_batch(shown, by=request.user)
        else:
            complete_batch(shown, by=request.user, outcomes=_outcomes(shown, request.POST))
    except (ValidationError, TransitionRefused, PermissionDenied) as refused:
        messages.error(request, _said(refused))
    else:
        messages.success(request, _("Saved: %(code)s") % {"code": shown.number})
    return redirect(batch_page(pk))


def _outcomes(batch: DisposalBatch, data: Any) -> dict[int, Outcome]:
    """What was entered for each thing; one without a choice is left out."""
    found = {}
    for pk in batch.rows.values_list("item", flat=True):
        result = data.get(f"result_{pk}", "")
        if result in ("accepted", "refused"):
            found[pk] = Outcome(
                result == "accepted",
                data.get(f"reason_{pk}", ""),
                data.get(f"receipt_no_{pk}", ""),
                data.get(f"police_id_{pk}", ""),
            )
    return found


def _said(refused: Exception) -> str:
    """A refusal in words, and for things with their codes."""
    if isinstance(refused, ValidationError):
        return " ".join(refused.messages)
    return str(refused) or _("You may not do this.")
