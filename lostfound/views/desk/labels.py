"""Printing labels: of things, and rolls that are bound to things later."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from lostfound import selectors
from lostfound.infra.qr import qr_svg
from lostfound.text import labels
from lostfound.views.decorators import for_staff

MAX_LABELS: Final = 200


@require_safe
@for_staff("lostfound.handle_item")
def labels_page(request: HttpRequest) -> HttpResponse:
    """Labels for printing: one a page, or on a sheet; `blank` of them with new codes.

    `codes` are codes or numbers of things, typed or chosen in a list.
    """
    items, unknown = selectors.items_called(request.GET.getlist("codes"))
    shown = [labels.label_of(item) for item in items[:MAX_LABELS]]
    blank = request.GET.get("blank", "")
    if blank.isdecimal():
        shown += labels.blank_labels(min(int(blank), MAX_LABELS))
    is_sheet = "sheet" in request.GET
    size = (
        labels.label_sheet(request.GET.get("sheet", ""))
        if is_sheet
        else labels.label_size(request.GET.get("size", ""))
    )
    context = {
        "labels": [(label, qr_svg(label.url)) for label in shown],
        "size": f"{size[0]}x{size[1]}",
        "kind": "sheet" if is_sheet else "label",
        "codes": " ".join(item.shown_code for item in items),
        "unknown": ", ".join(unknown),
    }
    return render(request, "lostfound/desk/labels.html", context)


@require_safe
@cache_control(max_age=3600, private=True)
def styles(request: HttpRequest, kind: str, size: str) -> HttpResponse:
    """The style sheet of a size: the content security policy allows none inside the page."""
    if kind == "sheet":
        text = labels.sheet_styles(*labels.label_sheet(size))
    else:
        text = labels.label_styles(*labels.label_size(size))
    return HttpResponse(text, content_type="text/css")
