"""Every request about things, claims and hand-overs may be sent twice with the same key."""

import json
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.utils import timezone

from lostfound.models import CustodyEvent, Handover, Item, OwnershipClaim, SentRequest, User
from lostfound.services.claims import give_verdict, mark_read, prompts_for, redeem_code
from lostfound.services.claims.pickup import CodeGone
from lostfound.services.handovers import hand_over
from lostfound.services.receipts import Receipt
from lostfound.services.sent_requests import once, prune_sent_requests
from tests.support.api_client import Device, code_of
from tests.support.builders import make_post, make_user, upload
from tests.support.claims import RIGHT, approved, claim, make_wallet
from tests.support.items import HEADS, first_office, make_clerk
from tests.support.paths import SCHEMA

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TICKED: dict[str, Any] = {
    "receiver_name": "이주인",
    "id_kind": "student",
    "name_agrees": True,
    "contents_counted": True,
    "typed_ack": "이주인",
}


@pytest.fixture
def counter() -> Device:
    return Device(make_clerk(first_office()))


def send(device: Device, path: str, data: Any = None, key: str = "K-1") -> Any:
    return device.send("post", path, data if data is not None else {}, Idempotency_Key=key)


def twice(device: Device, path: str, data: Any = None) -> tuple[Any, Any]:
    """The bodies of two equal requests, which have to be equal as well."""
    first, second = send(device, path, data), send(device, path, data)
    assert first.status_code == second.status_code < 300, (first.content, second.content)
    return first.json(), second.json()


def claim_body(item: Item, text: str = RIGHT) -> dict[str, Any]:
    assert item.post is not None
    answers = [{"prompt": prompts_for(item.post)[0].pk, "text": text}]
    return {"thing": str(item.post.public_id), "answers": answers}


def test_a_claim_is_sent_once() -> None:
    item, device = make_wallet(), Device(make_user())
    first, second = twice(device, "claims/", claim_body(item))
    assert first == second and OwnershipClaim.objects.count() == 1
    other = send(device, "claims/", claim_body(item, "다른 답"))
    assert code_of(other, 422) == "key_reused"
    assert code_of(send(device, "claims/", claim_body(item), key="K-2"), 409) == "claimed_already"
    other_person = send(Device(make_user()), "claims/", claim_body(item))
    assert other_person.status_code == 201


def test_a_claim_with_a_photograph_is_sent_once() -> None:
    item, device = make_wallet(), Device(make_user())
    body = {**claim_body(item)}
    body["answers"] = json.dumps(body["answers"])
    sent = []
    for shade in (1, 1, 2):
        headers = {**device.headers, "Idempotency-Key": "K-1"}
        data = {**body, "photo": upload(shade)}
        sent.append(device.client.post("/api/v1/claims/", data, headers=headers))
    assert [answer.status_code for answer in sent] == [201, 201, 422]
    assert OwnershipClaim.objects.count() == 1


def test_what_was_refused_may_be_sent_again_with_the_same_key() -> None:
    item, device = make_wallet(), Device(make_user())
    assert send(device, "claims/", claim_body(item, "?")).status_code == 400
    assert not SentRequest.objects.exists()
    assert send(device, "claims/", claim_body(item)).status_code == 201


@pytest.mark.parametrize("action", ["withdraw", "extend"])
def test_an_own_claim_is_changed_once(action: str) -> None:
    person = make_user()
    mine = approved(make_wallet(), by=person)
    first, second = twice(Device(person), f"claims/{mine.public_id}/{action}/")
    assert first == second
    without_key = Device(person).post(f"claims/{mine.public_id}/{action}/")
    assert without_key.status_code == 409


def test_an_answer_is_sent_once() -> None:
    item, person = make_wallet(), make_user()
    mine, clerk = claim(item, by=person), make_clerk(item.office)
    give_verdict(
        mine, by=clerk, decision="ask", marks=["unclear"] * 2, question="언제 잃어버렸나요?"
    )
    twice(Device(person), f"claims/{mine.public_id}/answer/", {"text": "월요일이에요"})
    assert mine.answers.count() == 2


def test_a_pick_up_code_is_the_same_one_and_is_not_stored() -> None:
    person = make_user()
    mine = approved(make_wallet(), by=person)
    path = f"claims/{mine.public_id}/pickup-code/"
    first, second = twice(Device(person), path)
    assert first["code"] == second["code"] and 0 < second["expires_in_s"] <= 900
    assert first["code"] not in str(SentRequest.objects.values_list())
    assert send(Device(person), path, key="K-2").json()["code"] != first["code"]
    with pytest.raises(CodeGone):
        redeem_code(first["code"])
    assert code_of(send(Device(person), path), 410) == "code_gone"


