"""The privacy notice, the terms, and the page that asks whether a person agrees."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lostfound.http import AuthenticatedHttpRequest
from lostfound.services.consent import agree, missing_texts, shown_text


@require_safe
def legal_text(request: HttpRequest, kind: str) -> HttpResponse:
    """The text in force; a draft says that it is one."""
    text = shown_text(kind)
    if text is None:
        raise Http404
    return render(request, "lostfound/legal.html", {"text": text})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def consent(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the texts that are new to this person, and record that they agree."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = resolve_url("lostfound:home")
    if request.method == "POST":
        ids = [int(key) for key in request.POST.getlist("text") if key.isdecimal()]
        if agree(request.user, ids):
            return redirect(target)
        messages.warning(request, _("Please read and agree to each text."))
    texts = missing_texts(request.user)
    if not texts:
        return redirect(target)
    return render(request, "lostfound/consent.html", {"texts": texts, "next": target})
