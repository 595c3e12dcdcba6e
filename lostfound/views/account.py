"""A person's own account: taking the data along, and deleting it."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lostfound.forms.account import DeleteAccountForm
from lostfound.http import AuthenticatedHttpRequest
from lostfound.services import AccountKept, TransitionRefused
from lostfound.services.erasing import delete_own_account, own_data, refuse_own_deletion


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_account(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Say what goes and what stays, ask for the password, and delete the account."""
    person = request.user
    refused = ""
    form = DeleteAccountForm(request.POST or None, person=person)
    try:
        refuse_own_deletion(person)
        if request.method == "POST" and form.is_valid():
            delete_own_account(person)
            logout(request)
            messages.success(request, _("Your account and everything in it has been deleted."))
            return redirect("lostfound:home")
    except (AccountKept, TransitionRefused) as error:
        refused = str(error)
    return render(request, "lostfound/delete_account.html", {"form": form, "refused": refused})


@require_safe
@login_required
def export_account(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Download one's own data as JSON."""
    response = JsonResponse(
        own_data(request.user), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response.headers["Content-Disposition"] = 'attachment; filename="lostfound.json"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
