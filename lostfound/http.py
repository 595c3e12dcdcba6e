"""Who is signed in, as a type that views can rely on."""

from django.http import HttpRequest

from lostfound.models import User


class AuthenticatedHttpRequest(HttpRequest):
    """What a view gets that lets in only who is signed in; a type, and never made."""

    user: User


def signed_in(request: HttpRequest) -> User:
    """Who is signed in, where a method of Django or rest_framework types the request.

    For the admin and those views of the API that let nobody else in.
    """
    assert isinstance(request.user, User)
    return request.user
