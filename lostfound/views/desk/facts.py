"""Writing the hidden facts of one thing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from lostfound.forms.facts import fact_forms, prompts_about
from lostfound.http import AuthenticatedHttpRequest
from lostfound.services.items.facts import set_facts
from lostfound.services.status import TransitionRefused
from lostfound.views.decorators import by_button, for_staff
from lostfound.views.desk.items import MAY_HANDLE, facts_page, item_called, shown_item


@for_staff(MAY_HANDLE)
@by_button(back=facts_page)
def save_facts(request: AuthenticatedHttpRequest, code: str) -> HttpResponse:
    """Replace the facts of a thing; what was typed stays when it is refused."""
    item = item_called(code)
    rows = fact_forms(request.POST, prompts=prompts_about(item.post))
    if not rows.is_bound:
        return redirect(facts_page(item.code))
    if not rows.is_valid():
        return shown_item(request, item, rows=rows, status=400)
    seen = request.POST.get("seen", "")
    try:
        set_facts(item, actor=request.user, facts=rows.facts, seen=seen)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return shown_item(request, item, rows=rows, status=400)
    except TransitionRefused as refused:
        messages.error(request, str(refused))
        return shown_item(request, item, rows=rows, status=409)
    except PermissionDenied as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Saved: %(code)s") % {"code": item.shown_code})
    return redirect(facts_page(item.code))
