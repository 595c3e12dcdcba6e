"""Who sits behind a request, and what their browser calls them."""

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

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


def drafts_owner(user: User) -> str:
    """A mark by which a browser keeps a person's drafts apart; it names nobody."""
    return salted_hmac("lostfound.drafts", str(user.pk)).hexdigest()[:20]
