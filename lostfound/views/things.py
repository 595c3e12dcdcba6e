"""The page of a found thing, as anybody may see it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from lostfound import selectors


@require_safe
def thing(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was found, where it can be asked for, and the way to say that it is one's own."""
    post = get_object_or_404(selectors.public_found_posts(), public_id=public_id)
    is_author = request.user.is_authenticated and post.author_id == request.user.pk
    return render(request, "lostfound/thing.html", {"post": post, "is_author": is_author})
