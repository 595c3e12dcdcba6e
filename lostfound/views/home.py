"""The front page: two entry points, and recently found things."""

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lostfound import selectors

FOUND_PER_PAGE: Final = 12


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The public part of found things, newest first."""
    found = Paginator(selectors.public_found_posts(), FOUND_PER_PAGE)
    page = found.get_page(request.GET.get("page"))
    return render(request, "lostfound/home.html", {"page": page})
