"""Dates of things that were kept before there were rules, in both directions with rows."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.support.migrations import SiteBefore, migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]

BEFORE = [("lostfound", "0021_police")]
AFTER = [("lostfound", "0023_first_rules")]


@pytest.fixture
def before(site_before: SiteBefore) -> Any:
    return site_before(BEFORE)


def may_edit(name: str) -> bool:
    from django.contrib.auth.models import Permission

    rows = Permission.objects.filter(codename="change_retentionrule")
    return rows.filter(group__name=name).exists()


def add_item(apps: Any, state: str, code: str, category: str = "umbrella") -> Any:
    user, _ = apps.get_model("lostfound", "User").objects.get_or_create(username="clerk")
    post = apps.get_model("lostfound", "Post").objects.create(
        kind="found",
        title="물건",
        author=user,
        happened_on="2026-11-01",
        category=apps.get_model("lostfound", "Category").objects.get(code=category),
    )
    received = timezone.make_aware(datetime(2026, 11, 3, 12))
    return apps.get_model("lostfound", "Item").objects.create(
        post=post, state=state, code=code, found_on="2026-11-01", received_at=received
    )


def test_kept_things_get_their_dates_and_lose_them_again(before: Any) -> None:
    kept = add_item(before, "held", "AAAAAAA1")
    card = add_item(before, "reserved", "AAAAAAA2", "id_card")
    gone = add_item(before, "handed_over", "AAAAAAA3")
    after = migrate(AFTER)
    things = {row.pk: row for row in after.get_model("lostfound", "Item").objects.all()}
    assert things[kept.pk].keep_until == date(2026, 11, 3) + timedelta(days=90)
    assert things[kept.pk].police_due_on == date(2026, 11, 8)
    assert things[kept.pk].clock["rule"] == "general"
    assert things[card.pk].clock["rule"] == "id_card"
    assert things[gone.pk].rule_id is None and things[gone.pk].keep_until is None
    assert may_edit("분실물센터 책임자") and not may_edit("분실물센터 직원")
    back = migrate(BEFORE)
    assert back.get_model("lostfound", "Item").objects.count() == 3
    assert not may_edit("분실물센터 책임자")
    again = migrate(AFTER)
    assert again.get_model("lostfound", "Item").objects.get(pk=kept.pk).keep_until is not None


def test_transfers_and_counts_come_and_go(before: Any) -> None:
    apps = migrate([("lostfound", "0024_transfers")])
    item = add_item(apps, "in_transit", "AAAAAAA4")
    here, there = apps.get_model("lostfound", "Office").objects.order_by("pk")[:2]
    clerk = apps.get_model("lostfound", "User").objects.get(username="clerk")
    sent = apps.get_model("lostfound", "Transfer").objects.create(
        from_office=here, to_office=there, sent_by=clerk
    )
    apps.get_model("lostfound", "TransferItem").objects.create(transfer=sent, item=item)
    back = migrate(AFTER)
    assert back.get_model("lostfound", "Item").objects.filter(pk=item.pk).exists()
    again = migrate([("lostfound", "0024_transfers")])
    assert not again.get_model("lostfound", "Transfer").objects.exists()


def test_batches_come_and_go(before: Any) -> None:
    apps = migrate([("lostfound", "0025_disposal")])
    item = add_item(apps, "at_police", "AAAAAAA5")
    clerk = apps.get_model("lostfound", "User").objects.get(username="clerk")
    batch = apps.get_model("lostfound", "DisposalBatch").objects.create(
        kind="police",
        office=apps.get_model("lostfound", "Office").objects.first(),
        recipient="경찰서",
        made_by=clerk,
    )
    apps.get_model("lostfound", "BatchItem").objects.create(batch=batch, item=item)
    back = migrate([("lostfound", "0024_transfers")])
    assert back.get_model("lostfound", "Item").objects.get(pk=item.pk).state == "at_police"
    again = migrate([("lostfound", "0025_disposal")])
    assert not again.get_model("lostfound", "DisposalBatch").objects.exists()
    assert again.get_model("lostfound", "Item").objects.get(pk=item.pk).left_to == ""
