"""The demo's office shows a thing in every state that the code reaches."""

import pytest

from lostfound.models import Category, Handover, Item, Office, OwnershipClaim
from lostfound.services.items.verifying import verify_custody
from matching.demo.seed import demo_accounts
from matching.demo.things import HELD, fill_office
from tests.support.builders import make_post

pytestmark = pytest.mark.django_db


def test_every_state_is_there_and_every_chain_is_sound() -> None:
    users = demo_accounts("a-long-enough-1")
    offices = list(Office.objects.all()[:2])
    umbrella = Category.objects.get(code="umbrella")
    for number in range(HELD + 1):
        finder = users[("student2", "demo4")[number % 2]]
        make_post(author=finder, office=offices[number % 2], category=umbrella)
    assert fill_office(users) == HELD
    states = set(Item.objects.values_list("state", flat=True))
    assert states == {"expected", "held", "reserved", "handed_over", "missing", "void"}
    claims = set(OwnershipClaim.objects.values_list("state", flat=True))
    assert claims == {"submitted", "asked", "approved", "collected"}
    assert Handover.objects.count() == 2 and Item.objects.filter(is_on_hold=True).count() == 1
    assert verify_custody().breaks == []
