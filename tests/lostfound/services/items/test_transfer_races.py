"""Several people settle one thing at once, on a real database file: there is one outcome."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from lostfound.models import CustodyEvent, Item, Office, StocktakeScan, TransferItem, User
from lostfound.services.disposal import Outcome, approve_batch, complete_batch, draft_batch
from lostfound.services.items.stocktakes import scan_item, start_stocktake
from lostfound.services.items.transfers import accept_item, refuse_item, send_items
from lostfound.services.items.verifying import verify_custody
from lostfound.services.status import AlreadySo
from tests.support.databases import in_a_file
from tests.support.items import HEADS, make_clerk, make_item

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6


@pytest.fixture(scope="module", autouse=True)
def database_file(
    tmp_path_factory: pytest.TempPathFactory,
    migrated: Path,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The default database as a file: threads that share one in memory never wait for locks."""
    path = tmp_path_factory.mktemp("races") / "db.sqlite3"
    with django_db_blocker.unblock(), in_a_file(path, migrated):
        yield


def at_once(deeds: list[Callable[[], object]]) -> int:
    """Run all in threads that start together; returns how many were not refused as too late."""
    barrier = threading.Barrier(len(deeds))
    done: list[object] = []
    broken: list[BaseException] = []

    def run(deed: Callable[[], object]) -> None:
        try:
            barrier.wait(30)
            done.append(deed())
        except AlreadySo:
            pass
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not broken
    return len(done)


def test_one_answer_to_a_sent_thing_counts() -> None:
    here, there = Office.objects.order_by("pk")[:2]
    item = make_item(office=here)
    sent = send_items([item], actor=make_clerk(here), to_office=there)
    people = [make_clerk(there) for _n in range(AT_ONCE)]

    def settle(number: int, person: User) -> Callable[[], object]:
        def deed() -> object:
            row = TransferItem.objects.select_related("transfer", "item").get(transfer=sent)
            if number % 2:
                return refuse_item(row, actor=person, reason="없음")
            return accept_item(row, actor=person, shelf=f"C-{number}")

        return deed

    assert at_once([settle(number, person) for number, person in enumerate(people)]) == 1
    item = Item.objects.get(pk=item.pk)
    row = TransferItem.objects.get(transfer=sent)
    assert item.state == "held" and item.head_seq == 3
    assert item.office == (there if row.state == "accepted" else here)
    assert not verify_custody().breaks


def test_one_scan_of_a_thing_counts() -> None:
    here = Office.objects.order_by("pk")[0]
    item, clerk = make_item(office=here), make_clerk(here)
    count = start_stocktake(actor=clerk, office=here)
    at_once([lambda: scan_item(count, item, actor=clerk)] * AT_ONCE)
    assert StocktakeScan.objects.filter(item=item).count() == 1


def test_a_batch_is_completed_once() -> None:
    here = Office.objects.order_by("pk")[0]
    item, head = make_item(office=here), make_clerk(here, group=HEADS)
    batch = draft_batch("police", [item], actor=head, recipient="경찰서")
    others = [make_clerk(here, group=HEADS) for _n in range(AT_ONCE)]
    assert at_once([lambda by=by: approve_batch(batch, by=by) for by in others]) == 1  # type: ignore[misc]
    taken = {item.pk: Outcome(True)}
    assert at_once([lambda: complete_batch(batch, by=head, outcomes=taken)] * AT_ONCE) == 1
    assert CustodyEvent.objects.filter(item=item, kind="at_police").count() == 1
