"""Who sits behind a request."""

from typing import cast

from django.http import HttpRequest

from lostfound.models import User


def signed_in(request: HttpRequest) -> User:
    """The person of a request that a login_required view lets through."""
    return cast(User, request.user)
