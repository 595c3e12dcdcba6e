"""Handing things over at the counter, and their receipts."""

from base64 import b64encode
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lostfound import selectors
from lostfound.forms.handover import HandoverForm
from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import AccessLog, Delegation, Handover, Item, OwnershipClaim
from lostfound.services import log_access
from lostfound.services.claims.errors import changed_meanwhile
from lostfound.services.handovers import reverse_handover
from lostfound.services.joint_handovers import hand_over_together
from lostfound.services.receipts import receipt_text
from lostfound.services.status import AlreadySo, TransitionRefused
from lostfound.views.decorators import by_button, for_staff
from lostfound.views.desk.items import item_called, item_page, refuse_other_receipts
from lostfound.views.posts import form_methods

MAY_HAND_OVER = "lostfound.hand_over"


@form_methods
@for_staff(MAY_HAND_OVER)
def handover(request: AuthenticatedHttpRequest, code: str) -> HttpResponse:
    """The checklist: for an approved claim, or for somebody who describes the thing first."""
    item = item_called(code)
    claim = item.claims.filter(state=OwnershipClaim.State.APPROVED).select_related("claimant")
    approved = claim.first()
    if not item.is_in_custody:
        messages.error(request, _("This thing is not with the office, or no longer."))
        return redirect(item_page(item.code))
    also = request.GET.getlist("also")
    initial: dict[str, Any] = {"claim": approved and approved.pk, "more": " ".join(also)}
    if approved is not None and approved.claimant is not None:
        initial["receiver_name"] = approved.claimant.get_full_name()
    form = HandoverForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        item=item,
        by=request.user,
        claim=approved,
    )
    status = HTTPStatus.OK
    if form.is_bound and form.is_valid():
        try:
            _refuse_other_claim(form, approved)
            done = hand_over_together(
                [item, *form.others],
                by=request.user,
                receipt=form.receipt,
                claim=approved,
                second=form.cleaned_data.get("second_by"),
            )
        except ValidationError as error:
            _show(form, error)
        except AlreadySo as already:
            messages.info(request, str(already))
            return redirect(item_page(item.code))
        except (TransitionRefused, PermissionDenied) as refused:
            form.add_error(None, str(refused))
            status = HTTPStatus.CONFLICT
        else:
            return redirect("lostfound:receipt", pk=done[0].pk)
    context = {
        "item": item,
        "post": item.post,
        "claim": approved,
        "delegation": Delegation.objects.filter(claim=approved).first() if approved else None,
        "form": form,
        "others": form.others,
        "text": receipt_text(1 + len(form.others)),
    }
    return render(request, "lostfound/desk/handover.html", context, status=status)


@require_safe
@for_staff(MAY_HAND_OVER)
def handover_chosen(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The checklist for the things that were chosen in a list."""
    chosen, _unknown = selectors.items_called(request.GET.getlist("codes"))
    if not chosen:
        messages.error(request, _("Please choose at least one thing."))
        return redirect("matching:counter")
    first, *others = chosen
    query = urlencode([("also", other.code) for other in others])
    return redirect(f"{reverse('lostfound:handover', args=[first.code])}?{query}".rstrip("?"))


def _refuse_other_claim(form: HandoverForm, approved: OwnershipClaim | None) -> None:
    """What was checked and signed for one person is not used for another.

    Raises: ClaimRefused
    """
    if form.cleaned_data["claim"] != (approved and approved.pk):
        # As the page shows it now.
        form.data = {**form.data, "claim": approved.pk if approved is not None else ""}
        raise changed_meanwhile()


def _show(form: HandoverForm, error: ValidationError) -> None:
    for name, found in error.error_dict.items():
        form.add_error(name if name in form.fields else None, found)


@require_safe
@for_staff(MAY_HAND_OVER, "lostfound.audit")
def receipt(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The receipt, for printing; clerks see those of their own office.

    Auditors see all, without who received the thing if they may not see names.
    """
    rows = Handover.objects.select_related("item__office", "item__post", "by", "second_by")
    shown = get_object_or_404(rows, pk=pk)
    refuse_other_receipts(shown.item, request.user)
    if shown.item.post is not None:
        log_access(request.user, AccessLog.What.ITEM, [shown.item.post])
    signature = b64encode(bytes(shown.signature)).decode() if shown.signature else ""
    context = {
        "handover": shown,
        "item": shown.item,
        "signature": f"data:image/png;base64,{signature}" if signature else "",
        "together": shown.signed_together,
        "may_reverse": request.user.has_perm("lostfound.reverse_handover"),
        "shows_names": any(map(request.user.has_perm, (MAY_HAND_OVER, "lostfound.view_personal"))),
    }
    return render(request, "lostfound/desk/receipt.html", context)


def receipt_page(pk: int) -> str:
    """Where the button of a receipt leads back to."""
    return reverse("lostfound:receipt", args=[pk])


@for_staff("lostfound.reverse_handover")
@by_button(back=receipt_page)
def reverse_one(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take a hand-over back."""
    found = get_object_or_404(Handover.objects.select_related("item"), pk=pk)
    item: Item = found.item
    try:
        reverse_handover(found, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("The hand-over has been taken back."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except (TransitionRefused, PermissionDenied) as refused:
        messages.error(request, str(refused))
    return redirect(item_page(item.code))
