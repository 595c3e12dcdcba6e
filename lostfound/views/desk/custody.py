"""The auditors' page: seals, and the newest events of all chains. No names of the public."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lostfound.models import CustodyEvent, Item, Seal, item_codes
from lostfound.services.items.custody import checkpoint
from lostfound.services.items.verifying import verify_custody
from lostfound.views.decorators import for_staff

PER_PAGE = 50
SEALS_SHOWN = 7


@require_safe
@for_staff("lostfound.audit")
def custody(request: HttpRequest) -> HttpResponse:
    """Events of all things, or the whole chain of one, recomputed when it is shown."""
    written = request.GET.get("code", "")
    code = item_codes.plain(written)
    events = CustodyEvent.objects.select_related(
        "item", "actor", "office", "from_place", "to_place"
    ).order_by("-at", "-pk")
    verified = None
    if code:
        events = events.filter(item__code=code).order_by("seq")
        if Item.objects.filter(code=code).exists():
            verified = verify_custody(code=code)
    context = {
        "page": Paginator(events, PER_PAGE).get_page(request.GET.get("page")),
        "written": written,
        "is_mistyped": bool(code) and not item_codes.is_valid(code),
        "verified": verified,
        "seals": [(seal, checkpoint(seal)) for seal in Seal.objects.all()[:SEALS_SHOWN]],
    }
    return render(request, "lostfound/desk/custody.html", context)
