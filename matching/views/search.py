"""Searching found things, by words, by a photograph, and by facts. Addresses can be shared."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lostfound.models import Post
from lostfound.photos import PhotoRefused, prepare_photo
from lostfound.throttles import throttle_write
from matching.finder.client import FinderAway, embed_photo
from matching.forms import SearchForm
from matching.lookup import Finding, look_up, things_with
from matching.selectors import photo_query
from matching.services import keep_photo_query

PER_PAGE: Final = 24
# A campus may sit behind one address, and nobody need sign in to search.
SEARCHES_PER_HOUR: Final = 600
ANONYMOUS_FACTOR: Final = 20
REASON_WORDS: Final = {
    "text_text": gettext_lazy("It is described in similar words"),
    "text_image": gettext_lazy("Its photograph fits your words"),
    "image_image": gettext_lazy("The photographs look alike"),
    "image_text": gettext_lazy("Its description fits your photograph"),
    "category": gettext_lazy("It seems to be the same kind of thing"),
}


@dataclass(frozen=True)
class Shown:
    """A thing on the page, and why it may be meant."""

    post: Post
    why: list[str]


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What may be meant, best first; without words and photograph, the newest."""
    form = SearchForm(request.GET)
    form.is_valid()
    text = form.cleaned_data.get("q", "")
    photo_id = uuid_of(request.GET.get("photo", ""))
    photo = photo_query(photo_id) if photo_id else None
    context: dict[str, Any] = {
        "form": form,
        "photo_id": photo_id if photo else None,
        "photo_gone": bool(request.GET.get("photo")) and photo is None,
        "is_asked": bool(text or photo),
        "rest": _rest(request),
        "reset_url": reverse("matching:search"),
    }
    if (text or photo) and not _within_limit(request):
        context["too_many"] = True
        return render(request, "matching/search.html", context, status=429)
    if text or photo:
        found = look_up(text, photo, form.facts)
        hits = Paginator(found.findings, PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": hits, "things": _shown(list(hits)), "away": not found.by_meaning}
    else:
        newest = Paginator(things_with(form.facts), PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": newest, "things": [Shown(post, []) for post in newest]}
    is_fragment = bool(getattr(request, "htmx", False)) and not request.headers.get("HX-Boosted")
    name = "matching/search_results.html" if is_fragment else "matching/search.html"
    return render(request, name, context)


@require_POST
def by_photo(request: HttpRequest) -> HttpResponse:
    """Take a photograph, keep what the encoder makes of it, and go to what resembles it."""
    back = reverse("matching:search")
    if not _within_limit(request):
        messages.error(request, _("You have searched a lot. Please try again in an hour."))
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
    return redirect(f"{back}?{urlencode({'photo': query.public_id})}")


def _within_limit(request: HttpRequest) -> bool:
    return throttle_write(request, "search", searches_within_the_hour(request)).allowed


def searches_within_the_hour(request: Any) -> int:
    """How many searches are allowed to whoever sits behind a request."""
    factor = 1 if request.user.is_authenticated else ANONYMOUS_FACTOR
    return SEARCHES_PER_HOUR * factor


def _shown(findings: list[Finding]) -> list[Shown]:
    rows = things_with({}).in_bulk([finding.post_id for finding in findings])
    return [
        Shown(rows[finding.post_id], why_words(finding))
        for finding in findings
        if finding.post_id in rows
    ]


def why_words(finding: Finding) -> list[str]:
    """Why a thing may be meant, for people."""
    why = [str(REASON_WORDS[name]) for name in finding.reasons if name in REASON_WORDS]
    if finding.words:
        words = ", ".join(finding.words)
        why.insert(0, _("It says “%(words)s”") % {"words": words})
    return why


def _rest(request: HttpRequest) -> str:
    """The address of this search without the page."""
    given = request.GET.copy()
    given.pop("page", None)
    return given.urlencode()


def uuid_of(text: str) -> UUID | None:
    """The identifier in an address; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
