"""Judging claims: all rivals to one thing on one page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lostfound import selectors
from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import AccessLog, ClaimVerdict, ControlFact, Item, OwnershipClaim
from lostfound.services import log_access
from lostfound.services.claims import flags as reasons
from lostfound.services.claims import give_verdict, mark_read, revoke_approval
from lostfound.services.claims.facts import facts_of, proposal
from lostfound.services.claims.judging import needed, refuse_interested
from lostfound.services.status import TransitionRefused
from lostfound.views.decorators import by_button, for_staff
from lostfound.views.desk.items import item_called

MAY_JUDGE = "lostfound.judge_claim"
PER_PAGE = 30
FLAGS = {
    reasons.DESCRIBED_BEFORE: gettext_lazy("described a hidden fact before the thing was public"),
    reasons.NO_REPORT: gettext_lazy("has not reported the loss"),
    reasons.RIGHT_AFTER: gettext_lazy("sent within minutes of the publication"),
    reasons.COPIED: gettext_lazy("says only what the public page says"),
    reasons.MANY_ALIKE: gettext_lazy("claims several things of this kind"),
}


def rivals_page(code: str = "", pk: int = 0) -> str:
    """Where a button of a claim leads back to."""
    return reverse("lostfound:desk_rivals", args=[code])


@require_safe
@for_staff(MAY_JUDGE)
def claims(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Claims that wait for the office: one's own office first, the oldest first."""
    pages = Paginator(selectors.waiting_claims(request.user), PER_PAGE)
    return render(
        request, "lostfound/desk/claims.html", {"page": pages.get_page(request.GET.get("page"))}
    )


@require_safe
@for_staff(MAY_JUDGE)
def rivals(request: AuthenticatedHttpRequest, code: str) -> HttpResponse:
    """Every claim to one thing, beside its hidden facts; opening the page reads them."""
    item = item_called(code)
    refuse_interested(item, request.user)
    return _rivals(request, item)


def _rivals(
    request: AuthenticatedHttpRequest,
    item: Item,
    refused: OwnershipClaim | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; the form of a claim whose verdict was refused has what was entered."""
    facts = facts_of(item)
    if item.post is not None:
        log_access(request.user, AccessLog.What.POST, [item.post])
    rows = list(selectors.claims_to(item))
    mark_read(rows)
    context = {
        "item": item,
        "post": item.post,
        "facts": facts,
        "rows": [_row(claim, facts, request, is_refused=claim == refused) for claim in rows],
        "marks": ClaimVerdict.Mark.choices,
        "needed": needed(item),
        "ready": selectors.ready_place_for(item),
        "may_change": not item.is_kept_elsewhere_for(request.user),
    }
    return render(request, "lostfound/desk/rivals.html", context, status=status)


def _row(
    claim: OwnershipClaim,
    facts: list[ControlFact],
    request: AuthenticatedHttpRequest,
    *,
    is_refused: bool,
) -> dict[str, Any]:
    """A claim for the page. The machine's opinion only shows beside a person's own verdict."""
    entered = request.POST if is_refused else {}
    verdicts = list(claim.verdicts.all())
    own = next((one for one in verdicts if one.by_id == request.user.pk), None)
    texts = [answer.text for answer in claim.answers.all()] + [claim.story]
    machine = [proposal(fact, texts) for fact in facts]
    marked = own.marks if own is not None and len(own.marks) == len(facts) else []
    labels = dict(ClaimVerdict.Mark.choices)
    return {
        "claim": claim,
        "flags": [str(FLAGS[flag]) for flag in claim.flags if flag in FLAGS],
        "is_strong": reasons.DESCRIBED_BEFORE in claim.flags,
        "verdicts": verdicts,
        "facts": [(fact, entered.get(f"mark_{n}", "")) for n, fact in enumerate(facts)],
        "note": entered.get("note", ""),
        "question": entered.get("question", ""),
        "compared": [
            (fact, labels.get(mark, mark), is_there)
            for fact, mark, is_there in zip(facts, marked, machine, strict=False)
        ],
        "can_judge": claim.state == claim.State.SUBMITTED
        and not any(one.by_id == request.user.pk and one.round == claim.rounds for one in verdicts),
        "can_ask": claim.rounds == 0,
    }


@for_staff(MAY_JUDGE)
@by_button(back=rivals_page)
def judge(request: AuthenticatedHttpRequest, code: str, pk: int) -> HttpResponse:
    """Save a verdict."""
    item = item_called(code)
    claim = get_object_or_404(OwnershipClaim, pk=pk, item=item)
    data = request.POST
    version = data.get("version", "")
    marks = [data.get(f"mark_{number}", "") for number in range(len(facts_of(item)))]
    try:
        give_verdict(
            claim,
            by=request.user,
            decision=data.get("decision", ""),
            marks=marks,
            note=data.get("note", ""),
            question=data.get("question", ""),
            version=int(version) if version.isdecimal() else -1,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _rivals(request, item, refused=claim, status=400)
    except TransitionRefused as refused:
        messages.error(request, str(refused))
        return _rivals(request, item, refused=claim, status=409)
    except PermissionDenied as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Saved: %(code)s") % {"code": claim.number})
    return redirect(rivals_page(item.code))


@for_staff(MAY_JUDGE)
@by_button(back=rivals_page)
def revoke(request: AuthenticatedHttpRequest, code: str, pk: int) -> HttpResponse:
    """Take an approval back."""
    item = item_called(code)
    claim = get_object_or_404(OwnershipClaim, pk=pk, item=item)
    try:
        revoke_approval(claim, by=request.user)
        messages.success(request, _("Saved: %(code)s") % {"code": claim.number})
    except (TransitionRefused, PermissionDenied) as refused:
        messages.error(request, str(refused))
    return redirect(rivals_page(item.code))
