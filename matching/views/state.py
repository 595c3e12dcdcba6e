"""The state of a post's matching as a fragment that replaces itself until it is done."""

from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh, HttpResponseStopPolling

from lostfound import selectors as lostfound_selectors
from matching.templatetags.matching import panel_context


@require_safe
def state(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The state of a post's matching; redirects to the post's page if opened directly.

    Unchanged state is not sent again, so that a screen reader does not read it again.
    """
    is_fragment = bool(getattr(request, "htmx", False))
    if not request.user.is_authenticated:
        # Inside a page, a sign-in form would replace the fragment: reload the whole page instead.
        return (
            HttpResponseClientRefresh()
            if is_fragment
            else redirect_to_login(request.get_full_path())
        )
    post = get_object_or_404(
        lostfound_selectors.posts_visible_to(request.user), public_id=public_id
    )
    if not is_fragment:
        return redirect(post)
    context = panel_context(post, request.user)
    if context["is_moving"] and request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=204)
    response = render(request, "matching/panel.html", context)
    if not context["is_moving"]:
        response.status_code = HttpResponseStopPolling.status_code
    return response
