"""Each of eight people gets at each address of things what the table in tests/support says."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.urls import reverse

from lostfound.models import (
    DisposalBatch,
    Handover,
    Item,
    Office,
    OwnershipClaim,
    Post,
    Stocktake,
    Transfer,
    User,
)
from lostfound.services.claims import prompts_for
from lostfound.services.disposal import draft_batch
from lostfound.services.handovers import hand_over
from lostfound.services.items.facts import digest_of
from lostfound.services.items.stocktakes import start_stocktake
from lostfound.services.items.transfers import send_items
from lostfound.services.receipts import Receipt
from tests.support.builders import make_post, make_user, upload
from tests.support.claims import FACTS, RIGHT, approved, claim, make_wallet
from tests.support.item_routes import IN, ITEM_TABLE, ROLES
from tests.support.items import AUDITORS, HEADS, make_clerk

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TICKED: dict[str, Any] = {
    "receiver_name": "이주인",
    "id_kind": "student",
    "name_agrees": True,
    "contents_counted": True,
    "typed_ack": "이주인",
}


LATER = ("code", "extend", "delegation")
OF_A_CLAIM = (
    *("claim", "answer_claim", "withdraw_claim", "pickup_code"),
    *("extend_claim", "send_somebody"),
)
# What was sent to the other office is for its clerks to settle.
RECEIVERS = ("lostfound:accept_transfer", "lostfound:refuse_transfer")
BATCH_BUTTONS = ("approve_batch", "cancel_batch", "complete_batch")
CODE_ONLY = (
    *("lostfound:scan", "lostfound:scan_capitals", "lostfound:desk_rivals"),
    "lostfound:finder_receipt",
)


@dataclass
class Scene:
    """A claimed wallet, one that waits for its owner, one that is gone, and one announced."""

    people: dict[str, User | None]
    item: Item
    mine: OwnershipClaim
    ready: OwnershipClaim
    gone: Handover
    announced: Post
    sent: Transfer
    count: Stocktake
    batch: DisposalBatch

    def address(self, route: str) -> str:
        post = self.item.post
        assert post is not None
        code = [self.item.code]
        ready = route in ("lostfound:handover", "lostfound:revoke_claim", "lostfound:pickup_code")
        ready |= route.startswith("api-claim-") and route.rpartition("-")[2] in LATER
        ready |= route in ("lostfound:extend_claim", "lostfound:send_somebody")
        about = self.ready if ready else self.mine
        if route in ("lostfound:claim_thing", "api-thing-prompts"):
            return reverse(route, args=[post.public_id])
        if route in ("lostfound:judge_claim", "lostfound:revoke_claim"):
            return reverse(route, args=[about.item.code, about.pk])
        if route in ("lostfound:receipt", "lostfound:reverse_handover") or "reverse" in route:
            return reverse(route, args=[self.gone.pk])
        if route == "lostfound:claim_photo":
            return self.mine.photo.full_url
        if route.endswith("_photo"):
            return reverse(route, args=[self.announced.photos.get().public_id])
        name = route.rpartition(":")[2]
        if name in ("transfer", "accept_transfer", "refuse_transfer"):
            return reverse(route, args=[self.sent.pk])
        if name == "batch" or name.startswith("batch_") or name in BATCH_BUTTONS:
            return reverse(route, args=[self.batch.pk])
        if name in ("stocktake", "scan_stocktake", "finish_stocktake"):
            return reverse(route, args=[self.count.pk])
        if route == "lostfound:label_styles":
            return reverse(route, args=["label", "62x29"])
        if "api-claim-" in route or route in ("api-claim", "api-office-verdict"):
            return reverse(route, args=[about.public_id])
        if route.rpartition(":")[2] in OF_A_CLAIM:
            return reverse(route, args=[about.public_id])
        if route == "lostfound:desk_item_receive":
            return reverse(route, args=[self.announced.item.code])
        if "desk_item" in route or "office-item-" in route or route == "api-office-item":
            return reverse(route, args=code)
        if route in CODE_ONLY:
            return reverse(route, args=code)
        if route == "lostfound:handover":
            return reverse(route, args=[self.ready.item.code])
        return reverse(route)

    def body(self, route: str) -> dict[str, Any]:
        post = self.item.post
        assert post is not None
        prompt = prompts_for(post)[0].pk
        bodies: dict[str, dict[str, Any]] = {
            "api-claims": {
                "thing": str(post.public_id),
                "answers": [{"prompt": prompt, "text": RIGHT}],
            },
            "lostfound:claim_thing": {f"answer_{prompt}": RIGHT},
            "lostfound:answer_claim": {"answer": RIGHT},
            "lostfound:send_somebody": {"proxy_name": "박대신"},
            "api-claim-delegation": {"proxy_name": "박대신"},
            "api-claim-answer": {"text": RIGHT},
            "lostfound:handover": {**TICKED, "claim": self.ready.pk},
            "api-office-handovers": {**TICKED, "item": self.ready.item.code},
            "lostfound:phone_report": {
                **{"title": "휴대폰", "happened_on": "2026-11-20"},
                **{"caller_name": "김", "caller_phone": "010"},
            },
            "matching:scanned": {"q": self.item.code},
            "api-office-scan": {"code": self.item.shown_code},
            "api-office-items": {"post": str(self.announced.public_id), "shelf": "A-1"},
            "lostfound:desk_item_facts": {
                **{"facts-TOTAL_FORMS": 1, "facts-INITIAL_FORMS": 0, "facts-0-answer": "달"},
                "seen": digest_of(self.item.facts.all()),
            },
            "api-office-item-facts": {
                "version": digest_of(self.item.facts.all()),
                "facts": [{"answer": "달"}],
            },
            "lostfound:send_transfer": {"codes": self.item.code, "to_office": "library_office"},
            "lostfound:accept_transfer": {"code": self.sent.rows.get().item.code},
            "lostfound:refuse_transfer": {
                "code": self.sent.rows.get().item.code,
                "reason": "없어요",
            },
            "lostfound:scan_stocktake": {"code": self.item.code},
            "lostfound:desk_item_move": {"shelf": "B-1"},
            "api-office-item-move": {"shelf": "B-1"},
            "api-office-item-hold": {"reason": "경찰"},
            "lostfound:reverse_handover": {"reason": "돌아옴"},
            "api-office-handover-reverse": {"reason": "돌아옴"},
            "api-office-verdict": {"version": 1, "decision": "reject", "marks": ["no", "no"]},
            "lostfound:judge_claim": {
                "version": 1,
                "decision": "reject",
                "mark_0": "no",
                "mark_1": "no",
            },
        }
        return bodies.get(
            route, {"reason": "사유"} if route.startswith("lostfound:desk_item") else {}
        )


@pytest.fixture
def scene() -> Scene:
    here, there = Office.objects.order_by("pk")[:2]
    finder, claimant = make_user(), make_user()
    people: dict[str, User | None] = {
        "anonymous": None,
        "other": make_user(),
        "claimant": claimant,
        "finder": finder,
        "clerk": make_clerk(here),
        "elsewhere": make_clerk(there),
        "head": make_clerk(here, group=HEADS),
        "auditor": make_clerk(group=AUDITORS),
    }
    item = make_wallet(office=here, author=finder)
    mine = claim(item, by=claimant, photo=upload())
    ready = approved(make_wallet(office=here), by=claimant)
    left = make_wallet(office=here)
    gone = hand_over(left, by=make_clerk(here), claim=approved(left), receipt=Receipt(**TICKED))
    announced = make_post(author=finder, office=here, photos=1)
    clerk = make_clerk(here)
    sent = send_items([make_wallet(office=here)], actor=clerk, to_office=there)
    count = start_stocktake(actor=clerk, office=here)
    batch = draft_batch(
        "police",
        [make_wallet(office=here)],
        actor=make_clerk(here, group=HEADS),
        recipient="관악경찰서",
    )
    return Scene(people, item, mine, ready, gone, announced, sent, count, batch)


def shown_to_strangers(role: str) -> bool:
    return role in ("anonymous", "other", "claimant", "finder", "auditor")


@pytest.mark.parametrize(("route", "method"), list(ITEM_TABLE), ids=lambda value: value)
def test_each_person_gets_what_the_table_says(route: str, method: str, scene: Scene) -> None:
    got = []
    for role in ROLES:
        person = scene.people[role]
        client = Client(headers={"accept-language": "en"})
        if person is not None:
            client.force_login(person, "django.contrib.auth.backends.ModelBackend")
        with transaction.atomic():
            send = getattr(client, method)
            if method == "get":
                answer = send(scene.address(route))
            elif route.startswith("api-"):
                answer = send(scene.address(route), scene.body(route), "application/json")
            else:
                sent = {
                    name: value for name, value in scene.body(route).items() if value is not False
                }
                answer = send(scene.address(route), sent)
            transaction.set_rollback(True)
        is_sign_in = "/accounts/login/" in answer.headers.get("Location", "")
        got.append(IN if is_sign_in else answer.status_code)
        text = answer.content.decode(errors="replace")  # one address has a picture
        if shown_to_strangers(role) and role != "claimant":
            assert not any(fact in text for fact in FACTS.splitlines()), role
            assert RIGHT not in text, role
    assert tuple(got) == ITEM_TABLE[route, method]


@pytest.mark.parametrize("role", ["other", "finder", "elsewhere", "auditor"])
def test_nothing_changes_for_those_who_may_not(role: str, scene: Scene) -> None:
    """Buttons of another office answer with a redirect, and with nothing done."""
    person = scene.people[role]
    assert person is not None
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    before = list(Item.objects.order_by("pk").values_list("state", "head_seq", "place"))
    for route, method in ITEM_TABLE:
        if role == "elsewhere" and route in RECEIVERS:
            continue
        if method == "post" and "claim_thing" not in route and route != "api-claims":
            kind = "application/json" if route.startswith("api-") else MULTIPART_CONTENT
            client.post(scene.address(route), scene.body(route), content_type=kind)
    assert list(Item.objects.order_by("pk").values_list("state", "head_seq", "place")) == before
    assert set(OwnershipClaim.objects.values_list("state", flat=True)) == {
        *("submitted", "approved"),
        "collected",
    }
