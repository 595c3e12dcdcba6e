"""Preferences: the language of pages and e-mails, and notifications."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from lostfound.forms.preferences import PreferencesForm
from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The form for language and notifications."""
    person = request.user
    form = PreferencesForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        with translation.override(saved.language):
            messages.success(request, _("Your settings have been saved."))
        response = redirect("lostfound:preferences")
        remember_language(response, saved.language)
        return response
    return render(request, "lostfound/preferences.html", {"form": form})


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language of pages and, for signed-in people, of e-mails."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return set_language(request)


def remember_language(response: HttpResponse, chosen: str) -> None:
    """Set the cookie that LocaleMiddleware reads."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 24 * 3600,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
