"""Who is signed in, as a type that views can rely on; and addresses that have moved."""

from django.http import HttpRequest
from django.urls import URLPattern, path
from django.views.generic import RedirectView

from lostfound.models import User


class AuthenticatedHttpRequest(HttpRequest):
    """The request of a view that requires sign-in; only a type, never instantiated."""

    user: User


def signed_in(request: HttpRequest) -> User:
    """The signed-in user of a request whose type Django or rest_framework determines.

    For the admin, and for views of the API that require sign-in.
    """
    assert isinstance(request.user, User)
    return request.user


def redirects(before: str, now: str) -> list[URLPattern]:
    """Lead bookmarks of an earlier version to where everything below an address is now."""
    return [
        path(before, RedirectView.as_view(url=now, query_string=True)),
        path(f"{before}<path:rest>", RedirectView.as_view(url=f"{now}%(rest)s", query_string=True)),
    ]