def test_things_are_taken_in_and_changed_once(counter: Device) -> None:
    post = make_post(office=first_office())
    taken, again = twice(counter, "office/items/", {"post": str(post.public_id), "shelf": "A-1"})
    assert taken == again
    code = taken["code"]
    for number, (action, body) in enumerate(
        (
            ("move", {"shelf": "B-1"}),
            ("missing", {}),
            ("move", {"shelf": "B-2"}),
            ("hold", {"reason": "경찰"}),
            ("release", {}),
        )
    ):
        path, key = f"office/items/{code}/{action}/", f"step-{number}"
        first, second = send(counter, path, body, key), send(counter, path, body, key)
        assert (first.status_code, second.status_code) == (200, 200), action
        assert first.json() == second.json()
    assert CustodyEvent.objects.count() == 6


def test_a_pick_up_code_is_scanned_once_and_the_answer_may_get_lost(counter: Device) -> None:
    person = make_user()
    mine = approved(make_wallet(), by=person)
    code = Device(person).post(f"claims/{mine.public_id}/pickup-code/").json()["code"]
    first, second = twice(counter, "office/scan/", {"code": code})
    assert first == second and first["claim"] == str(mine.public_id)
    assert code_of(counter.post("office/scan/", {"code": code}), 410) == "code_gone"


def test_a_verdict_and_a_hand_over_happen_once(counter: Device) -> None:
    item = make_wallet()
    mine = claim(item)
    mark_read([mine])
    verdict = {"version": 1, "decision": "approve", "marks": ["agrees"] * 2}
    first, second = twice(counter, f"office/claims/{mine.public_id}/verdict/", verdict)
    assert first == second and mine.verdicts.count() == 1
    body = {**TICKED, "item": item.code}
    done = send(counter, "office/handovers/", body, "H-1")
    again = send(counter, "office/handovers/", body, "H-1")
    assert done.status_code == again.status_code == 201 and done.json() == again.json()
    assert Handover.objects.count() == 1
    assert code_of(send(counter, "office/handovers/", body, "H-2"), 409) == "already_so"


def test_a_hand_over_is_taken_back_once() -> None:
    item, clerk = make_wallet(), make_clerk(first_office())
    mine = approved(item)
    receipt = Receipt(**TICKED)
    done = hand_over(item, by=clerk, claim=mine, receipt=receipt)
    head = Device(make_clerk(first_office(), group=HEADS))
    twice(head, f"office/handovers/{done.pk}/reverse/", {"reason": "돌아옴"})
    assert CustodyEvent.objects.filter(kind="reversed").count() == 1


@pytest.mark.parametrize("key", ["x" * 61, "a\tb"])
def test_a_key_that_cannot_be_one_is_refused(counter: Device, key: str) -> None:
    answer = send(counter, f"office/items/{make_wallet().code}/missing/", key=key)
    assert answer.status_code == 400 and "Idempotency-Key" in answer.json()["errors"]


def test_nothing_of_a_request_is_stored() -> None:
    item, device = make_wallet(), Device(make_user())
    send(device, "claims/", claim_body(item))
    stored = str(list(SentRequest.objects.values()))
    assert RIGHT not in stored and SentRequest.objects.get().digest in stored


def test_old_keys_are_forgotten() -> None:
    person = make_user()
    assert once(person, "k", "d", lambda: "1") == once(person, "k", "d", lambda: "2") == "1"
    SentRequest.objects.update(at=timezone.now() - timedelta(days=31))
    assert prune_sent_requests() == 1
    assert once(person, "k", "other", lambda: "3") == "3"


def test_without_a_key_everything_happens_every_time() -> None:
    person: User = make_user()
    assert [once(person, "", "d", lambda: "1"), once(person, "", "d", lambda: "2")] == ["1", "2"]


def test_every_post_of_things_and_claims_documents_the_key() -> None:
    schema = yaml.load(SCHEMA.read_text(), Loader=yaml.CSafeLoader)
    checked = 0
    for path, methods in schema["paths"].items():
        about = path.removeprefix("/api/v1/")
        is_new = about.startswith(
            ("claims/", "office/items/", "office/claims/", "office/handovers/", "office/scan/")
        )
        if is_new and "post" in methods:
            names = {one.get("name") for one in methods["post"].get("parameters", [])}
            assert "Idempotency-Key" in names, path
            checked += 1
    assert checked >= 12
