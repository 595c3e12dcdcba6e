"""Completing a batch: a result for each thing, and what follows for its posts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.hooks import partner_of, undo_pair_of
from lostfound.models import (
    BatchItem,
    CustodyEvent,
    DisposalBatch,
    Item,
    Notification,
    Post,
    User,
)
from lostfound.services.disposal.checks import refuse_items
from lostfound.services.disposal.drafting import refuse_for
from lostfound.services.items.custody import append, lock_item
from lostfound.services.notifications import notify
from lostfound.services.post_fields import clean_text
from lostfound.services.status import AlreadySo, change_status

Kind = DisposalBatch.Kind
Result = BatchItem.Result

# State and event of a thing that the recipient took.
LEAVES_AS: Final[dict[str, tuple[str, str]]] = {
    Kind.POLICE: (Item.State.AT_POLICE, CustodyEvent.Kind.AT_POLICE),
    Kind.TO_FINDER: (Item.State.TO_FINDER, CustodyEvent.Kind.TO_FINDER),
    Kind.DONATE: (Item.State.DONATED, CustodyEvent.Kind.DONATED),
    Kind.DESTROY: (Item.State.DESTROYED, CustodyEvent.Kind.DESTROYED),
}
POLICE_ID: Final = re.compile(r"[FV]\d{16}")


@dataclass(frozen=True)
class Outcome:
    """What the recipient did with one thing.

    Attributes:
        receipt_no: of the police's receipt (보관증), if they took it.
        police_id: its number at LOST112, such as F2026120100000012.
    """

    is_accepted: bool
    reason: str = ""
    receipt_no: str = ""
    police_id: str = ""


@transaction.atomic
def complete_batch(
    batch: DisposalBatch, *, by: User, outcomes: Mapping[int, Outcome]
) -> DisposalBatch:
    """Record what became of each thing: what was taken leaves, the rest is kept as before.

    Args:
        outcomes: by the key of the thing; each of the batch needs one.

    Raises:
        AlreadySo: it was completed meanwhile, or is not approved.
        BatchRefused: something that was taken must stay, such as what somebody claims by now.
        ValidationError: keyed by the thing's code.
        PermissionDenied: as in `approve_batch`.
    """
    refuse_for(batch, by)
    rows = list(batch.rows.select_related("item").order_by("item"))
    cleaned = _checked(rows, outcomes, batch.kind)
    state = DisposalBatch.State
    waiting = DisposalBatch.objects.filter(pk=batch.pk, state=state.APPROVED)
    if not waiting.update(state=state.DONE, done_by=by, done_at=timezone.now()):
        raise AlreadySo(_("This batch is not waiting for its results."))
    leaving = [row for row in rows if cleaned[row.item_id].is_accepted]
    _lock_posts(leaving)
    locked = {row.item_id: lock_item(row.item) for row in leaving}
    refuse_items(batch.kind, list(locked.values()), timezone.localdate())
    for row in rows:
        outcome = cleaned[row.item_id]
        row.result = Result.ACCEPTED if outcome.is_accepted else Result.REFUSED
        row.reason, row.receipt_no = outcome.reason, outcome.receipt_no
        row.police_id = outcome.police_id
        row.save(update_fields=["result", "reason", "receipt_no", "police_id"])
        if outcome.is_accepted:
            _let_go(locked[row.item_id], batch, row, by)
    batch.refresh_from_db()
    return batch


def _let_go(item: Item, batch: DisposalBatch, row: BatchItem, by: User) -> None:
    to_state, kind = LEAVES_AS[batch.kind]
    detail = {"receipt_no": row.receipt_no, "police_id": row.police_id}
    append(
        item,
        actor=by,
        kind=kind,
        to_state=to_state,
        office=item.office,
        place=None,
        ref=batch.number,
        detail={name: value for name, value in detail.items() if value},
        changes={"left_to": batch.recipient},
    )
    post = Post.objects.filter(item=item.pk).first()
    if post is None:
        return
    loser = partner_of(post)
    if loser is not None:
        undo_pair_of(post, by)
        loser.refresh_from_db()
        notify(loser.author, loser, Notification.Kind.ITEM_LEFT, other_post=post)
    post.refresh_from_db()
    if post.is_open:
        detail = {"batch": batch.number}
        change_status(post, Post.Status.CLOSED, actor=by, action="left_office", detail=detail)


def _lock_posts(rows: list[BatchItem]) -> None:
    """Lock the found posts and the lost ones of their pairs, in the order of keys."""
    found = list(Post.objects.filter(item__in=[row.item_id for row in rows]))
    keys = {post.pk for post in found}
    keys |= {other.pk for post in found if (other := partner_of(post)) is not None}
    list(Post.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


def _checked(
    rows: list[BatchItem], outcomes: Mapping[int, Outcome], kind: str
) -> dict[int, Outcome]:
    """The outcomes as they are saved.

    Raises: ValidationError
    """
    cleaned, errors = {}, {}
    for row in rows:
        given = outcomes.get(row.item_id)
        if given is None:
            message = _("Every thing needs a result.")
            errors[row.item.code] = ValidationError(message, code="required")
            continue
        reason = clean_text(given.reason, is_one_line=True)[:200]
        police_id = given.police_id.strip().upper()
        is_numbered = given.is_accepted and kind == Kind.POLICE and bool(police_id)
        if not given.is_accepted and not reason:
            message = _("Please say why.")
            errors[row.item.code] = ValidationError(message, code="required")
        elif is_numbered and not POLICE_ID.fullmatch(police_id):
            message = _("A LOST112 number is F and sixteen digits.")
            errors[row.item.code] = ValidationError(message, code="invalid")
        cleaned[row.item_id] = Outcome(
            given.is_accepted,
            "" if given.is_accepted else reason,
            clean_text(given.receipt_no, is_one_line=True)[:40] if given.is_accepted else "",
            police_id if is_numbered else "",
        )
    if errors:
        raise ValidationError(errors)
    return cleaned
