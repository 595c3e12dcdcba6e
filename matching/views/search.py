"""Searching found things, by words, by a photograph, and by facts. Addresses can be shared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from lostfound.infra import limits
from lostfound.infra.rate_limits import count_request
from lostfound.media.processing import PhotoRefused, prepare_photo
from lostfound.models import Post
from matching.search.client import FinderAway, embed_photo
from matching.search.forms import SearchForm
from matching.search.reasons import why_words
from matching.search.search import (
    NAMELESS,
    PER_PAGE,
    Finding,
    SearchQuery,
    left_out,
    look_up,
    things_with,
)
from matching.services import keep_photo_query, photo_query

MAX_TITLE_CHARS: Final = 100  # of the words that a post may begin with
ASKED_BY: Final = ("q", "photo", "category", "colour", "building", "since", "until")


@dataclass(frozen=True)
class Shown:
    """A thing on the page, and why it may be meant."""

    post: Post
    why: list[str]


@dataclass(frozen=True)
class LeftOut:
    """What a fact keeps away although nobody said otherwise, and the search without that fact."""

    words: str
    url: str


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What may be meant, best first; without words and photograph, the newest."""
    is_fragment = bool(getattr(request, "htmx", False)) and not request.headers.get("HX-Boosted")
    if not is_fragment and "" in (request.GET.get(name) for name in ASKED_BY):
        return redirect(address_of(request.GET, also=("page",)))
    form = SearchForm(request.GET)
    can_be_made = form.is_valid()
    text = form.cleaned_data.get("q", "")
    photo_id = request.GET.get("photo", "")
    photo = photo_query(photo_id)
    query = SearchQuery(text, photo, form.facts if can_be_made else {})
    context: dict[str, Any] = {
        "form": form,
        "text": text[:MAX_TITLE_CHARS],
        "photo_id": photo_id if photo else None,
        "photo_gone": bool(photo_id) and photo is None,
        "is_asked": bool(query),
        "asked": asked_in(request.GET),
        "rest": urlencode(asked_in(request.GET)),
        "without_photo_url": address_of(request.GET, without="photo"),
        "reset_url": reverse("matching:search"),
    }
    status = 200
    verdict = count_request(request, "search") if can_be_made and query else None
    if verdict is not None and not verdict.allowed:
        context["too_many"] = limits.REACHED_BY_SEARCHING % {"time": verdict.retry_at}
        status = 429
    elif can_be_made:
        context |= _things(request, query)
    name = "matching/search_fragment.html" if is_fragment else "matching/search.html"
    response = render(request, name, context, status=status)
    if is_fragment:
        response["HX-Push-Url"] = address_of(request.GET)
    return response


@require_POST
def by_photo(request: HttpRequest) -> HttpResponse:
    """Take a photograph, keep what the encoder makes of it, and go to what resembles it.

    What was asked beside it stays asked, whether or not the photograph can be used.
    """
    back = address_of(request.POST)
    verdict = count_request(request, "search")
    if not verdict.allowed:
        messages.error(request, limits.REACHED_BY_SEARCHING % {"time": verdict.retry_at})
        return redirect(back)
    upload = request.FILES.get("photo")
    if upload is None:
        messages.error(request, _("Please choose a photograph."))
        return redirect(back)
    try:
        query = keep_photo_query(embed_photo(prepare_photo(upload).thumbnail))
    except PhotoRefused as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(back)
    except FinderAway:
        text = _("Searching by photograph does not work just now. Please try it with words.")
        messages.error(request, text)
        return redirect(back)
    return redirect(address_of({**request.POST.dict(), "photo": str(query.public_id)}))


def asked_in(given: Mapping[str, Any]) -> dict[str, str]:
    """What a search asks for, of what an address or a form has."""
    return {name: value for name in ASKED_BY if (value := str(given.get(name) or ""))}


def address_of(given: Mapping[str, Any], *, without: str = "", also: Iterable[str] = ()) -> str:
    """The address of a search, with nothing in it that is empty.

    Args:
        without: what is not asked for any more.
        also: what else is kept.
    """
    asked = asked_in(given) | {name: str(given[name]) for name in also if given.get(name)}
    asked.pop(without, None)
    path = reverse("matching:search")
    return f"{path}?{urlencode(asked)}" if asked else path


def _things(request: HttpRequest, query: SearchQuery) -> dict[str, Any]:
    """What the page shows of a search that can be made."""
    number = request.GET.get("page")
    listed: dict[str, Any]
    if query:
        found = look_up(query)
        hits = Paginator(found.findings, PER_PAGE).get_page(number)
        listed = {"page": hits, "things": _shown(list(hits)), "away": not found.by_meaning}
    else:
        newest = Paginator(things_with(query.facts), PER_PAGE).get_page(number)
        listed = {"page": newest, "things": [Shown(post, []) for post in newest]}
    counts = {name: left_out(query, name) for name in NAMELESS if name in query.facts}
    listed["left_out"] = [
        LeftOut(_left_out_words(name, count), address_of(request.GET, without=name))
        for name, count in counts.items()
        if count
    ]
    return listed


def _left_out_words(name: str, count: int) -> str:
    if name == "category":
        text = ngettext(
            "%(count)d thing without a category is left out.",
            "%(count)d things without a category are left out.",
            count,
        )
    else:
        text = ngettext(
            "%(count)d thing without a colour is left out.",
            "%(count)d things without a colour are left out.",
            count,
        )
    return text % {"count": count}


def _shown(findings: list[Finding]) -> list[Shown]:
    rows = things_with({}).in_bulk([finding.post_id for finding in findings])
    return [
        Shown(rows[finding.post_id], why_words(finding))
        for finding in findings
        if finding.post_id in rows
    ]
