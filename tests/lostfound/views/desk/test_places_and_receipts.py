"""Places for what waits, places out of use, what a scan says, and who reads receipts."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from lostfound import selectors
from lostfound.models import Handover, Item, Office, Post, StoragePlace
from lostfound.services import edit_post, move_item, receive_item
from lostfound.services.items import hold_item, void_item
from tests.support.api_client import Device, errors_of
from tests.support.builders import make_post
from tests.support.claims import approved, claim, make_wallet
from tests.support.items import AUDITORS, HEADS, first_office, make_clerk, make_item
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

TICKED: dict[str, Any] = {
    "receiver_name": "이주인",
    "id_kind": "student",
    "name_agrees": "on",
    "contents_counted": "on",
    "typed_ack": "이주인",
    "described": "푸른 실로 묶은 검은 지갑",
}


def at(name: str, *args: Any) -> str:
    return reverse(f"lostfound:{name}", args=args)


def now(item: Item) -> Item:
    return Item.objects.select_related("place").get(pk=item.pk)


@pytest.fixture
def desk() -> Client:
    return signed_in(make_clerk(first_office()), "en")


def make_place(code: str, kind: str = "ready", **values: Any) -> StoragePlace:
    return StoragePlace.objects.create(
        **{"office": first_office(), "code": code, "kind": kind, **values}
    )


# --- Places for what waits ---


def test_an_approved_thing_moves_to_its_place_with_one_tap(desk: Client) -> None:
    make_place("R-1")
    item = make_wallet()
    mine = claim(item)
    rivals = at("desk_rivals", item.code)
    assert "R-1" not in page(desk.get(rivals))
    verdict = {"mark_0": "agrees", "mark_1": "agrees", "decision": "approve", "version": "1"}
    html = page(desk.post(at("judge_claim", item.code, mine.pk), verdict, follow=True))
    assert "Suggested place: R-1" in html and 'name="shelf" value="R-1"' in html
    assert "Suggested place: R-1" in page(desk.get(at("desk_item", item.code)))
    desk.post(at("desk_item_move", item.code), {"shelf": "R-1"})
    assert (now(item).state, str(now(item).place)) == ("reserved", "R-1")
    assert "Suggested place" not in page(desk.get(rivals))


def test_the_emptiest_place_of_the_own_office_is_suggested() -> None:
    elsewhere = Office.objects.exclude(pk=first_office().pk)[0]
    make_place("R-0", office=elsewhere)
    make_place("R-1", is_active=False)
    full, empty = make_place("R-2"), make_place("R-3")
    make_item(shelf=full.code)
    item = make_wallet()
    assert selectors.ready_place_for(now(item)) is None  # nobody's yet
    approved(item)
    assert selectors.ready_place_for(now(item)) == empty
    move_item(item, actor=make_clerk(item.office), shelf="R-3")
    assert selectors.ready_place_for(now(item)) is None


def test_what_belongs_in_a_safe_stays_there() -> None:
    make_place("R-1")
    item = make_wallet()
    Item.objects.filter(pk=item.pk).update(value_band="high", state="reserved")
    assert selectors.ready_place_for(now(item)) is None


def test_the_api_suggests_the_place() -> None:
    make_place("R-1")
    item = make_wallet()
    counter = Device(make_clerk(item.office))
    path = f"office/items/{item.code}/claims/"
    mine = claim(item)
    assert counter.get(path).json()[0]["suggested_place"] == ""
    body = {"version": 1, "decision": "approve", "marks": ["agrees"] * 2}
    judged = counter.post(f"office/claims/{mine.public_id}/verdict/", body).json()
    assert judged["suggested_place"] == "R-1"


# --- Places out of use ---


def test_a_place_out_of_use_takes_nothing(desk: Client) -> None:
    make_place("OLD", "shelf", is_active=False)
    item = make_wallet()
    clerk = make_clerk(item.office)
    with pytest.raises(ValidationError) as refused:
        move_item(item, actor=clerk, shelf="OLD")
    assert refused.value.error_dict["shelf"][0].code == "not_in_use"
    with pytest.raises(ValidationError):
        receive_item(make_post(), actor=clerk, office=item.office, shelf="OLD")
    assert item.post is not None
    with pytest.raises(ValidationError):
        edit_post(item.post, actor=clerk, fields={"shelf": "OLD"})
    answer = desk.post(at("desk_item_move", item.code), {"shelf": "OLD"}, follow=True)
    assert "not in use any more" in page(answer)
    assert str(now(item).place) == "A-12"


def test_the_api_names_the_field_of_a_place_out_of_use() -> None:
    make_place("OLD", "shelf", is_active=False)
    item, announced = make_wallet(), make_post(office=first_office())
    counter = Device(make_clerk(first_office()))
    for path, body in (
        (f"office/items/{item.code}/move/", {"shelf": "OLD"}),
        ("office/items/", {"post": str(announced.public_id), "shelf": "OLD"}),
    ):
        assert "shelf" in errors_of(counter.post(path, body)), path
    taken = counter.post(
        "office/posts/",
        {
            "title": "우산",
            "office": first_office().code,
            "shelf": "OLD",
            "happened_on": "2026-11-30",
        },
    )
    assert "shelf" in errors_of(taken) and Post.objects.filter(title="우산").count() == 0


def test_the_intake_says_that_a_place_is_out_of_use(desk: Client) -> None:
    make_place("OLD", "shelf", is_active=False)
    body = {
        **{"title": "우산", "office": first_office().pk, "happened_on": "2026-11-30"},
        "shelf": "OLD",
    }
    answer = desk.post(reverse("admin:lostfound_post_intake"), body)
    assert "not in use any more" in page(answer) and not Post.objects.exists()


def test_a_place_out_of_use_is_not_offered() -> None:
    item = make_item(shelf="B-7")
    assert list(selectors.shelves_in_use()) == ["B-7"]
    StoragePlace.objects.filter(items=item).update(is_active=False)
    assert list(selectors.shelves_in_use()) == []
    move_item(item, actor=make_clerk(), shelf="C-1")  # what lies there may still leave
    assert str(now(item).place) == "C-1"


# --- Reasons ---


@pytest.mark.parametrize("reason", ["", "   ", "\u200b\u3164"])
def test_holds_and_voids_take_a_reason(reason: str) -> None:
    item = make_wallet()
    head = make_clerk(item.office, group=HEADS)
    for change in (hold_item, void_item):
        with pytest.raises(ValidationError) as refused:
            change(item, actor=head, reason=reason)
        assert refused.value.error_dict["reason"][0].code == "required"
    client = signed_in(head, "en")
    for name in ("desk_item_hold", "desk_item_void"):
        html = page(client.post(at(name, item.code), {"reason": reason}, follow=True))
        assert "Please say why." in html
    answer = Device(head).post(f"office/items/{item.code}/hold/", {"reason": reason})
    assert "reason" in errors_of(answer)
    assert (now(item).state, now(item).is_on_hold, now(item).head_seq) == ("held", False, 1)


# --- What a scan says ---


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("held", "This belongs to the lost-and-found office"),
        ("expected", "This belongs to the lost-and-found office"),
        ("missing", "This belongs to the lost-and-found office"),
        ("handed_over", "This is no longer with the lost-and-found office"),
        ("at_police", "This is no longer with the lost-and-found office"),
        ("void", "This label is not in use"),
    ],
)
def test_a_scan_says_whether_the_office_still_has_it(state: str, said: str) -> None:
    item = make_wallet()
    Item.objects.filter(pk=item.pk).update(state=state)
    html = page(Client(headers={"accept-language": "en"}).get(f"/t/{item.code}/"))
    assert f"<h1>{said}</h1>" in html and item.office is not None and item.office.name_en in html
    assert ("handed over to its owner" in html) == (state == "handed_over")
    assert "지갑" not in html and "A-12" not in html


# --- Receipts ---


def test_clerks_read_the_receipts_of_their_own_office_only() -> None:
    here, there = Office.objects.order_by("pk")[:2]
    item = make_wallet(office=here, finder={"brought_note": "박습득"})
    own = signed_in(make_clerk(here), "en")
    own.post(at("handover", item.code), TICKED)
    done = Handover.objects.get()
    receipts = (at("receipt", done.pk), at("finder_receipt", item.code))
    people = {
        "own": (make_clerk(here), 200, 200),
        "all offices": (make_clerk(None), 200, 200),
        "elsewhere": (make_clerk(there), 403, 403),
        "head elsewhere": (make_clerk(there, group=HEADS), 200, 200),
        "auditor": (make_clerk(there, group=AUDITORS), 200, 403),
    }
    for name, (person, *expected) in people.items():
        client = signed_in(person, "en")
        assert [client.get(url).status_code for url in receipts] == expected, name
        html = page(client.get(at("desk_item", item.code)))
        assert (receipts[0] in html) == (expected[0] == 200), name


def test_an_auditor_reads_no_name_on_a_receipt() -> None:
    item = make_wallet()
    signed_in(make_clerk(item.office), "en").post(at("handover", item.code), TICKED)
    done = Handover.objects.get()
    html = page(signed_in(make_clerk(group=AUDITORS), "en").get(at("receipt", done.pk)))
    assert done.receipt_no in html and item.shown_code in html
    assert "이주인" not in html and "검은 지갑" not in html and "푸른" not in html
