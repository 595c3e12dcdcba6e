"""What every template may use."""

from typing import Any

from django.http import HttpRequest

from lostfound.models import Notification


def site(request: HttpRequest) -> dict[str, Any]:
    """The number of unread notifications of the signed-in person, counted only where shown."""
    user = getattr(request, "user", None)

    def unread_count() -> int:
        if user is None or not user.is_authenticated:
            return 0
        return Notification.objects.filter(user=user).unread().count()

    return {"unread_count": unread_count}
