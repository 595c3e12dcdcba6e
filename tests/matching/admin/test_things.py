"""The figures of things at the offices: what came, what left, and how alerts did."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.db import models, transaction
from django.utils import timezone

from lostfound.models import CustodyEvent, Item, Notification, OwnershipClaim
from lostfound.services import notify
from lostfound.services.handovers import hand_over
from lostfound.services.items.custody import append, lock_item
from lostfound.services.receipts import Receipt
from matching.models import MatchDecision
from matching.services import confirm_match, reject_match, undo_decision
from matching.status.things import ThingRow, thing_statistics
from tests.support.claims import approved, make_wallet
from tests.support.factories import MatchFactory, StaffFactory
from tests.support.items import first_office, make_clerk, make_item
from tests.support.web_client import page, queries_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
THINGS = "/admin/matching/match/figures/things/"
SIGNED = Receipt(
    receiver_name="홍길순",
    id_kind="student",
    name_agrees=True,
    contents_counted=True,
    typed_ack="홍길순",
)


def returned_after(days: int, *, waited: int = 2) -> Item:
    """A wallet that lay here for some days, of which its owner waited some after the approval."""
    item = make_wallet()
    mine = approved(item)
    hand_over(item, by=make_clerk(item.office), receipt=SIGNED, claim=mine)
    now = timezone.now()
    Item.objects.filter(pk=item.pk).update(received_at=now - timedelta(days=days))
    OwnershipClaim.objects.filter(pk=mine.pk).update(decided_at=now - timedelta(days=waited))
    return item


def figures(back: int = 30) -> Any:
    today = timezone.localdate()
    return thing_statistics(today - timedelta(days=back), today)


def test_what_came_and_what_left() -> None:
    returned_after(4)
    returned_after(10)
    make_item(title="우산")
    gone = make_item(title="모자")
    with transaction.atomic():
        append(
            lock_item(gone),
            actor=make_clerk(),
            kind=CustodyEvent.Kind.MOVED,
            to_state=Item.State.AT_POLICE,
            office=gone.office,
            place=None,
            is_carried_over=True,
        )
    found = figures()
    total: ThingRow = found.total
    assert (total.received, total.returned, total.disposed, total.in_store) == (4, 2, 1, 1)
    assert total.share == 0.5 and total.median_days == pytest.approx(4, abs=0.01)
    assert found.collection_h == pytest.approx(48, abs=0.1)
    assert sum(row.received for row in found.categories) == 4
    (office,) = found.offices
    assert office.label == first_office().name and office.returned == 2
    assert sum(row.returned for row in found.months) == 2
    assert figures(back=3).total.received == 2  # the wallets came before
    assert figures(back=3).total.returned == 2


def test_alerts_are_judged_by_decisions_and_misses_counted() -> None:
    staff = StaffFactory.create()
    right, wrong, missed, undone = (MatchFactory.create() for _n in range(4))
    for match in (right, wrong):
        kind = Notification.Kind.SUGGESTED
        assert notify(match.lost.author, match.lost, kind, other_post=match.found)
    confirm_match(right, actor=staff)
    reject_match(wrong, actor=staff)
    confirm_match(missed, actor=staff)
    undo_decision(confirm_match(undone, actor=staff), actor=staff)
    found = figures()
    assert (found.alerts_right, found.alerts_wrong, found.found_without_alert) == (1, 1, 1)
    assert found.alert_precision == 0.5
    earlier = timezone.now() - timedelta(days=60)
    models.QuerySet(MatchDecision).update(at=earlier)
    Notification.objects.update(created_at=earlier)
    assert (figures().alerts_right, figures().found_without_alert) == (0, 0)


def test_the_page_and_the_file_say_the_same() -> None:
    returned_after(4)
    client = signed_in(StaffFactory.create(), "en")
    text = page(client.get(THINGS))
    assert "Share returned" in text and "<dd>100%</dd>" in text and first_office().name in text
    file = client.get(THINGS, {"format": "csv"} | period(30))
    assert file["Content-Type"].startswith("text/csv")
    lines = list(csv.reader(file.content.decode("utf-8-sig").splitlines()))
    assert ["All", "All", "1", "1", "1.00", "4.00", "0", "0", "0"] in lines


def period(back: int) -> dict[str, str]:
    today = timezone.localdate()
    return {"first": str(today - timedelta(days=back)), "last": str(today)}


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-12-31", "2026-01-01"), ("1900-01-01", "2026-01-01"), ("x", "2026-01-01"), ("", "")],
)
def test_an_impossible_period_is_refused_with_words(first: str, last: str) -> None:
    answer = signed_in(StaffFactory.create(), "en").get(
        THINGS, {"first": first, "last": last, "format": "csv"}
    )
    assert answer.status_code == 200 and "errorlist" in page(answer)


def test_more_things_need_no_more_queries() -> None:
    client = signed_in(StaffFactory.create())
    make_item()
    few = queries_of(client, THINGS)
    for _n in range(3):
        returned_after(2)
        make_item()
    assert queries_of(client, THINGS) == few


def test_only_staff_who_may_see_pairs_get_it() -> None:
    assert signed_in(make_clerk()).get(THINGS).status_code == 200
    nobody = StaffFactory.create(is_superuser=False)
    assert signed_in(nobody).get(THINGS).status_code == 403
