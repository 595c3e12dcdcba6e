"""Posts and shelves of version 0.2 become things with a chain, and shelves again."""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from lostfound.services.handovers import hand_over
from lostfound.services.receipts import Receipt
from matching.index.triggers import missing_triggers
from tests.support.migrations import SiteBefore, migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]

BEFORE = [("lostfound", "0008_possible_days")]
AFTER = [("lostfound", "0011_shelf_of_the_thing")]


@pytest.fixture
def before(site_before: SiteBefore) -> Any:
    return site_before(BEFORE)


def fill(apps: Any) -> dict[str, int]:
    """Posts of every sort; their keys by title."""
    users = apps.get_model("lostfound", "User").objects
    student, clerk = users.create(username="student"), users.create(username="clerk", is_staff=True)
    office = apps.get_model("lostfound", "Office").objects.order_by("pk").first()
    rows: tuple[tuple[str, dict[str, Any]], ...] = (
        ("lost", {"kind": "lost", "author": student}),
        ("at home", {"author": student, "kept_note": "집"}),
        ("announced", {"author": student, "office": office}),
        ("announced and closed", {"author": student, "office": office, "status": "closed"}),
        ("taken in", {"author": clerk, "office": office}),
        ("on a shelf", {"author": student, "office": office, "shelf": "A-12"}),
        ("on the same shelf", {"author": clerk, "office": office, "shelf": "A-12"}),
        ("on a shelf elsewhere", {"author": clerk, "shelf": "A-12", "kept_note": "벤치"}),
        ("returned", {"author": clerk, "office": office, "shelf": "B-1", "status": "returned"}),
    )
    posts = apps.get_model("lostfound", "Post").objects
    day = date(2026, 11, 20)
    return {
        title: posts.create(**{"kind": "found", "happened_on": day, "title": title, **values}).pk
        for title, values in rows
    }


def test_things_and_shelves_both_ways(before: Any) -> None:
    pks = fill(before)
    shelves = before.get_model("lostfound", "Post").objects.order_by("pk").values_list("pk", "shelf")
    old = list(shelves)
    after = migrate(AFTER)
    rows = after.get_model("lostfound", "Item").objects
    things = {row.post.title: row for row in rows.select_related("post", "place", "office")}
    assert {title: row.state for title, row in things.items()} == {
        "announced": "expected",
        "taken in": "held",
        "on a shelf": "held",
        "on the same shelf": "held",
        "on a shelf elsewhere": "held",
        "returned": "handed_over",
    }
    assert things["on a shelf"].place == things["on the same shelf"].place
    assert things["on a shelf"].place != things["on a shelf elsewhere"].place
    assert things["on a shelf"].found_on == date(2026, 11, 20)
    call_command("migrate", verbosity=0)
    call_command("verify_custody", verbosity=0)  # exits if a chain is broken
    assert missing_triggers("default") == []
    back = migrate(BEFORE).get_model("lostfound", "Post").objects.order_by("pk")
    assert list(back.values_list("pk", "shelf")) == old
    assert set(pks.values()) == {pk for pk, _shelf in old}


def test_groups_may_handle_things_and_cannot_after_going_back(before: Any) -> None:
    def codenames(apps: Any, name: str) -> set[str]:
        group = apps.get_model("auth", "Group").objects.filter(name=name).first()
        return set(group.permissions.values_list("codename", flat=True)) if group else set()

    staff_before = codenames(before, "분실물센터 직원")
    after = migrate(AFTER)
    assert codenames(after, "분실물센터 직원") - staff_before >= {"handle_item", "judge_claim"}
    assert "audit" not in codenames(after, "분실물센터 직원")
    assert {"audit", "view_personal"} <= codenames(after, "분실물센터 책임자")
    assert "view_personal" not in codenames(after, "분실물센터 감사")
    again = migrate(BEFORE)
    assert codenames(again, "분실물센터 직원") == staff_before
    assert codenames(again, "분실물센터 감사") == set()


def test_a_site_with_claims_and_hand_overs_goes_back_and_forth(before: Any) -> None:
    call_command("migrate", verbosity=0)
    from lostfound.models import Item, Notification, OwnershipClaim, Post
    from tests.support.claims import approved, claim, make_wallet
    from tests.support.items import make_clerk

    gone, kept = make_wallet(), make_wallet(shelf="B-1")
    clerk = make_clerk(gone.office)
    ready = approved(gone)
    receipt = {"receiver_name": "이주인", "id_kind": "student", "typed_ack": "이주인"}
    signed = Receipt(**receipt, name_agrees=True, contents_counted=True)
    hand_over(gone, by=clerk, claim=ready, receipt=signed)
    claim(kept)
    assert OwnershipClaim.objects.count() == 2 and Notification.objects.count() >= 4
    back = migrate(BEFORE)
    posts = back.get_model("lostfound", "Post").objects.order_by("pk")
    assert set(posts.values_list("status", "shelf")) == {("returned", ""), ("open", "B-1")}
    assert not back.get_model("lostfound", "Notification").objects.exists()
    call_command("migrate", verbosity=0)
    assert set(Item.objects.values_list("state", flat=True)) == {"held"}
    assert Item.objects.get().post == Post.objects.get(item__place__code="B-1")
