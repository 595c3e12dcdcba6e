"""Context of all templates."""

from typing import Any

from django.http import HttpRequest

from lostfound.models import Notification


def site(request: HttpRequest) -> dict[str, Any]:
    """The signed-in person's number of unread notifications, counted only if it is shown."""
    user = getattr(request, "user", None)

    def unread_count() -> int:
        if user is None or not user.is_authenticated:
            return 0
        return Notification.objects.filter(user=user).unread().count()

    return {"unread_count": unread_count}
