"""Batches for the police and for good: two people, a result for each thing, and told losers."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from pytest_django import Settings

from lostfound.models import DisposalBatch, Item, Notification, Office, Post, User
from lostfound.selectors import notifications_of
from lostfound.services import reopen_post
from lostfound.services.disposal import (
    BatchRefused,
    Outcome,
    approve_batch,
    cancel_batch,
    complete_batch,
    draft_batch,
)
from lostfound.services.items import hold_item
from lostfound.services.items.verifying import verify_custody
from lostfound.services.status import AlreadySo, TransitionRefused
from lostfound.text.notifications import advice, headline
from matching.models import Match
from matching.services import confirm_match
from tests.support.builders import make_post, make_user
from tests.support.claims import claim, make_wallet
from tests.support.factories import MatchFactory
from tests.support.items import HEADS, first_office, make_clerk, make_item

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

STATION = "관악경찰서 02-870-0114"
TAKEN = Outcome(True, receipt_no="제2026-77호", police_id="f2026120100000012")


def head(office: Office | None = None) -> User:
    return make_clerk(office or first_office(), group=HEADS)


def approved(items: list[Item], kind: str = "police") -> tuple[DisposalBatch, User]:
    person = head()
    batch = draft_batch(kind, items, actor=person, recipient=STATION)
    return approve_batch(batch, by=head()), person


def now(item: Item) -> Any:
    return Item.objects.select_related("post", "place").get(pk=item.pk)


def expired(**values: Any) -> Item:
    item = make_item(**values)
    Item.objects.filter(pk=item.pk).update(keep_until=timezone.localdate() - timedelta(days=1))
    return item


def test_of_twelve_things_the_police_take_eleven() -> None:
    items = [make_item() for _number in range(12)]
    lost = make_post(kind=Post.Kind.LOST, author=make_user())
    pair = MatchFactory.create(lost=lost, found=items[0].post)
    confirm_match(pair, actor=make_clerk(first_office()))
    batch, person = approved(items)
    outcomes = {item.pk: TAKEN for item in items}
    outcomes[items[5].pk] = Outcome(False, reason="주인 확인됨")
    complete_batch(batch, by=person, outcomes=outcomes)
    states = [now(item).state for item in items]
    assert states.count("at_police") == 11 and states[5] == "held"
    first = batch.rows.get(item=items[0])
    assert (first.receipt_no, first.police_id) == ("제2026-77호", "F2026120100000012")
    assert batch.rows.get(item=items[5]).reason == "주인 확인됨"
    assert now(items[0]).place is None and now(items[0]).left_to == STATION
    assert now(items[0]).post.status == "closed" and now(items[5]).post.status == "open"
    lost.refresh_from_db()
    assert lost.status == "open" and Match.objects.get(pk=pair.pk).status != "confirmed"
    told = notifications_of(lost.author).get(kind=Notification.Kind.ITEM_LEFT)
    assert STATION in advice(told) and lost.title in headline(told)
    assert not Notification.objects.filter(kind=Notification.Kind.MATCH_WITHDRAWN).exists()
    assert not verify_custody().breaks
    with pytest.raises(TransitionRefused):
        reopen_post(now(items[0]).post, actor=person)


def test_nobody_approves_their_own_batch() -> None:
    person = head()
    batch = draft_batch("police", [make_item()], actor=person, recipient=STATION)
    with pytest.raises(PermissionDenied):
        approve_batch(batch, by=person)
    superuser = make_user(is_staff=True, is_superuser=True)
    own = draft_batch("police", [make_item()], actor=superuser, recipient=STATION)
    with pytest.raises(PermissionDenied):
        approve_batch(own, by=superuser)
    for stranger in (make_clerk(first_office()), head(Office.objects.order_by("pk")[1])):
        with pytest.raises(PermissionDenied):
            approve_batch(batch, by=stranger)
    approve_batch(batch, by=head())
    with pytest.raises(AlreadySo):
        approve_batch(batch, by=head())


def test_what_must_stay_is_named_and_nothing_is_saved() -> None:
    free, claimed, elsewhere = make_item(), make_wallet(), make_item(office=Office.objects.last())
    claim(claimed)
    with pytest.raises(BatchRefused) as refused:
        draft_batch("police", [free, claimed], actor=head(), recipient=STATION)
    assert list(refused.value.codes) == [claimed.shown_code]
    with pytest.raises(PermissionDenied):
        draft_batch("police", [free, elsewhere], actor=head(), recipient=STATION)
    assert not DisposalBatch.objects.exists()
    draft_batch("police", [free], actor=head(), recipient=STATION)
    with pytest.raises(BatchRefused):
        draft_batch("police", [free], actor=head(), recipient=STATION)


def test_a_thing_that_is_claimed_after_the_approval_stays() -> None:
    item = make_wallet()
    batch, person = approved([item])
    claim(item)
    with pytest.raises(BatchRefused):
        complete_batch(batch, by=person, outcomes={item.pk: TAKEN})
    batch.refresh_from_db()
    assert (batch.state, now(item).state) == ("approved", "held")
    complete_batch(batch, by=person, outcomes={item.pk: Outcome(False, reason="신청 있음")})
    assert now(item).state == "held"


def test_every_thing_needs_a_result_that_makes_sense() -> None:
    item, other = make_item(), make_item()
    batch, person = approved([item, other])
    wrong = (
        {item.pk: TAKEN},
        {item.pk: TAKEN, other.pk: Outcome(False)},
        {item.pk: TAKEN, other.pk: Outcome(True, police_id="12")},
    )
    for outcomes in wrong:
        with pytest.raises(ValidationError) as refused:
            complete_batch(batch, by=person, outcomes=outcomes)
        assert list(refused.value.error_dict) == [other.code]
    assert now(item).state == "held"
    complete_batch(batch, by=person, outcomes={item.pk: TAKEN, other.pk: Outcome(True)})
    with pytest.raises(AlreadySo):
        complete_batch(batch, by=person, outcomes={item.pk: TAKEN, other.pk: Outcome(True)})


def test_a_batch_that_was_given_up_frees_its_things() -> None:
    item = make_item()
    batch, person = approved([item])
    cancel_batch(batch, by=person)
    with pytest.raises(AlreadySo):
        complete_batch(batch, by=person, outcomes={item.pk: TAKEN})
    approved([item])
    assert now(item).state == "held"


def test_donation_and_destruction_are_off_and_wait_for_the_end_of_keeping(
    settings: Settings,
) -> None:
    item = expired()
    for kind in ("donate", "destroy"):
        with pytest.raises(TransitionRefused):
            draft_batch(kind, [item], actor=head(), recipient="재활용센터")
    settings.DONATION_ALLOWED = settings.DESTRUCTION_ALLOWED = True
    with pytest.raises(BatchRefused):  # still kept for its owner
        draft_batch("donate", [make_item()], actor=head(), recipient="재활용센터")
    with pytest.raises(BatchRefused):  # no rule says that it may be destroyed
        draft_batch("destroy", [item], actor=head(), recipient="재활용센터")
    batch, person = approved([item], "donate")
    complete_batch(batch, by=person, outcomes={item.pk: Outcome(True)})
    assert now(item).state == "donated"


def test_a_finder_gets_only_what_they_kept_the_rights_to() -> None:
    waived, kept = expired(), expired(finder={"finder_rights": "kept"})
    with pytest.raises(BatchRefused) as refused:
        draft_batch("to_finder", [waived, kept], actor=head(), recipient="습득자")
    assert list(refused.value.codes) == [waived.shown_code]
    batch, person = approved([kept], "to_finder")
    complete_batch(batch, by=person, outcomes={kept.pk: Outcome(True)})
    assert now(kept).state == "to_finder"


def test_a_hold_blocks_every_way_but_that_to_the_police() -> None:
    item = expired(finder={"finder_rights": "kept"})
    hold_item(item, actor=make_clerk(first_office()), reason="수사 협조")
    with pytest.raises(BatchRefused):
        draft_batch("to_finder", [item], actor=head(), recipient="습득자")
    batch, person = approved([item])
    complete_batch(batch, by=person, outcomes={item.pk: TAKEN})
    assert now(item).state == "at_police"
