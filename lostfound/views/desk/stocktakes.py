"""Stock-taking: scanning a shelf, and what came of it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lostfound import selectors
from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import Stocktake, StoragePlace, User
from lostfound.services.items.stocktakes import (
    expected_in,
    finish_stocktake,
    scan_item,
    start_stocktake,
)
from lostfound.services.status import TransitionRefused
from lostfound.views.decorators import by_button, for_staff

MAY_HANDLE = "lostfound.handle_item"
SHOWN = 30


def stocktakes_page(**_kwargs: str) -> str:
    """Where the form of a new count leads back to."""
    return reverse("lostfound:stocktakes")


def stocktake_page(pk: int, **_kwargs: object) -> str:
    """Where a button of a count leads back to."""
    return reverse("lostfound:stocktake", args=[pk])


def stocktake_seen_by(person: User, pk: int) -> Stocktake:
    """A count of the person's office; of any, for somebody without one.

    Raises: Http404
    """
    rows = Stocktake.objects.select_related("office", "place", "started_by")
    found = get_object_or_404(rows, pk=pk)
    if person.office_id not in (None, found.office_id) and not person.is_superuser:
        raise Http404
    return found


@require_safe
@for_staff(MAY_HANDLE)
def stocktakes(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The counts of the own office, the newest first, and the form for a new one."""
    rows = Stocktake.objects.select_related("office", "place", "started_by")
    places = StoragePlace.objects.filter(is_active=True).exclude(office=None)
    office = request.user.office
    if office is not None and not request.user.is_superuser:
        rows, places = rows.filter(office=office), places.filter(office=office)
    places = places.select_related("office").order_by("office", "code")
    context = {"stocktakes": rows[:SHOWN], "places": places, "office": office}
    return render(request, "lostfound/desk/stocktakes.html", context)


@for_staff(MAY_HANDLE)
@by_button(back=stocktakes_page)
def start(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Begin to count a shelf, or the whole office of the clerk."""
    chosen = request.POST.get("place", "")
    place = None
    if chosen.isdecimal():
        place = StoragePlace.objects.filter(pk=int(chosen)).select_related("office").first()
    office = place.office if place is not None else request.user.office
    if office is None:
        messages.error(request, _("Choose a shelf."))
        return redirect(stocktakes_page())
    begun = start_stocktake(actor=request.user, office=office, place=place)
    return redirect(stocktake_page(begun.pk))


@require_safe
@for_staff(MAY_HANDLE)
def stocktake(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """One count: what is still expected, and what was scanned."""
    shown = stocktake_seen_by(request.user, pk)
    scans = list(shown.scans.select_related("item__post", "item__place", "item__office"))
    missing = expected_in(shown).exclude(pk__in=[scan.item_id for scan in scans])
    context = {
        "stocktake": shown,
        "scans": scans,
        "unseen": [] if shown.finished_at else missing.select_related("post", "place"),
    }
    return render(request, "lostfound/desk/stocktake.html", context)


@for_staff(MAY_HANDLE)
@by_button(back=stocktake_page)
def scan(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Note the things whose codes were scanned."""
    shown = stocktake_seen_by(request.user, pk)
    items, unknown = selectors.items_called([request.POST.get("code", "")])
    if unknown:
        messages.error(request, _("Not known: %(codes)s") % {"codes": ", ".join(unknown)})
    for item in items:
        try:
            noted = scan_item(shown, item, actor=request.user)
        except (TransitionRefused, PermissionDenied) as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"{item.shown_code}: {noted.get_result_display()}")
    return redirect(stocktake_page(pk))


@for_staff(MAY_HANDLE)
@by_button(back=stocktake_page)
def finish(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """End the count."""
    shown = stocktake_seen_by(request.user, pk)
    try:
        finish_stocktake(shown, actor=request.user)
    except (TransitionRefused, PermissionDenied) as refused:
        messages.error(request, str(refused))
    return redirect(stocktake_page(pk))
