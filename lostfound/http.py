"""Who sits behind a request, and what their browser calls them."""

from typing import cast

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from lostfound.models import User


def signed_in(request: HttpRequest) -> User:
    """The person of a request that a login_required view lets through."""
    return cast(User, request.user)


def drafts_owner(user: User) -> str:
    """A mark by which a browser keeps a person's drafts apart; it names nobody."""
    return salted_hmac("lostfound.drafts", str(user.pk)).hexdigest()[:20]
