"""Claiming a found thing, and a person's own claims."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lostfound import selectors
from lostfound.forms.claims import ClaimForm
from lostfound.http import AuthenticatedHttpRequest
from lostfound.infra.qr import qr_svg
from lostfound.models import Delegation, OwnershipClaim, Post
from lostfound.services.claims import (
    ConflictOfInterest,
    TooManyClaims,
    answer_question,
    delegate,
    extend_claim,
    issue_code,
    refuse_claim,
    submit_claim,
    withdraw_claim,
)
from lostfound.services.status import TransitionRefused
from lostfound.views.decorators import by_button
from lostfound.views.posts import form_methods


def claim_page(public_id: UUID) -> str:
    """Where a button of a claim leads back to."""
    return reverse("lostfound:claim", args=[public_id])


@form_methods
@login_required
def claim_thing(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """The form on which somebody says that a found thing is theirs."""
    post = get_object_or_404(selectors.public_found_posts(), public_id=public_id)
    person, thing_page = request.user, reverse("lostfound:thing", args=[public_id])
    own = selectors.claims_of(person).live().filter(item__post=post).first()
    if own is not None:
        return redirect(own)
    if request.method != "POST":
        try:
            refuse_claim(post, person)
        except (TransitionRefused, ConflictOfInterest) as refused:
            messages.error(request, str(refused))
            return redirect(thing_page)
    initial = {"lost_post": request.GET.get("lost", "")}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ClaimForm(*sent, initial=initial, post=post, claimant=person)
    status = HTTPStatus.OK
    if form.is_bound and form.is_valid():
        try:
            claim = submit_claim(
                post,
                claimant=person,
                answers=form.answers,
                story=form.cleaned_data["story"],
                lost_post=form.cleaned_data.get("lost_post"),
                photo=form.upload,
            )
        except ValidationError as error:
            _show(form, error)
        except TooManyClaims as refused:
            form.add_error(None, str(refused))
            status = HTTPStatus.TOO_MANY_REQUESTS
        except (TransitionRefused, ConflictOfInterest) as refused:
            messages.error(request, str(refused))
            return redirect(thing_page)
        else:
            form.discard_staged()
            return redirect(claim)
    form.stage_photo()
    context = {"post": post, "form": form}
    return render(request, "lostfound/claims/new.html", context, status=status)


def _show(form: ClaimForm, error: ValidationError) -> None:
    """Show an error of a service at its field, if the form has that."""
    for name, found in error.error_dict.items():
        form.add_error(name if name in form.fields else None, found)


@require_safe
@login_required
def claims(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The person's own claims, newest first."""
    return render(
        request, "lostfound/claims/list.html", {"claims": selectors.claims_of(request.user)}
    )


@require_safe
@login_required
def claim(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """The state of one claim: nothing about the facts, other claims, or why it was closed."""
    return _page(request, _own(request, public_id))


@by_button(back=claim_page)
def withdraw(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """Take a claim back."""
    own = get_object_or_404(_own(request, public_id))
    try:
        withdraw_claim(own, claimant=request.user)
        messages.success(request, _("Your claim has been withdrawn."))
    except TransitionRefused as refused:
        messages.error(request, str(refused))
    return redirect(own)


@by_button(back=claim_page)
def answer(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """Answer the office's question; what was typed stays when it is refused."""
    text = request.POST.get("answer", "")
    own = get_object_or_404(_own(request, public_id))
    try:
        answer_question(own, claimant=request.user, text=text)
        messages.success(request, _("Your answer has been sent."))
    except ValidationError as error:
        wrong = " ".join(error.messages)
        return _page(request, _own(request, public_id), answer_text=text, answer_error=wrong)
    except (TransitionRefused, ConflictOfInterest) as refused:
        messages.error(request, str(refused))
    return redirect(own)


@by_button(back=claim_page)
def extend(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """Ask for more time, once."""
    own = get_object_or_404(_own(request, public_id))
    try:
        extended = extend_claim(own, claimant=request.user)
        until = date_format(extended.pickup_by, "DATE_FORMAT") if extended.pickup_by else ""
        messages.success(request, _("It waits for you until %(day)s.") % {"day": until})
    except TransitionRefused as refused:
        messages.error(request, str(refused))
    return redirect(own)


@by_button(back=claim_page)
def send_somebody(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """Name the person who collects it instead."""
    own = get_object_or_404(_own(request, public_id))
    try:
        sent = delegate(own, claimant=request.user, proxy_name=request.POST.get("proxy_name", ""))
        messages.success(request, _("%(name)s may collect it.") % {"name": sent.proxy_name})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except TransitionRefused as refused:
        messages.error(request, str(refused))
    return redirect(own)


@by_button(back=claim_page)
def pickup_code(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponse:
    """Show a new pick-up code, which is valid for a quarter of an hour."""
    own = get_object_or_404(_own(request, public_id))
    try:
        code = issue_code(own, claimant=request.user)
    except TransitionRefused as refused:
        messages.error(request, str(refused))
        return redirect(own)
    return _page(
        request,
        _own(request, public_id),
        code=f"{code[:4]} {code[4:]}",
        code_svg=qr_svg(code, error="m"),
    )


def _own(request: AuthenticatedHttpRequest, public_id: UUID) -> QuerySet[OwnershipClaim]:
    return selectors.claims_of(request.user).filter(public_id=public_id)


def _page(
    request: AuthenticatedHttpRequest, own: QuerySet[OwnershipClaim], **more: str
) -> HttpResponse:
    shown = get_object_or_404(own)
    post: Post | None = shown.item.post
    context = {
        "claim": shown,
        "post": post,
        "office": shown.item.office if shown.state == shown.State.APPROVED else None,
        "handover": shown.handovers.filter(reversed_at=None).first(),
        "delegation": Delegation.objects.filter(claim=shown).first(),
        **more,
    }
    return render(request, "lostfound/claims/claim.html", context)
