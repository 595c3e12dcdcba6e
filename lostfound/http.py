"""The person behind a request, typed, and the key of their drafts."""

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

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


def drafts_owner(user: User) -> str:
    """An anonymous key under which a browser stores a person's drafts."""
    return salted_hmac("lostfound.drafts", str(user.pk)).hexdigest()[:20]
