"""Addresses that only a pressed button reaches, and where a link to one of them leads."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

View = Callable[..., HttpResponse]
LOOKING: Final = ("GET", "HEAD")


def by_button(back: Callable[..., str]) -> Callable[[View], View]:
    """A view for whoever is signed in and presses a button; nothing happens by a link to it.

    A sign-in that ended meanwhile leads back to the address of the button, by a link and without
    what was pressed: from there the person is sent on to the page that has the button.

    Args:
        back: the address of that page, from what the button's own address names. Nothing that
            is sent along decides it, so nobody can be led elsewhere.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in LOOKING:
                text = _(
                    "You had to sign in again, so nothing was done. Please press it once more."
                )
                messages.warning(request, text)
                return HttpResponseRedirect(back(*args, **kwargs))
            return require_POST(view)(request, *args, **kwargs)

        return login_required(guarded)

    return decorate
