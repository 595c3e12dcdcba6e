"""Who is signed in, as a type that views can rely on."""

from django.http import HttpRequest

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
