"""Things, claims and hand-overs over the API."""

from typing import Any
from uuid import uuid4

import pytest

from lostfound.models import Item, OwnershipClaim, User
from lostfound.models.item_codes import ALPHABET, check_character
from lostfound.services import close_post
from lostfound.services.claims import prompts_for
from tests.support.api_client import Device, errors_of
from tests.support.builders import make_post, make_user
from tests.support.claims import FACTS, RIGHT, VAGUE, approved, claim, make_wallet
from tests.support.items import HEADS, first_office, make_clerk

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def clerk() -> User:
    return make_clerk(first_office())


@pytest.fixture
def counter(clerk: User) -> Device:
    return Device(clerk)


def claim_body(item: Item, text: str = RIGHT) -> dict[str, Any]:
    assert item.post is not None
    prompt = prompts_for(item.post)[0].pk
    return {"thing": str(item.post.public_id), "answers": [{"prompt": prompt, "text": text}]}


def test_the_whole_way_of_a_thing(counter: Device, clerk: User) -> None:
    post = make_post(office=first_office(), hidden_facts=FACTS, title="검은 지갑")
    received = counter.post("office/items/", {"post": str(post.public_id), "shelf": "A-1"})
    assert (received.status_code, received.json()["state"]) == (201, "held")
    code = received.json()["code"]
    twice = counter.post("office/items/", {"post": str(post.public_id)})
    assert (twice.status_code, twice.json()["code"]) == (409, "already_so")
    assert counter.post("office/scan/", {"code": code.lower()}).json()["item"]["code"] == code

    owner = make_user()
    phone = Device(owner)
    item = Item.objects.get()
    questions = phone.get(f"things/{post.public_id}/prompts/").json()
    assert len(questions) >= 3
    made = phone.post("claims/", claim_body(item))
    assert made.status_code == 201 and made.json()["state"] == "submitted"
    again = phone.post("claims/", claim_body(item))
    assert (again.status_code, again.json()["code"]) == (409, "claimed_already")

    rows = counter.get(f"office/items/{code}/claims/").json()
    verdict = {"version": rows[0]["version"], "decision": "approve", "marks": ["agrees"] * 2}
    judged = counter.post(f"office/claims/{rows[0]['id']}/verdict/", verdict)
    assert judged.json()["state"] == "approved"
    shown = phone.get(f"claims/{made.json()['id']}/").json()
    assert shown["state"] == "approved" and shown["office"]["code"] and shown["pickup_by"]
    assert "A-1" not in str(shown) and "푸른" not in str(shown)

    pick_up = phone.post(f"claims/{made.json()['id']}/pickup-code/").json()["code"]
    found = counter.post("office/scan/", {"code": pick_up}).json()
    assert (found["kind"], found["item"]["code"]) == ("claim", code)
    gone = counter.post("office/scan/", {"code": pick_up})
    assert (gone.status_code, gone.json()["code"]) == (410, "code_gone")

    body = {
        **{"item": code, "receiver_name": "이주인", "id_kind": "student"},
        **{"name_agrees": True, "contents_counted": False, "typed_ack": "이주인"},
    }
    refused = counter.post("office/handovers/", body)
    assert refused.status_code == 400 and set(refused.json()["errors"]) == {"contents_counted"}
    done = counter.post("office/handovers/", {**body, "contents_counted": True})
    assert done.status_code == 201 and done.json()["receipt_no"].startswith("R-")
    repeated = counter.post("office/handovers/", {**body, "contents_counted": True})
    assert (repeated.status_code, repeated.json()["code"]) == (409, "already_so")
    late = Device(make_user()).post("claims/", claim_body(item))
    assert late.status_code == 400  # no longer public

    head = Device(make_clerk(first_office(), group=HEADS))
    back = head.post(f"office/handovers/{done.json()['id']}/reverse/", {"reason": "다른 사람 것"})
    assert back.status_code == 200 and back.json()["reversed_at"]
    kinds = [event["kind"] for event in counter.get(f"office/items/{code}/events/").json()]
    assert kinds == ["received", "reserved", "handed_over", "reversed"]


