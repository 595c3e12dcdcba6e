"""Drafting batches, and the second person's approval."""

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import BatchItem, DisposalBatch, Item, User
from lostfound.services.disposal.checks import BatchRefused, refuse_items, refuse_kind
from lostfound.services.items.custody import lock_item
from lostfound.services.locking import refuse_another_office
from lostfound.services.post_fields import clean_text
from lostfound.services.status import AlreadySo

State = DisposalBatch.State

MAX_ITEMS: Final = 200


@transaction.atomic
def draft_batch(
    kind: str,
    items: Sequence[Item],
    *,
    actor: User,
    recipient: str,
    document_no: str = "",
    witness: str = "",
) -> DisposalBatch:
    """Put things of one office into a new batch. They stay where they are until it is done.

    Raises:
        BatchRefused: some must stay, or are in another batch; it names all of them.
        TransitionRefused: the site does not do this kind.
        PermissionDenied: the person may not, or another office keeps one of them.
        ValidationError: keyed "items" or "recipient".
    """
    refuse_kind(kind, actor)
    chosen = sorted({item.pk: item for item in items}.values(), key=lambda item: item.pk)
    if not 0 < len(chosen) <= MAX_ITEMS:
        message = _("Choose between 1 and %(limit)d things.") % {"limit": MAX_ITEMS}
        raise ValidationError({"items": ValidationError(message, code="items")})
    recipient = clean_text(recipient, is_one_line=True)[:120]
    if not recipient:
        message = _("Who receives these things?")
        raise ValidationError({"recipient": ValidationError(message, code="required")})
    locked = [lock_item(item) for item in chosen]
    for item in locked:
        refuse_another_office(item, actor)
    office = locked[0].office
    if office is None or {item.office_id for item in locked} != {office.pk}:
        message = _("A batch has things of one office only.")
        raise ValidationError({"items": ValidationError(message, code="office")})
    refuse_items(kind, locked, timezone.localdate())
    waiting = BatchItem.objects.filter(item__in=locked, result=BatchItem.Result.OPEN)
    taken = {row.item.shown_code: str(row.batch) for row in waiting.select_related("item", "batch")}
    if taken:
        raise BatchRefused(taken)
    batch = DisposalBatch.objects.create(
        kind=kind,
        office=office,
        recipient=recipient,
        document_no=clean_text(document_no, is_one_line=True)[:60],
        witness=clean_text(witness, is_one_line=True)[:80],
        made_by=actor,
    )
    BatchItem.objects.bulk_create([BatchItem(batch=batch, item=item) for item in locked])
    return batch


@transaction.atomic
def approve_batch(batch: DisposalBatch, *, by: User) -> DisposalBatch:
    """Agree to a batch, as somebody who did not draft it; a superuser is no exception.

    Raises:
        AlreadySo: it was approved or cancelled meanwhile.
        BatchRefused: something in it must stay by now.
        PermissionDenied: the person drafted it, may not, or works at another office.
    """
    refuse_for(batch, by)
    if by.pk == batch.made_by_id:
        raise PermissionDenied(_("Somebody else has to approve what you have drafted."))
    items = [lock_item(row.item) for row in batch.rows.select_related("item").order_by("item")]
    refuse_items(batch.kind, items, timezone.localdate())
    rows = DisposalBatch.objects.filter(pk=batch.pk, state=State.DRAFT)
    if not rows.update(state=State.APPROVED, approved_by=by, approved_at=timezone.now()):
        raise AlreadySo(_("This batch has been settled already."))
    batch.refresh_from_db()
    return batch


@transaction.atomic
def cancel_batch(batch: DisposalBatch, *, by: User) -> None:
    """Give a batch up before it is done; its things stay.

    Raises: AlreadySo, PermissionDenied
    """
    refuse_for(batch, by)
    rows = DisposalBatch.objects.filter(pk=batch.pk, state__in=(State.DRAFT, State.APPROVED))
    if not rows.update(state=State.CANCELLED):
        raise AlreadySo(_("This batch has been settled already."))
    BatchItem.objects.filter(batch=batch).update(result=BatchItem.Result.CANCELLED)


def refuse_for(batch: DisposalBatch, person: User) -> None:
    """Refuse a batch of another office, or of a kind that the person or the site may not make.

    Raises: PermissionDenied, TransitionRefused
    """
    refuse_kind(batch.kind, person)
    if person.office_id not in (None, batch.office_id) and not person.is_superuser:
        raise PermissionDenied(_("This batch is another office's."))
