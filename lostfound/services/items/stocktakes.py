"""Stock-taking: a shelf is scanned, and what is not seen on two days is missing."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lostfound.models import (
    CustodyEvent,
    Item,
    Office,
    Stocktake,
    StocktakeScan,
    StoragePlace,
    User,
)
from lostfound.services.items.custody import append, lock_item
from lostfound.services.items.receiving import place_for
from lostfound.services.status import AlreadySo

Result = StocktakeScan.Result
COUNTED = (Item.State.HELD, Item.State.RESERVED)


def start_stocktake(*, actor: User, office: Office, place: StoragePlace | None = None) -> Stocktake:
    """Begin to count a shelf, or a whole office.

    Raises: PermissionDenied: of another office.
    """
    refuse_office(office, actor)
    if place is not None and place.office_id != office.pk:
        raise PermissionDenied
    return Stocktake.objects.create(office=office, place=place, started_by=actor)


def refuse_office(office: Office, actor: User) -> None:
    """Refuse the count of another office.

    Raises: PermissionDenied
    """
    if actor.office_id not in (None, office.pk) and not actor.is_superuser:
        raise PermissionDenied(_("Only this office can count what it keeps."))


def expected_in(stocktake: Stocktake) -> QuerySet[Item]:
    """The things that should be there now."""
    items = Item.objects.filter(state__in=COUNTED, office=stocktake.office)
    return items if stocktake.place_id is None else items.filter(place=stocktake.place)


@transaction.atomic
def scan_item(stocktake: Stocktake, item: Item, *, actor: User) -> StocktakeScan:
    """Note that a thing is there. One that was missing is found again, on this shelf.

    A second scan of the same thing changes nothing.

    Raises: AlreadySo (the count has ended), PermissionDenied
    """
    stocktake = _locked(stocktake, actor)
    known = StocktakeScan.objects.filter(stocktake=stocktake, item=item).first()
    if known is not None:
        return known
    item = lock_item(item)
    result = Result.SURPLUS
    if item.state == Item.State.MISSING and item.office_id == stocktake.office_id:
        code = stocktake.place.code if stocktake.place else ""
        append(
            item,
            actor=actor,
            kind=CustodyEvent.Kind.FOUND_AGAIN,
            to_state=Item.State.HELD,
            office=stocktake.office,
            place=place_for(item, stocktake.office, code),
            ref=f"S-{stocktake.pk}",
        )
        result = Result.FOUND
    elif expected_in(stocktake).filter(pk=item.pk).exists():
        result = Result.SEEN
    return _note(stocktake, item, result, actor)


@transaction.atomic
def finish_stocktake(stocktake: Stocktake, *, actor: User) -> Stocktake:
    """End a count. What was not seen now, nor at a count of an earlier day, is missing.

    Raises: AlreadySo, PermissionDenied
    """
    stocktake = _locked(stocktake, actor)
    expected = expected_in(stocktake).order_by("pk")
    stocktake.expected = expected.count()
    for unseen in expected.exclude(pk__in=stocktake.scans.values("item")):
        item = lock_item(unseen)
        result = Result.UNSEEN
        if item.state == Item.State.HELD and _was_unseen_before(item):
            append(
                item,
                actor=actor,
                kind=CustodyEvent.Kind.MISSING,
                to_state=Item.State.MISSING,
                office=item.office,
                place=item.place,
                ref=f"S-{stocktake.pk}",
            )
            result = Result.MISSING
        _note(stocktake, item, result, actor)
    stocktake.finished_at = timezone.now()
    stocktake.save(update_fields=["expected", "finished_at"])
    return stocktake


def _note(stocktake: Stocktake, item: Item, result: str, actor: User) -> StocktakeScan:
    return StocktakeScan.objects.create(
        stocktake=stocktake, item=item, result=result, by=actor, head_seq=item.head_seq
    )


def _was_unseen_before(item: Item) -> bool:
    """Whether the newest count of an earlier day missed it, and nothing happened to it since."""
    earlier = StocktakeScan.objects.filter(item=item, at__date__lt=timezone.localdate())
    last = earlier.order_by("-at", "-pk").first()
    return last is not None and (last.result, last.head_seq) == (Result.UNSEEN, item.head_seq)


def _locked(stocktake: Stocktake, actor: User) -> Stocktake:
    rows = Stocktake.objects.select_for_update(of=("self",)).select_related("office", "place")
    locked = rows.get(pk=stocktake.pk)
    refuse_office(locked.office, actor)
    if locked.finished_at is not None:
        raise AlreadySo(_("This count has ended."))
    return locked
