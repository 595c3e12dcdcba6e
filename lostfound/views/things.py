"""The public page of a found thing."""

from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from lostfound import selectors
from lostfound.services.claims.submitting import CLAIMABLE


@require_safe
def thing(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was found, where to ask for it, and a link for people who have lost it."""
    post = get_object_or_404(selectors.public_found_posts(), public_id=public_id)
    is_author = request.user.is_authenticated and post.author_id == request.user.pk
    item = post.kept_item
    context = {
        "post": post,
        "is_author": is_author,
        "can_claim": item is not None and item.state in CLAIMABLE,
        "search_url": _search_url(request),
    }
    return render(request, "lostfound/thing.html", context)


def _search_url(request: HttpRequest) -> str:
    """The search that the reader came from, or an empty one; never another site's address."""
    search = reverse("matching:search")
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return search
    parts = urlsplit(came_from)
    return f"{search}?{parts.query}" if parts.path == search and parts.query else search
