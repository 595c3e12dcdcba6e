"""Writing down a loss for somebody on the telephone."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lostfound.forms.phone import PhoneReportForm
from lostfound.http import AuthenticatedHttpRequest
from lostfound.services.phone_reports import report_by_phone
from lostfound.views.decorators import for_staff
from lostfound.views.posts import form_methods

OWN_NAMES = {"name": "caller_name", "phone": "caller_phone", "email": "caller_email"}


@form_methods
@for_staff("lostfound.add_post")
def phone_report(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The form, and the saved post."""
    if request.method != "POST":
        form = PhoneReportForm(
            user=request.user, prefill={"title": request.GET.get("title", "")[:100]}
        )
    else:
        form = PhoneReportForm(request.POST, request.FILES, user=request.user)
        if form.is_valid():
            data = form.cleaned_data
            try:
                post = report_by_phone(
                    clerk=request.user,
                    fields=form.values,
                    name=data["caller_name"],
                    phone=data["caller_phone"],
                    email=data["caller_email"],
                )
            except ValidationError as error:
                for name, found in error.error_dict.items():
                    known = OWN_NAMES.get(name, name)
                    form.add_error(known if known in form.fields else None, found)
            else:
                text = _("Written down as %(number)s. The caller will get the messages.")
                messages.success(request, text % {"number": post.number})
                return redirect(post)
    return render(request, "lostfound/desk/phone.html", {"form": form})
