"""The page behind the QR code on a label: whoever scans it learns where the thing belongs."""

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from lostfound.infra.rate_limits import allow, client_address
from lostfound.models import Item, item_codes

MAX_UNKNOWN: Final = 20
WINDOW_S: Final = 60


@require_safe
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """The office of a thing, and whether it still has it; nothing else about the thing.

    Staff are taken to its page.
    """
    plain = item_codes.plain(code)
    item = None
    if item_codes.is_valid(plain):
        item = Item.objects.select_related("office__building").filter(code=plain).first()
    if item is None:
        verdict = allow("scan", f"address:{client_address(request)}", MAX_UNKNOWN, WINDOW_S)
        status = HTTPStatus.NOT_FOUND if verdict.allowed else HTTPStatus.TOO_MANY_REQUESTS
        return render(request, "lostfound/scan.html", {"item": None}, status=status)
    if request.user.is_authenticated and request.user.has_perm("lostfound.handle_item"):
        return redirect("lostfound:desk_item", code=item.code)
    context = {
        "item": item,
        "office": item.office,
        "has_left": item.state in Item.LEFT,
        "is_returned": item.state == Item.State.HANDED_OVER,
        "is_void": item.state == Item.State.VOID,
    }
    return render(request, "lostfound/scan.html", context)
