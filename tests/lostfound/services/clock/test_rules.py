"""Rules of keeping: copied at receipt, replaced in versions, and queues of what is due."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from lostfound.models import Category, Item, Notification, OwnershipClaim, RetentionRule
from lostfound.services.claims import sweep_claims
from lostfound.services.clock import replace_rule, rule_for, sweep_clock
from lostfound.services.clock.queues import queues_for
from lostfound.services.items import mark_missing, record_contact
from lostfound.services.items.verifying import verify_custody
from lostfound.services.status import AlreadySo, TransitionRefused
from tests.support.claims import approved, claim, make_wallet
from tests.support.items import HEADS, make_clerk, make_item

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def current(key: str = "general") -> RetentionRule:
    return RetentionRule.objects.get(key=key, is_current=True)


def categorised(code: str, **values: Any) -> Item:
    values = {"shelf": code, **values}
    return make_item(category=Category.objects.get(code=code), **values)


def due(item: Item, today: date | None = None) -> list[str]:
    clerk = make_clerk(item.office)
    queues = queues_for(clerk, today or timezone.localdate())
    return [queue.key for queue in queues if item in [row.item for row in queue.due]]


def test_a_shortened_rule_changes_nothing_that_runs() -> None:
    today = timezone.localdate()
    running = make_item()
    replace_rule(current(), by=make_clerk(group=HEADS), values={"keep_days": 30})
    sweep_clock()
    later = make_item()
    running.refresh_from_db()
    assert running.keep_until == today + timedelta(days=90)
    assert running.clock["keep_days"] == 90 and running.clock["version"] == 1
    assert later.keep_until == today + timedelta(days=30)
    assert current().version == 2 and RetentionRule.objects.filter(key="general").count() == 2


def test_the_police_are_due_by_the_day_of_the_find() -> None:
    item = make_item(happened_on=date(2026, 11, 1))
    assert item.police_due_on == date(2026, 11, 8)
    assert due(item) == ["police"]


def test_of_several_rules_the_shortest_counts() -> None:
    assert rule_for(categorised("umbrella")).key == "general"
    assert rule_for(categorised("id_card")).key == "id_card"
    named = make_item(value={"has_name_inside": True})
    assert rule_for(named).key == "name_inside" and named.clock["keep_days"] == 7
    card = categorised("passport", value={"has_name_inside": True})
    assert card.clock["rule"] == "passport"


def test_of_a_rule_only_the_newest_version_is_replaced() -> None:
    first, head = current(), make_clerk(group=HEADS)
    replace_rule(first, by=head, values={"keep_days": 60})
    with pytest.raises(TransitionRefused):
        replace_rule(first, by=head, values={"keep_days": 30})
    assert current().keep_days == 60 and current().made_by == head


def test_what_expires_waits_for_a_person_and_is_never_destroyed() -> None:
    item = make_item(happened_on=date(2026, 11, 1))
    long_after = timezone.localdate() + timedelta(days=400)
    sweep_clock()
    sweep_claims(long_after)
    item.refresh_from_db()
    assert item.state == "held" and item.clock["on_expiry"] == "police"
    assert due(item, long_after) == ["police", "expiring"]
    claim(item)
    assert due(item, long_after) == ["police"]


def test_a_name_inside_waits_until_somebody_was_told() -> None:
    item = make_item(value={"has_name_inside": True})
    assert "names" in due(item)
    record_contact(item, actor=make_clerk(item.office), note="전화")
    item.refresh_from_db()
    assert "names" not in due(item) and item.custody.filter(kind="contacted").count() == 1
    with pytest.raises(AlreadySo):
        record_contact(item, actor=make_clerk(item.office))
    assert not verify_custody().breaks


def test_missing_things_have_a_queue() -> None:
    item = make_item()
    mark_missing(item, actor=make_clerk(item.office))
    assert "missing" in due(item)


def test_what_is_not_fetched_goes_back_after_the_reminders() -> None:
    mine = approved(make_wallet())
    item, day = mine.item, timezone.localdate()
    assert "unfetched" not in due(item, day + timedelta(days=2))
    for number in (3, 7, 13, 14):
        sweep_claims(day + timedelta(days=number))
        sweep_claims(day + timedelta(days=number))
        assert "unfetched" in due(item, day + timedelta(days=number))
    kinds = Notification.objects.filter(claim=mine).values_list("kind", flat=True)
    assert list(kinds).count("pickup_reminder") == 3 and "pickup_lapsed" not in kinds
    sweep_claims(day + timedelta(days=15))
    item.refresh_from_db()
    mine.refresh_from_db()
    assert (item.state, mine.state) == ("held", "lapsed")
    assert kinds.filter(kind="pickup_lapsed").count() == 1
    assert claim(item, by=mine.claimant).state == OwnershipClaim.State.SUBMITTED


def test_the_sweep_dates_what_has_no_dates_and_nothing_else() -> None:
    item, other = make_item(), make_item()
    Item.objects.filter(pk=item.pk).update(rule=None, clock={}, keep_until=None)
    assert (sweep_clock(), sweep_clock()) == (1, 0)
    item.refresh_from_db()
    assert item.keep_until == other.keep_until and item.rule == current()
