"""A person's notifications, and marking them as read."""

from typing import Final

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from lostfound import selectors
from lostfound.http import AuthenticatedHttpRequest
from lostfound.views.decorators import by_button

PER_PAGE: Final = 20


def _messages_page(pk: int = 0) -> str:
    return reverse("lostfound:notifications")


@require_safe
@login_required
def notifications(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The notifications, newest first."""
    pages = Paginator(selectors.notifications_of(request.user), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return render(request, "lostfound/notifications.html", {"page": page})


@by_button(back=_messages_page)
def mark_all_read(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Mark all notifications as read."""
    selectors.unread_notifications(request.user).update(read_at=timezone.now())
    return redirect("lostfound:notifications")


@by_button(back=_messages_page)
def open_one(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Mark one notification as read and redirect to its post or claim."""
    person = request.user
    opened = get_object_or_404(selectors.notifications_of(person), pk=pk)
    selectors.unread_notifications(person).filter(pk=pk).update(read_at=timezone.now())
    return redirect(opened.claim or opened.post)