def test_a_mistyped_code_is_a_400_and_an_unknown_one_a_404(counter: Device) -> None:
    body = "7KQ2M9X"
    right = body + check_character(body)
    wrong = body + next(char for char in ALPHABET if char != right[-1])
    assert counter.get(f"office/items/{right}/").status_code == 404
    refused = counter.get(f"office/items/{wrong}/")
    assert refused.json()["errors"]["code"][0]["code"] == "check_digit"


def test_refused_claims_read_alike() -> None:
    bodies = set()
    for text, marks in ((VAGUE, ["no", "no"]), (RIGHT, ["agrees", "partly"])):
        person = make_user()
        mine = claim(make_wallet(), by=person, text=text)
        judge = Device(make_clerk())
        judge.post(
            f"office/claims/{mine.public_id}/verdict/",
            {"version": 1, "decision": "reject", "marks": marks},
        )
        shown = Device(person).get(f"claims/{mine.public_id}/").json()
        bodies.add(
            str({name: shown[name] for name in ("state", "question", "office", "pickup_by")})
        )
    assert len(bodies) == 1 and "closed" in bodies.pop()


def test_bad_input(counter: Device) -> None:
    item = make_wallet()
    phone = Device(make_user())
    short = phone.post("claims/", claim_body(item, "?"))
    assert short.json()["errors"]["answers"][0]["code"] == "say_more"
    long = phone.post("claims/", claim_body(item, "가" * 501))
    assert long.status_code == 400
    other = phone.post(
        "claims/", {**claim_body(item), "answers": [{"prompt": 9999, "text": "가나"}]}
    )
    assert other.json()["errors"]["answers"][0]["code"] == "invalid_choice"
    assert "9999" in other.json()["errors"]["answers"][0]["message"]
    twice = claim_body(item)
    twice["answers"] = [{**twice["answers"][0], "text": text} for text in ("푸른 실", "동전 두 개")]
    assert phone.post("claims/", twice).json()["errors"]["answers"][0]["code"] == "unique"
    finder = item.post.author  # type: ignore[union-attr]
    own = Device(finder).post("claims/", claim_body(item))
    assert (own.status_code, own.json()["code"]) == (403, "conflict_of_interest")
    for _ in range(3):
        claim(make_wallet(), by=(person := make_user()))
        claim(make_wallet(), by=person)
        claim(make_wallet(), by=person)
    full = Device(person).post("claims/", claim_body(item))
    assert (full.status_code, full.json()["code"]) == (429, "counter_only")
    foreign = counter.get("office/items/", state="nowhere")
    assert foreign.status_code == 400


def test_lists_are_filtered(counter: Device) -> None:
    here, there = make_wallet(shelf="A-1"), make_wallet(shelf="B-1")
    approved(there)
    assert [row["code"] for row in counter.get("office/items/", shelf="A-1").json()["results"]] == [
        here.shown_code
    ]
    reserved = counter.get("office/items/", state="reserved").json()["results"]
    assert [row["code"] for row in reserved] == [there.shown_code]
    listed = counter.get("office/posts/", shelf="B-1").json()["results"][0]
    assert (listed["code"], listed["state"]) == (there.shown_code, "reserved")
    assert listed["number"].startswith("LF-")


def test_notifications_of_claims_show_the_public_title() -> None:
    person = make_user()
    item = make_wallet(title="푸른 실 지갑")
    mine = claim(item, by=person)
    row = Device(person).get("notifications/").json()["results"][0]
    assert row["claim"] == str(mine.public_id) and "푸른 실" not in str(row)


@pytest.mark.parametrize("what", ["foreign", "closed", "found", "unknown"])
def test_a_report_that_is_not_an_own_open_one_is_refused(what: str) -> None:
    item, person = make_wallet(), make_user()
    kind = "found" if what == "found" else "lost"
    report = make_post(author=make_user() if what == "foreign" else person, kind=kind)
    if what == "closed":
        close_post(report, actor=person)
    number = str(uuid4()) if what == "unknown" else str(report.public_id)
    answer = Device(person).post("claims/", {**claim_body(item), "lost_post": number})
    assert set(errors_of(answer)) == {"lost_post"} and answer.status_code == 400
    assert not OwnershipClaim.objects.exists()
