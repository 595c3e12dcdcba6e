"""Views that only accept a form's POST, and where a plain link to one of them leads."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

View = Callable[..., HttpResponse]
LOOKING: Final = ("GET", "HEAD")


def for_staff(*permissions: str) -> Callable[[View], View]:
    """A view for members of staff who have one of these permissions; 403 for everybody else."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user: Any = request.user
            if not (user.is_staff and any(map(user.has_perm, permissions))):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return login_required(guarded)

    return decorate


def by_button(back: Callable[..., str]) -> Callable[[View], View]:
    """A view for signed-in people that only acts on POST; a link to it changes nothing.

    If the session has expired, the person signs in and comes back to the button's address by GET.
    They are then redirected to the page that has the button.

    Args:
        back: returns the address of that page from the view's URL arguments. Request data has no
            part in it, so nobody can be redirected elsewhere.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in LOOKING:
                text = _("You had to sign in again, so nothing has changed yet. Please try again.")
                messages.warning(request, text)
                return HttpResponseRedirect(back(*args, **kwargs))
            return require_POST(view)(request, *args, **kwargs)

        return login_required(guarded)

    return decorate
