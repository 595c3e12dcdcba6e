"""Intake: entering found things quickly, one after the other."""

from http import HTTPStatus
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from lostfound import selectors
from lostfound.forms.intake import IntakeForm, office_at_first
from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import Post, User
from lostfound.services import DuplicateSubmission, submit_post

# Fields that stay filled in, since things entered in one session mostly share them.
REMEMBERED: Final = ("office", "building", "shelf")
SESSION_KEY: Final = "intake"
ARRIVED_KEY: Final = "intake_arrived"  # the submission whose draft the browser may delete
SHELVES_OFFERED: Final = 50


def intake_view(
    model_admin: admin.ModelAdmin[Post], request: AuthenticatedHttpRequest
) -> HttpResponse:
    """The intake form, empty after each thing except for the remembered fields."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    person = request.user
    if request.method != "POST":
        remembered = _remembered(request)
        remembered["office"] = office_at_first(person, remembered.get("office"))
        form = IntakeForm(user=person, prefill=remembered)
        return _page(model_admin, request, form)
    form = IntakeForm(request.POST, request.FILES, user=person)
    saved = _saved(form, person)
    if saved is None:
        return _page(model_admin, request, form)
    form.discard_staged_photos()
    request.session[SESSION_KEY] = {
        name: getattr(form.cleaned_data[name], "pk", form.cleaned_data[name]) for name in REMEMBERED
    }
    request.session[ARRIVED_KEY] = form.submission_key
    url = reverse("admin:lostfound_post_change", args=[saved.pk])
    text = format_html('<a href="{}">{} {}</a>', url, saved.number, saved.title)
    message = format_html(_("Taken in: {}. Matching has started."), text)
    if (item := saved.kept_item) is not None and item.is_in_custody:
        label = f"{reverse('lostfound:labels')}?codes={item.code}"
        words = _("Print label %(code)s") % {"code": item.shown_code}
        message = format_html('{} <a href="{}">{}</a>', message, label, words)
    messages.success(request, message)
    return HttpResponseRedirect(reverse("admin:lostfound_post_intake"))


def _saved(form: IntakeForm, person: User) -> Post | None:
    if form.is_valid():
        try:
            return submit_post(
                author=person,
                kind=Post.Kind.FOUND,
                fields=form.values,
                photos=form.uploads,
                idempotency_key=form.submission_key,
                intake=form.intake,
            )
        except DuplicateSubmission as before:
            if before.post is not None and before.is_same:
                return before.post
            form.begin_anew()
            text = _("This form has already been sent. Send it again if it is a different thing.")
            form.add_error(None, ValidationError(text))
        except ValidationError as error:
            form.add_service_error(error)
    form.stage_photos()
    return None


def _remembered(request: HttpRequest) -> dict[str, Any]:
    kept = request.session.get(SESSION_KEY, {})
    return {name: kept[name] for name in REMEMBERED if kept.get(name)}


def _page(
    model_admin: admin.ModelAdmin[Post], request: HttpRequest, form: IntakeForm
) -> TemplateResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Take in a found thing"),
        "opts": model_admin.opts,
        "form": form,
        # Kept in the session until the next page, since the response to the POST may get lost.
        "arrived": request.session.pop(ARRIVED_KEY, ""),
        "shelves": selectors.shelves_in_use()[:SHELVES_OFFERED],
    }
    status = HTTPStatus.OK
    return TemplateResponse(request, "admin/lostfound/post/intake.html", context, status=status)
