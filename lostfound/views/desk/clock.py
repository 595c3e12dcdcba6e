"""What is due: queues that people work off. Nothing on this page disposes of anything."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lostfound.http import AuthenticatedHttpRequest
from lostfound.services.clock.queues import queues_for
from lostfound.views.decorators import for_staff


@require_safe
@for_staff("lostfound.handle_item")
def clock(request: AuthenticatedHttpRequest) -> HttpResponse:
    """All queues of the office, in a constant number of queries."""
    today = timezone.localdate()
    context = {"queues": queues_for(request.user, today), "today": today}
    return render(request, "lostfound/desk/clock.html", context)
