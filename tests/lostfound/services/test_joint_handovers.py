"""Several things to one person with one signature: all or none, and a receipt for each."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from lostfound.models import Handover, Item, Office
from lostfound.services.claims.errors import ClaimRefused
from lostfound.services.handovers import reverse_handover
from lostfound.services.items import hold_item
from lostfound.services.items.verifying import verify_custody
from lostfound.services.joint_handovers import MAX_TOGETHER, hand_over_together
from lostfound.services.receipts import Receipt
from tests.support.builders import make_user
from tests.support.claims import approved, make_wallet
from tests.support.items import HEADS, make_clerk
from tests.support.python_process import run_python
from tests.support.servers.postgres import PostgresServer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SIGNED = Receipt(
    receiver_name="이주인",
    id_kind="student",
    name_agrees=True,
    contents_counted=True,
    typed_ack="이주인",
)
DESCRIBED: dict[str, Any] = {"described": "푸른 실로 묶은 검은 지갑 두 개"}


def states(*items: Item) -> list[str]:
    return [Item.objects.get(pk=item.pk).state for item in items]


def test_what_waits_for_one_person_goes_with_one_signature() -> None:
    person, clerk = make_user(), make_clerk()
    items = [make_wallet(), make_wallet(shelf="B-1")]
    claims = [approved(item, by=person) for item in items]
    first, second = hand_over_together(items, by=clerk, receipt=SIGNED, claim=claims[0])
    assert states(*items) == ["handed_over"] * 2
    assert first.signed_together == [second] and second.signed_together == [first]
    assert second.together_with == first and second.claim == claims[1]
    assert first.text == second.text != "" and first.receipt_no != second.receipt_no
    assert not verify_custody().breaks


def test_a_walk_in_takes_several_things() -> None:
    items = [make_wallet(), make_wallet(shelf="B-1")]
    receipt = Receipt(**{**SIGNED.__dict__, **DESCRIBED})
    done = hand_over_together(items, by=make_clerk(), receipt=receipt)
    assert states(*items) == ["handed_over"] * 2 and len(done) == 2


@pytest.mark.parametrize("is_first", [True, False])
def test_what_waits_for_somebody_else_stays(is_first: bool) -> None:
    mine, other, free = make_wallet(), make_wallet(shelf="B-1"), make_wallet(shelf="B-2")
    own = approved(mine)
    approved(other)
    receipt = Receipt(**{**SIGNED.__dict__, **DESCRIBED})
    for items, claim in (([mine, other], own), ([mine, free], own), ([free, other], None)):
        with pytest.raises(ValidationError) as refused:
            hand_over_together(items, by=make_clerk(), receipt=receipt, claim=claim)
        assert refused.value.error_dict["more"][0].code == "not_the_same"
    assert states(mine, other, free) == ["reserved", "reserved", "held"]
    assert not Handover.objects.exists()


def test_if_one_thing_must_not_leave_all_stay() -> None:
    person, clerk = make_user(), make_clerk()
    items = [make_wallet(), make_wallet(shelf="B-1")]
    claims = [approved(item, by=person) for item in items]
    hold_item(items[1], actor=clerk, reason="경찰")
    with pytest.raises(ClaimRefused) as refused:
        hand_over_together(items, by=clerk, receipt=SIGNED, claim=claims[0])
    assert refused.value.code == "on_hold" and items[1].shown_code in str(refused.value)
    assert states(*items) == ["reserved"] * 2 and not Handover.objects.exists()


def test_another_office_keeps_what_it_has() -> None:
    here, there = Office.objects.order_by("pk")[:2]
    person = make_user()
    items = [make_wallet(office=here), make_wallet(office=there)]
    claims = [approved(item, by=person) for item in items]
    with pytest.raises(PermissionDenied):
        hand_over_together(items, by=make_clerk(here), receipt=SIGNED, claim=claims[0])
    assert states(*items) == ["reserved"] * 2


def test_there_is_a_limit() -> None:
    item = make_wallet()
    with pytest.raises(ValidationError) as refused:
        hand_over_together([item] * (MAX_TOGETHER + 1), by=make_clerk(), receipt=SIGNED)
    assert refused.value.error_dict["more"][0].code == "max_length"


def test_one_of_them_can_come_back() -> None:
    person, clerk = make_user(), make_clerk()
    items = [make_wallet(), make_wallet(shelf="B-1")]
    claims = [approved(item, by=person) for item in items]
    first, _second = hand_over_together(items, by=clerk, receipt=SIGNED, claim=claims[0])
    reverse_handover(first, by=make_clerk(group=HEADS), reason="돌아옴")
    assert states(*items) == ["held", "handed_over"]


OPPOSITE = """
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connection
from lostfound.models import Handover, Item, Office, User
from lostfound.services import Intake, submit_post
from lostfound.services.claims import give_verdict, mark_read, prompts_for, submit_claim
from lostfound.services.items.verifying import verify_custody
from lostfound.services.joint_handovers import hand_over_together
from lostfound.services.receipts import Receipt
from lostfound.services.status import TransitionRefused

office = Office.objects.first()
clerk = User.objects.create_user("clerk", is_staff=True, office=office)
person = User.objects.create_user("person")
claims = []
for _ in range(2):
    post = submit_post(author=clerk, kind="found", intake=Intake(), fields={
        "title": "wallet", "office": office, "hidden_facts": "blue thread\\nthree notes"})
    claim = submit_claim(post, claimant=person, answers={prompts_for(post)[0]: "blue thread"})
    mark_read([claim])
    give_verdict(claim, by=clerk, decision="approve", marks=["agrees"] * 2)
    claims.append(claim)
signed = Receipt(receiver_name="P", id_kind="student", name_agrees=True, contents_counted=True,
                 typed_ack="P")
barrier = Barrier(32)

def work(number):
    order = claims if number % 2 else claims[::-1]
    things = [Item.objects.get(pk=claim.item_id) for claim in order]
    barrier.wait()
    try:
        hand_over_together(things, by=clerk, receipt=signed, claim=order[0])
        return 1
    except TransitionRefused:
        return 0
    finally:
        connection.close()

with ThreadPoolExecutor(32) as pool:
    done = sum(pool.map(work, range(32)))
print(done, Handover.objects.count(), len(verify_custody().breaks))
"""


@pytest.mark.processes
def test_in_opposite_orders_at_once_exactly_one_wins(var_dir: Path) -> None:
    done = run_python("-c", OPPOSITE, VAR_DIR=str(var_dir))
    assert done.stdout.strip() == "1 2 0", done.stderr


def test_in_opposite_orders_at_once_exactly_one_wins_on_postgres(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.make_migrated("together")
    done = run_python("-c", OPPOSITE, VAR_DIR=str(tmp_path), DATABASE_URL=url)
    assert done.stdout.strip() == "1 2 0", done.stderr
