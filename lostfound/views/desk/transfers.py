"""Transfers between offices: sending, and accepting each thing where it arrives."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lostfound import selectors
from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import Office, Transfer, TransferItem, User
from lostfound.services.items.transfers import (
    accept_item,
    may_accept,
    refuse_item,
    send_items,
)
from lostfound.services.status import TransitionRefused
from lostfound.views.decorators import by_button, for_staff

MAY_HANDLE = "lostfound.handle_item"
SHOWN = 50


def transfers_page(**_kwargs: str) -> str:
    """Where the form of a new transfer leads back to."""
    return reverse("lostfound:transfers")


def transfer_page(pk: int, **_kwargs: object) -> str:
    """Where a button of a transfer leads back to."""
    return reverse("lostfound:transfer", args=[pk])


def transfer_seen_by(person: User, pk: int) -> Transfer:
    """A transfer of the person's office; of any, for somebody without one.

    Raises: Http404
    """
    found = get_object_or_404(
        Transfer.objects.select_related("from_office", "to_office", "sent_by"), pk=pk
    )
    if not _is_theirs(person, found):
        raise Http404
    return found


def _is_theirs(person: User, transfer: Transfer) -> bool:
    offices = (transfer.from_office_id, transfer.to_office_id)
    return person.office_id in (None, *offices) or person.is_superuser


@require_safe
@for_staff(MAY_HANDLE)
def transfers(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Transfers to and from the own office, the newest first, and the form for a new one."""
    rows = Transfer.objects.select_related("from_office", "to_office", "sent_by").annotate(
        things=Count("rows"), waiting=Count("rows", filter=Q(rows__state="sent"))
    )
    office_id = request.user.office_id
    if office_id is not None and not request.user.is_superuser:
        rows = rows.filter(Q(from_office=office_id) | Q(to_office=office_id))
    context = {
        "transfers": rows[:SHOWN],
        "offices": selectors.active_offices().exclude(pk=office_id or 0),
        "codes": request.GET.get("codes", ""),
    }
    return render(request, "lostfound/desk/transfers.html", context)


@for_staff(MAY_HANDLE)
@by_button(back=transfers_page)
def send(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Send the things whose codes were scanned."""
    items, unknown = selectors.items_called([request.POST.get("codes", "")])
    to_office = Office.objects.filter(code=request.POST.get("to_office", "")).first()
    if unknown or to_office is None:
        text = _("Not known: %(codes)s") % {"codes": ", ".join(unknown) or _("office")}
        messages.error(request, text)
        return redirect(transfers_page())
    seal_no = request.POST.get("seal_no", "")
    try:
        sent = send_items(items, actor=request.user, to_office=to_office, seal_no=seal_no)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except (TransitionRefused, PermissionDenied) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Saved: %(code)s") % {"code": sent.number})
        return redirect(transfer_page(sent.pk))
    return redirect(transfers_page())


@require_safe
@for_staff(MAY_HANDLE)
def transfer(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The things of one transfer; the receiving office scans and accepts each."""
    shown = transfer_seen_by(request.user, pk)
    rows = shown.rows.select_related("item__post", "item__place", "settled_by")
    context = {
        "transfer": shown,
        "rows": rows,
        "is_receiver": may_accept(shown, request.user),
        "may_settle": request.user.office_id is not None or request.user.is_superuser,
    }
    return render(request, "lostfound/desk/transfer.html", context)


@for_staff(MAY_HANDLE)
@by_button(back=transfer_page)
def settle(request: AuthenticatedHttpRequest, pk: int, action: str) -> HttpResponse:
    """Accept or refuse one thing, by its code."""
    shown = transfer_seen_by(request.user, pk)
    items, _unknown = selectors.items_called([request.POST.get("code", "")])
    row = TransferItem.objects.filter(transfer=shown, item__in=items).first()
    if row is None:
        messages.error(request, _("This thing is not part of the transfer."))
        return redirect(transfer_page(pk))
    row.transfer = shown
    try:
        if action == "accept":
            accept_item(row, actor=request.user, shelf=request.POST.get("shelf", ""))
        else:
            refuse_item(row, actor=request.user, reason=request.POST.get("reason", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except (TransitionRefused, PermissionDenied) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Saved: %(code)s") % {"code": items[0].shown_code})
    return redirect(transfer_page(pk))
