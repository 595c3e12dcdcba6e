"""The counter: one field for codes, numbers, pick-up codes and what a caller says."""

import time
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lostfound import selectors
from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import AccessLog, ControlFact, Item, Post, StoragePlace, item_codes
from lostfound.services import log_access, move_item
from lostfound.services.claims import CodeGone, redeem_code
from lostfound.services.status import TransitionRefused
from lostfound.views.decorators import for_staff
from matching.search.search import SearchQuery, look_up

MAY_HANDLE: Final = "lostfound.handle_item"
PER_PAGE: Final = 20
MAX_CHARS: Final = 200
PICKUP_DIGITS: Final = 8
LAST_ITEM: Final = "counter_item"  # scanned last: a shelf scanned after it is where it goes
IN_A_ROW: Final = "counter_items"  # scanned one after the other, the last one included
LAST_AT: Final = "counter_item_at"  # when, in seconds since 1970
TOGETHER_S: Final = 60  # what is scanned within this time of the thing before can be listed with it
MAX_IN_A_ROW: Final = 10


@require_safe
@for_staff(MAY_HANDLE)
def counter(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Search by meaning, with shelf, number and hidden facts; a code opens its thing.

    Several codes or numbers list their things, for one label sheet or one hand-over.
    """
    text = request.GET.get("q", "").replace("\x00", "").strip()[:MAX_CHARS]
    context: dict[str, Any] = {"text": text}
    if text:
        if (known := _thing_called(text)) is not None:
            _note_last(request, known.code)
            return redirect("lostfound:desk_item", code=known.code)
        if several := _several(text):
            context["page"] = _page(request, several)
            context["chosen"] = [post.kept_item.code for post in several if post.kept_item]
        elif item_codes.looks_like_code(text) and not item_codes.is_valid(item_codes.plain(text)):
            context["is_mistyped"] = True
        elif (called := Post.called(text)) is not None:
            context["page"] = _page(request, _posts().filter(called))
        else:
            context |= _by_meaning(request, text)
        if "page" in context:
            context["posts"] = _with_posts(list(context["page"]))
            log_access(request.user, AccessLog.What.LIST, context["posts"])
    return render(request, "lostfound/desk/counter.html", context)


@require_POST
@for_staff(MAY_HANDLE)
def scanned(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What a scanner or a person entered: a label, a pick-up code, a shelf, a number, or words.

    A shelf after a thing moves the thing there; things one after the other can be listed together.
    """
    text = request.POST.get("q", "").replace("\x00", "").strip()[:MAX_CHARS]
    text = text.rpartition("/")[2] if "/T/" in text.upper() else text
    digits = "".join(text.split())
    if digits.isdecimal() and len(digits) == PICKUP_DIGITS:
        return _picked_up(request, digits)
    last = request.session.get(LAST_ITEM)
    now_scanned = _thing_called(text)
    if now_scanned is not None:
        _offer_together(request, now_scanned)
    if last and now_scanned is None and (shelf := _shelf_called(request, text)):
        return _moved(request, last, shelf)
    return redirect(f"{reverse('matching:counter')}?{urlencode({'q': text})}")


def _picked_up(request: AuthenticatedHttpRequest, digits: str) -> HttpResponse:
    try:
        claim = redeem_code(digits)
    except CodeGone as gone:
        messages.error(request, str(gone))
        return redirect("matching:counter")
    return redirect("lostfound:handover", code=claim.item.code)


def _moved(request: AuthenticatedHttpRequest, code: str, shelf: str) -> HttpResponse:
    item = Item.objects.filter(code=code).first()
    request.session.pop(LAST_ITEM, None)
    if item is not None:
        try:
            move_item(item, actor=request.user, shelf=shelf)
            text = _("%(code)s is now on %(shelf)s.")
            messages.success(request, text % {"code": item.shown_code, "shelf": shelf})
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except (TransitionRefused, PermissionDenied) as refused:
            messages.error(request, str(refused))
    return redirect("matching:counter")


def _note_last(request: AuthenticatedHttpRequest, code: str) -> None:
    """Remember a thing that was scanned, and those shortly before it."""
    is_in_a_row = time.time() - request.session.get(LAST_AT, 0) < TOGETHER_S
    before = request.session.get(IN_A_ROW, []) if is_in_a_row else []
    row = [*(known for known in before if known != code), code]
    request.session[IN_A_ROW] = row[-MAX_IN_A_ROW:]
    request.session[LAST_ITEM], request.session[LAST_AT] = code, time.time()


def _offer_together(request: AuthenticatedHttpRequest, item: Item) -> None:
    """Offer to list a thing with those that were scanned just before it."""
    _note_last(request, item.code)
    before = [code for code in request.session[IN_A_ROW] if code != item.code]
    if not before:
        return
    url = f"{reverse('matching:counter')}?{urlencode({'q': ' '.join([*before, item.code])})}"
    names = ", ".join(map(item_codes.grouped, before))
    text = _("Scanned just before: %(codes)s.") % {"codes": names}
    link = format_html('{} <a href="{}">{}</a>', text, url, _("List them together"))
    messages.info(request, link)


def _several(text: str) -> list[Post]:
    """The posts of things whose codes or numbers these are; empty unless all are known."""
    items, unknown = selectors.items_called([text])
    if len(items) < 2 or unknown:
        return []
    posts = _posts().in_bulk([item.post_id for item in items if item.post_id is not None])
    return [posts[item.post_id] for item in items if item.post_id in posts]


def _thing_called(text: str) -> Item | None:
    """The thing with this code; a mistyped code is refused without looking."""
    code = item_codes.plain(text)
    if not item_codes.is_valid(code):
        return None
    return Item.objects.filter(code=code).first()


def _shelf_called(request: AuthenticatedHttpRequest, text: str) -> str:
    places = StoragePlace.objects.filter(code__iexact=text, is_active=True)
    if request.user.office_id is not None:
        places = places.filter(office=request.user.office_id)
    place = places.first()
    return place.code if place is not None else ""


def _posts() -> QuerySet[Post]:
    return Post.objects.with_details().select_related("item__office").order_by("-pk")


def _page(request: AuthenticatedHttpRequest, rows: Any) -> Any:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def _by_meaning(request: AuthenticatedHttpRequest, text: str) -> dict[str, Any]:
    """Found things that the words mean, then those whose shelf or hidden facts contain them."""
    found = look_up(SearchQuery(text, None, {}))
    ids = [finding.post_id for finding in found.findings]
    words = Q(item__place__code__iexact=text) | Q(facts_without_item__icontains=text)
    facts = ControlFact.objects.filter(item__post=OuterRef("pk"), answer__icontains=text)
    words |= Q(Exists(facts))
    words |= Q(kept_note__icontains=text) | Q(title__icontains=text)
    extra = Post.objects.found().filter(words).exclude(pk__in=ids).order_by("-pk")
    page = _page(request, [*ids, *extra.values_list("pk", flat=True)[:PER_PAGE]])
    return {"page": page, "away": not found.by_meaning}


def _with_posts(rows: list[Any]) -> list[Any]:
    keys = [row for row in rows if isinstance(row, int)]
    if not keys:
        return rows
    posts = _posts().in_bulk(keys)
    return [posts[key] for key in keys if key in posts]
