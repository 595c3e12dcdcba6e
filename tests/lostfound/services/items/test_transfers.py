"""Transfers need both offices, and counts find what is missing, surplus or back."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from lostfound.models import Item, Office, StocktakeScan, StoragePlace, Transfer, TransferItem, User
from lostfound.services import move_item
from lostfound.services.clock.queues import queues_for
from lostfound.services.items import hold_item, mark_missing
from lostfound.services.items.stocktakes import finish_stocktake, scan_item, start_stocktake
from lostfound.services.items.transfers import accept_item, refuse_item, send_items
from lostfound.services.items.verifying import verify_custody
from lostfound.services.status import AlreadySo, TransitionRefused
from tests.support.claims import approved, make_wallet
from tests.support.items import make_clerk, make_item

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def offices() -> tuple[Office, Office]:
    here, there = Office.objects.order_by("pk")[:2]
    return here, there


def sent(
    offices: tuple[Office, Office], number: int = 1
) -> tuple[Transfer, list[TransferItem], User]:
    clerk = make_clerk(offices[0])
    items = [make_item(office=offices[0]) for _n in range(number)]
    transfer = send_items(items, actor=clerk, to_office=offices[1])
    return transfer, list(transfer.rows.select_related("transfer", "item")), clerk


def now(item: Item) -> Any:
    return Item.objects.select_related("office", "place", "post").get(pk=item.pk)


def in_queue(person: User) -> list[Item]:
    queues = {queue.key: queue for queue in queues_for(person, timezone.localdate())}
    return [due.item for due in queues["transfers"].due]


def test_of_two_things_one_is_scanned_where_they_arrive(offices: tuple[Office, Office]) -> None:
    transfer, (first, second), clerk = sent(offices, 2)
    assert now(first.item).state == "in_transit" and now(first.item).office == offices[0]
    there = make_clerk(offices[1])
    assert not in_queue(there) and not in_queue(clerk)
    Transfer.objects.filter(pk=transfer.pk).update(sent_at=timezone.now() - timedelta(hours=25))
    assert len(in_queue(there)) == len(in_queue(clerk)) == 2
    accept_item(first, actor=there, shelf="C-1")
    arrived = now(first.item)
    assert (arrived.state, arrived.office, arrived.place.code) == ("held", offices[1], "C-1")
    assert arrived.post.office == offices[1]
    assert now(second.item).state == "in_transit"
    assert in_queue(there) == in_queue(clerk) == [second.item]
    assert not verify_custody().breaks


def test_who_sent_a_thing_cannot_accept_it(offices: tuple[Office, Office]) -> None:
    _transfer, (row,), clerk = sent(offices)
    for person in (clerk, make_clerk(offices[0]), make_clerk(None)):
        with pytest.raises(PermissionDenied):
            accept_item(row, actor=person)
    assert now(row.item).state == "in_transit"


def test_a_thing_that_did_not_come_is_with_its_office(offices: tuple[Office, Office]) -> None:
    _transfer, (row,), _clerk = sent(offices)
    there = make_clerk(offices[1])
    with pytest.raises(ValidationError):
        refuse_item(row, actor=there, reason=" ")
    refuse_item(row, actor=there, reason="봉투에 없음")
    row.refresh_from_db()
    assert (row.state, now(row.item).state, now(row.item).office) == ("refused", "held", offices[0])
    with pytest.raises(AlreadySo):
        accept_item(row, actor=there)
    with pytest.raises(AlreadySo):
        refuse_item(row, actor=there, reason="다시")
    kinds = list(row.item.custody.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["received", "sent", "not_accepted"]


def test_the_sender_takes_a_thing_back(offices: tuple[Office, Office]) -> None:
    _transfer, (row,), clerk = sent(offices)
    refuse_item(row, actor=clerk, reason="잘못 보냄")
    row.refresh_from_db()
    assert row.state == "recalled"
    again = send_items([row.item], actor=clerk, to_office=offices[1])
    accept_item(again.rows.get(), actor=make_clerk(offices[1]))
    assert now(row.item).office == offices[1]


def test_nothing_is_sent_if_one_thing_must_stay(offices: tuple[Office, Office]) -> None:
    clerk = make_clerk(offices[0])
    free, held = make_item(office=offices[0]), make_item(office=offices[0])
    hold_item(held, actor=clerk, reason="분쟁")
    ready = approved(make_wallet(office=offices[0])).item
    for other in (held, ready):
        with pytest.raises(TransitionRefused):
            send_items([free, other], actor=clerk, to_office=offices[1])
        # The page's request is one transaction, and so is the service.
        assert now(free).state == "held" and not Transfer.objects.exists()
    foreign = make_item(office=offices[1])
    with pytest.raises(PermissionDenied):
        send_items([foreign], actor=clerk, to_office=offices[0])
    with pytest.raises(ValidationError):
        send_items([free], actor=clerk, to_office=offices[0])


def test_a_thing_on_its_way_neither_moves_nor_leaves(offices: tuple[Office, Office]) -> None:
    _transfer, (row,), clerk = sent(offices)
    with pytest.raises(TransitionRefused):
        move_item(row.item, actor=clerk, shelf="B-1")
    with pytest.raises(TransitionRefused):
        mark_missing(row.item, actor=clerk)


def test_a_count_of_a_shelf(offices: tuple[Office, Office]) -> None:
    clerk = make_clerk(offices[0])
    seen, unseen = (make_item(office=offices[0]) for _n in range(2))
    elsewhere = make_item(office=offices[0], shelf="B-7")
    back = make_item(office=offices[0])
    mark_missing(back, actor=clerk)
    place = StoragePlace.objects.get(office=offices[0], code="A-12")
    count = start_stocktake(actor=clerk, office=offices[0], place=place)
    results = [scan_item(count, item, actor=clerk).result for item in (seen, elsewhere, back, seen)]
    assert results == ["seen", "surplus", "found", "seen"]
    assert (now(back).state, now(back).place) == ("held", place)
    finish_stocktake(count, actor=clerk)
    count.refresh_from_db()
    assert count.expected == 3
    assert count.scans.get(item=unseen).result == "unseen" and now(unseen).state == "held"
    with pytest.raises(AlreadySo):
        scan_item(count, unseen, actor=clerk)
    with pytest.raises(PermissionDenied):
        start_stocktake(actor=make_clerk(offices[1]), office=offices[0])


def test_what_two_counts_of_two_days_miss_is_missing(offices: tuple[Office, Office]) -> None:
    clerk = make_clerk(offices[0])
    lost, moved = (make_item(office=offices[0]) for _n in range(2))
    ready = approved(make_wallet(office=offices[0])).item

    def count() -> None:
        finish_stocktake(start_stocktake(actor=clerk, office=offices[0]), actor=clerk)

    count()
    count()  # on the same day it says nothing new
    assert now(lost).state == "held"
    yesterday = timezone.now() - timedelta(days=1, hours=1)
    StocktakeScan.objects.update(at=yesterday)
    # Somebody had it in hand since: it starts again.
    move_item(moved, actor=clerk, shelf="B-2")
    count()
    assert (now(lost).state, now(moved).state, now(ready).state) == ("missing", "held", "reserved")
    assert lost.custody.filter(kind="missing").count() == 1
