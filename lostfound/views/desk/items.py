"""The page of one thing, and what the office does with it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lostfound import selectors
from lostfound.forms.facts import fact_forms, prompts_about
from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import AccessLog, Item, User, item_codes
from lostfound.services import log_access, move_item, receive_item
from lostfound.services.claims.facts import facts_of
from lostfound.services.items import (
    NotHere,
    hold_item,
    mark_missing,
    record_contact,
    release_hold,
    void_item,
)
from lostfound.services.items.facts import digest_of
from lostfound.services.status import TransitionRefused
from lostfound.views.decorators import by_button, for_staff

MAY_HANDLE = "lostfound.handle_item"
MAY_AUDIT = "lostfound.audit"
MAY_VOID = "lostfound.dispose_item"


def item_page(code: str, **_kwargs: str) -> str:
    """Where a button of a thing leads back to."""
    return reverse("lostfound:desk_item", args=[code])


def facts_page(code: str, **_kwargs: str) -> str:
    """The page of a thing with its hidden facts open."""
    return f"{item_page(code)}?facts=1"


def item_called(code: str) -> Item:
    """The thing with this code, with everything that its page shows.

    Raises:
        Http404: there is none; a mistyped code is not even looked up.
    """
    plain = item_codes.plain(code)
    if not item_codes.is_valid(plain):
        raise Http404
    item = Item.objects.with_details().filter(code=plain).first()
    if item is None:
        raise Http404
    return item


@require_safe
@for_staff(MAY_HANDLE, MAY_AUDIT)
def item(request: AuthenticatedHttpRequest, code: str) -> HttpResponse:
    """The thing with photograph, place and history; hidden facts open on request."""
    return shown_item(request, item_called(code))


def shown_item(
    request: AuthenticatedHttpRequest, shown: Item, *, rows: Any = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    """The page; with `rows`, the facts are open as they were entered."""
    may_handle = request.user.has_perm(MAY_HANDLE)
    opens_facts = may_handle and (rows is not None or "facts" in request.GET)
    facts = facts_of(shown) if opens_facts else []
    if shown.post is not None and may_handle:
        what = AccessLog.What.POST if opens_facts else AccessLog.What.ITEM
        log_access(request.user, what, [shown.post])
    context = {
        "item": shown,
        "post": shown.post if may_handle else None,
        "facts": facts,
        "opens_facts": opens_facts,
        "fact_rows": rows
        or (fact_forms(prompts=prompts_about(shown.post), facts=facts) if opens_facts else None),
        "facts_seen": digest_of(facts),
        "claims": selectors.claims_to(shown) if may_handle else [],
        "handover": shown.handovers.filter(reversed_at=None).first(),
        "events": selectors.chain_of(shown),
        "shelves": selectors.shelves_in_use()[:50],
        "ready": selectors.ready_place_for(shown),
        "may_change": may_handle and not shown.is_kept_elsewhere_for(request.user),
        "may_void": request.user.has_perm(MAY_VOID),
        "sees_receipts": sees_receipts(shown, request.user)
        and any(map(request.user.has_perm, ("lostfound.hand_over", MAY_AUDIT))),
        "may_see_names": request.user.has_perm("lostfound.view_personal"),
    }
    return render(request, "lostfound/desk/item.html", context, status=status)


def sees_receipts(item: Item, person: User) -> bool:
    """Whether somebody may read the receipts of a thing: of their own office, or as an auditor."""
    return person.has_perm(MAY_AUDIT) or not item.is_kept_elsewhere_for(person)


def refuse_other_receipts(item: Item, person: User) -> None:
    """Refuse the receipts of another office.

    Raises: PermissionDenied
    """
    if not sees_receipts(item, person):
        raise PermissionDenied


@require_safe
@for_staff(MAY_HANDLE)
def finder_receipt(request: AuthenticatedHttpRequest, code: str) -> HttpResponse:
    """For printing: that the office has taken a thing over from its finder."""
    shown = item_called(code)
    refuse_other_receipts(shown, request.user)
    first = selectors.chain_of(shown).filter(to_state=Item.State.HELD).first()
    if first is None:
        raise Http404
    if shown.post is not None:
        log_access(request.user, AccessLog.What.ITEM, [shown.post])
    context = {"item": shown, "post": shown.post, "received": first}
    return render(request, "lostfound/desk/finder_receipt.html", context)


def _receive(item: Item, actor: User, shelf: str) -> None:
    if item.post is None:  # deleted, after the entry had been taken back
        raise NotHere
    receive_item(item.post, actor=actor, shelf=shelf)


ACTIONS: dict[str, tuple[str, Callable[..., Any]]] = {
    "move": (
        MAY_HANDLE,
        lambda item, actor, data: move_item(item, actor=actor, shelf=data.get("shelf", "")),
    ),
    "receive": (
        MAY_HANDLE,
        lambda item, actor, data: _receive(item, actor, data.get("shelf", "")),
    ),
    "missing": (MAY_HANDLE, lambda item, actor, data: mark_missing(item, actor=actor)),
    "contacted": (
        MAY_HANDLE,
        lambda item, actor, data: record_contact(item, actor=actor, note=data.get("note", "")),
    ),
    "hold": (
        MAY_HANDLE,
        lambda item, actor, data: hold_item(item, actor=actor, reason=data.get("reason", "")),
    ),
    "release": (MAY_HANDLE, lambda item, actor, data: release_hold(item, actor=actor)),
    "void": (
        MAY_VOID,
        lambda item, actor, data: void_item(item, actor=actor, reason=data.get("reason", "")),
    ),
}


@for_staff(MAY_HANDLE)
@by_button(back=item_page)
def change(request: AuthenticatedHttpRequest, code: str, action: str) -> HttpResponse:
    """Receive, move, report missing, hold back, release or void a thing."""
    needed, act = ACTIONS[action]
    if not request.user.has_perm(needed):
        raise PermissionDenied
    changed = item_called(code)
    try:
        act(changed, request.user, request.POST)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except (TransitionRefused, PermissionDenied) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Saved: %(code)s") % {"code": changed.shown_code})
    return redirect(item_page(changed.code))
