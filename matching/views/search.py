"""Search for found things by text, photograph and facts. Its URLs can be shared."""

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

MAX_TITLE_CHARS: Final = 100  # of the query, as the title of a new post
PARAMS: Final = ("q", "photo", "category", "colour", "building", "since", "until")


@dataclass(frozen=True)
class Shown:
    """A thing on the page, and why it matches."""

    post: Post
    why: list[str]


@dataclass(frozen=True)
class LeftOut:
    """Things that a filter hides because they lack the fact, and the search that includes them."""

    words: str
    url: str


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search results, best first; without text and photograph, the newest things."""
    is_fragment = bool(getattr(request, "htmx", False)) and not request.headers.get("HX-Boosted")
    if not is_fragment and "" in (request.GET.get(name) for name in PARAMS):
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
        "has_query": bool(query),
        "params": search_params(request.GET),
        "rest": urlencode(search_params(request.GET)),
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
    """Accept a photograph, store its embedding, and redirect to similar things.

    The other search parameters are kept, whether or not the photograph can be used.
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
        text = _("Searching by photograph is unavailable right now. Please use words instead.")
        messages.error(request, text)
        return redirect(back)
    return redirect(address_of({**request.POST.dict(), "photo": str(query.public_id)}))


def search_params(query: Mapping[str, Any]) -> dict[str, str]:
    """The search parameters in a URL's query or a form, without empty ones."""
    return {name: value for name in PARAMS if (value := str(query.get(name) or ""))}


def address_of(query: Mapping[str, Any], *, without: str = "", also: Iterable[str] = ()) -> str:
    """The URL of a search, without empty parameters.

    Args:
        without: a parameter to remove.
        also: other parameters to keep.
    """
    params = search_params(query) | {name: str(query[name]) for name in also if query.get(name)}
    params.pop(without, None)
    path = reverse("matching:search")
    return f"{path}?{urlencode(params)}" if params else path


def _things(request: HttpRequest, query: SearchQuery) -> dict[str, Any]:
    """The results of a valid search, for the page."""
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
            "%(count)d thing without a category is not shown.",
            "%(count)d things without a category are not shown.",
            count,
        )
    else:
        text = ngettext(
            "%(count)d thing without a colour is not shown.",
            "%(count)d things without a colour are not shown.",
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
