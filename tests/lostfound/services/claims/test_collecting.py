"""What is approved is fetched in time, by its owner or whom they send; else it is kept again."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from lostfound.models import Item, Notification, OwnershipClaim
from lostfound.services.claims import (
    ClaimRefused,
    delegate,
    extend_claim,
    sweep_claims,
)
from lostfound.services.handovers import hand_over
from lostfound.services.items.verifying import verify_custody
from lostfound.services.receipts import Receipt
from tests.support.builders import make_category, make_user
from tests.support.claims import approved, claim, make_wallet
from tests.support.items import make_clerk

pytestmark = pytest.mark.django_db


def kinds_of(mine: OwnershipClaim) -> list[str]:
    rows = Notification.objects.filter(claim=mine).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def test_reminders_and_then_it_is_kept_again() -> None:
    item, owner = make_wallet(), make_user()
    mine = approved(item, by=owner)
    today = timezone.localdate()
    sent = []
    for day in range(16):
        for _ in range(2):  # the worker may sweep as often as it likes
            if sweep_claims(today + timedelta(days=day)):
                sent.append(day)
    assert sent == [3, 7, 13, 15]
    assert kinds_of(mine)[2:] == ["pickup_reminder"] * 3 + ["pickup_lapsed"]
    mine.refresh_from_db()
    now = Item.objects.get(pk=item.pk)
    assert (mine.state, now.state) == ("lapsed", "held")
    assert [event.kind for event in item.custody.all()][-1] == "released"
    assert claim(item, by=owner).state == "submitted"
    assert verify_custody().breaks == []


def test_a_worker_that_was_away_sends_one_reminder() -> None:
    mine = approved(make_wallet())
    assert sweep_claims(timezone.localdate() + timedelta(days=8)) == 1
    assert kinds_of(mine).count("pickup_reminder") == 1


def test_more_time_is_given_once() -> None:
    owner = make_user()
    mine = approved(make_wallet(), by=owner)
    before = mine.pickup_by
    assert before is not None
    with pytest.raises(ClaimRefused):
        extend_claim(mine, claimant=make_user())
    extended = extend_claim(mine, claimant=owner)
    assert extended.pickup_by == before + timedelta(days=14)
    with pytest.raises(ClaimRefused):
        extend_claim(mine, claimant=owner)
    assert sweep_claims(before + timedelta(days=1)) == 1  # a reminder, and not the end
    mine.refresh_from_db()
    assert mine.state == "approved"


def receipt(name: str, **values: Any) -> Receipt:
    ticked: dict[str, Any] = {"id_kind": "student", "name_agrees": True, "contents_counted": True}
    return Receipt(**{**ticked, "receiver_name": name, "typed_ack": name, **values})


def test_only_the_named_person_collects_for_the_owner() -> None:
    owner, clerk, item = make_user(), make_clerk(), make_wallet()
    mine = approved(item, by=owner)

    def refused(name: str) -> str:
        with pytest.raises(ValidationError) as error:
            hand_over(item, by=clerk, claim=mine, receipt=receipt(name, is_proxy=True))
        return str(error.value.error_dict["is_proxy"][0].code)

    assert refused("박대신") == "not_delegated"
    with pytest.raises(ValidationError):
        delegate(mine, claimant=owner, proxy_name=" . ")
    delegate(mine, claimant=owner, proxy_name="최먼저")
    delegate(mine, claimant=owner, proxy_name="박대신")
    assert refused("김다른") == "not_delegated" and refused("최먼저") == "not_delegated"
    with pytest.raises(ClaimRefused):
        delegate(mine, claimant=make_user(), proxy_name="나쁜 사람")
    done = hand_over(item, by=clerk, claim=mine, receipt=receipt("박 대신", is_proxy=True))
    assert done.is_proxy


def test_documents_and_valuables_go_to_their_owner_only() -> None:
    owner = make_user()
    card = make_wallet(category=make_category(is_sensitive=True), shelf="금고")
    mine = approved(card, by=owner)
    with pytest.raises(ClaimRefused) as refused:
        delegate(mine, claimant=owner, proxy_name="박대신")
    assert refused.value.code == "owner_only"
    with pytest.raises(ValidationError) as error:
        hand_over(card, by=make_clerk(), claim=mine, receipt=receipt("박대신", is_proxy=True))
    assert error.value.error_dict["is_proxy"][0].code == "owner_only"
