"""Signing out one of a person's browsers and apps."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lostfound.http import AuthenticatedHttpRequest
from lostfound.services.devices import sign_out_device
from lostfound.text.user_agents import device_name
from lostfound.views.decorators import by_button


def _devices_page(pk: int) -> str:
    return reverse("usersessions_list")


@by_button(back=_devices_page)
def sign_out(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Sign out one device; the page with the list says which."""
    device = get_object_or_404(UserSession, pk=pk, user=request.user)
    if device.session_key == request.session.session_key:
        return redirect("account_logout")  # it first asks what to do with drafts
    sign_out_device(device)
    text = _("Signed out: %(device)s") % {"device": device_name(device.user_agent)}
    messages.success(request, text)
    return redirect("usersessions_list")
