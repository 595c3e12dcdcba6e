"""Several things at once at the counter: listed, printed and handed over together."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lostfound.models import Handover, Item
from matching.views import counter as counter_view
from tests.support.builders import make_user
from tests.support.claims import approved, make_wallet
from tests.support.items import first_office, make_clerk, make_item
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

COUNTER = reverse("matching:counter")
SCAN = reverse("matching:scanned")
TICKED: dict[str, Any] = {
    "receiver_name": "이주인",
    "id_kind": "student",
    "name_agrees": "on",
    "contents_counted": "on",
    "typed_ack": "이주인",
}


def at(name: str, *args: Any) -> str:
    return reverse(f"lostfound:{name}", args=args)


@pytest.fixture
def desk() -> Client:
    return signed_in(make_clerk(first_office()), "en")


def two() -> tuple[Item, Item]:
    return make_wallet(), make_item(title="파란 우산", shelf="B-1")


def number_of(item: Item) -> str:
    assert item.post is not None
    return item.post.number


def test_things_scanned_in_a_row_can_be_listed_together(desk: Client) -> None:
    first, second = two()
    third = make_item(title="장갑", shelf="C-1")
    for item in (first, second):
        answer = desk.post(SCAN, {"q": item.code}, follow=True)
        assert answer.redirect_chain[-1][0] == at("desk_item", item.code)
    html = page(answer)
    assert f"Scanned just before: {first.shown_code}." in html
    assert f"/desk/?q={first.code}+{second.code}" in html
    html = page(desk.post(SCAN, {"q": third.code}, follow=True))
    both = f"{first.code}+{second.code}+{third.code}"
    assert f"/desk/?q={both}" in html
    listed = page(desk.get(f"{COUNTER}?q={both}"))
    assert listed.count(" checked>") == 3
    # The same thing again is no row of its own.
    html = page(desk.post(SCAN, {"q": third.code}, follow=True))
    assert f"/desk/?q={both}" in html


def test_what_is_scanned_later_stands_alone(desk: Client) -> None:
    first, second = two()
    desk.post(SCAN, {"q": first.code}, follow=True)
    session = desk.session
    session[counter_view.LAST_AT] -= counter_view.TOGETHER_S + 1
    session.save()
    html = page(desk.post(SCAN, {"q": second.code}, follow=True))
    assert first.shown_code not in html and second.shown_code in html


def test_codes_and_numbers_are_typed_in_one_line(desk: Client) -> None:
    first, second = two()
    spelt = number_of(second).replace("-", "－").replace("L", "Ｌ")
    for text in (f"{first.shown_code} {second.code.lower()}", f"{first.code}, {spelt}"):
        html = page(desk.get(COUNTER, {"q": text}))
        assert first.shown_code in html and second.shown_code in html, text
        assert html.count(" checked>") == 2
    one = desk.get(COUNTER, {"q": first.shown_code.replace("-", " ")})
    assert one.headers["Location"] == at("desk_item", first.code)


def test_things_are_chosen_in_a_list_for_labels_and_hand_overs(desk: Client) -> None:
    first, second = two()
    html = page(desk.get(COUNTER, {"q": "지갑"}))
    assert f'name="codes" value="{first.code}"' in html
    assert at("handover_chosen") in html and at("labels") in html
    labels = page(desk.get(at("labels"), {"codes": [first.code, second.code]}))
    assert labels.count('class="label"') == 2
    led = desk.get(at("handover_chosen"), {"codes": [first.code, second.code]})
    assert led.headers["Location"] == f"{at('handover', first.code)}?also={second.code}"
    nothing = desk.get(at("handover_chosen"), follow=True)
    assert "Please choose at least one thing." in page(nothing)


def test_labels_are_typed_and_unknown_ones_are_named(desk: Client) -> None:
    first, second = two()
    text = f"{first.shown_code} {number_of(second)} LF-999999 <b>"
    html = page(desk.get(at("labels"), {"codes": text, "sheet": ""}))
    assert html.count('class="label"') == 2
    assert "There is no thing called: LF-999999, &lt;b&gt;." in html


def test_a_walk_in_signs_once_for_two_things(desk: Client) -> None:
    first, second = make_wallet(), make_wallet(shelf="B-1")
    url = at("handover", first.code)
    shown = page(desk.get(url, {"also": second.code}))
    assert f'value="{second.code}"' in shown and second.shown_code in shown
    assert "the things named above" in shown
    words = {**TICKED, "described": "푸른 실로 묶은 검은 지갑 두 개"}
    answer = desk.post(url, {**words, "more": number_of(second)}, follow=True)
    html = page(answer)
    assert "Signed together with" in html and second.shown_code in html
    assert set(Item.objects.values_list("state", flat=True)) == {"handed_over"}


def test_what_else_waits_for_the_claimant_is_offered(desk: Client) -> None:
    person = make_user()
    first, second, other = make_wallet(), make_wallet(shelf="B-1"), make_wallet(shelf="B-2")
    mine = approved(first, by=person)
    approved(second, by=person)
    approved(other)
    html = page(desk.get(at("handover", first.code)))
    assert second.shown_code in html and other.shown_code not in html
    sent = {**TICKED, "claim": mine.pk, "also": [second.code]}
    desk.post(at("handover", first.code), sent)
    assert Handover.objects.count() == 2
    assert Item.objects.get(pk=other.pk).state == "reserved"


@pytest.mark.parametrize("more", ["LF-999999", "7KQ2M9XX", "우산"])
def test_what_is_no_thing_is_said_and_nothing_leaves(desk: Client, more: str) -> None:
    item = make_wallet()
    words = {**TICKED, "described": "푸른 실로 묶은 검은 지갑", "more": more}
    html = page(desk.post(at("handover", item.code), words))
    assert f"There is no thing called: {more}." in html and "푸른 실로 묶은" in html
    assert not Handover.objects.exists()


def test_what_waits_for_another_person_is_said_at_the_field(desk: Client) -> None:
    item, other = make_wallet(), make_wallet(shelf="B-1")
    approved(other)
    words = {**TICKED, "described": "푸른 실로 묶은 검은 지갑", "more": other.shown_code}
    html = page(desk.post(at("handover", item.code), words))
    assert f"{other.shown_code} does not wait for the same person" in html
    assert not Handover.objects.exists()


def test_a_second_person_is_asked_for_if_any_of_them_needs_one(desk: Client) -> None:
    item, bare = make_wallet(), make_item(title="열쇠", shelf="B-1")
    words = {**TICKED, "described": "푸른 실로 묶은 검은 지갑", "more": bare.code}
    html = page(desk.post(at("handover", item.code), words))
    assert "This takes two people" in html and 'name="second_by"' in html
    assert not Handover.objects.exists()
    helper = make_clerk(first_office())
    desk.post(at("handover", item.code), {**words, "second_by": helper.pk})
    assert Handover.objects.count() == 2


def test_several_over_the_api(desk: Client) -> None:
    person = make_user()
    items = [make_wallet(), make_wallet(shelf="B-1")]
    mine, _other = (approved(item, by=person) for item in items)
    body = {
        **{**TICKED, "name_agrees": True, "contents_counted": True},
        **{"item": items[0].code, "claim": str(mine.public_id), "more": [items[1].code]},
    }
    url, kind = "/api/v1/office/handovers/", "application/json"
    wrong = desk.post(url, {**body, "more": ["7KQ2M9XX"]}, content_type=kind)
    assert wrong.status_code == 400 and not Handover.objects.exists()
    answer = desk.post(url, body, content_type=kind)
    assert answer.status_code == 201
    year = timezone.localdate().year
    last = Handover.objects.order_by("-pk")[0]
    assert answer.json()["together"] == [f"R-{year}-{last.pk:06d}"]
