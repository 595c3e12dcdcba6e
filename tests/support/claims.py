"""Claims to a wallet whose hidden facts are a blue thread and three notes."""

from typing import Any

from django.utils import timezone

from lostfound.models import Item, OwnershipClaim, User
from lostfound.services.claims import give_verdict, mark_read, prompts_for, submit_claim
from tests.support.builders import make_user
from tests.support.items import make_clerk, make_item

FACTS = "푸른 실\n만원권 3장"
RIGHT = "푸른 실로 묶었고 만원권 3장이 있어요"
VAGUE = "검은 지갑이에요"


def make_wallet(**values: Any) -> Item:
    return make_item(**{"title": "검은 지갑", "hidden_facts": FACTS, **values})


def claim(
    item: Item, *, by: User | None = None, text: str = RIGHT, **values: Any
) -> OwnershipClaim:
    post = item.post
    assert post is not None
    return submit_claim(
        post, claimant=by or make_user(), answers={prompts_for(post)[0]: text}, **values
    )


def approved(item: Item, *, by: User | None = None, judge: User | None = None) -> OwnershipClaim:
    """A claim that has been approved by as many people as it takes."""
    mine = claim(item, by=by)
    mark_read(item.claims.all())
    judges = [judge or make_clerk(item.office), make_clerk(item.office)]
    for person in judges[: 2 if item.needs_two_people else 1]:
        give_verdict(mine, by=person, decision="approve", marks=["agrees", "agrees"])
    mine.refresh_from_db()
    assert mine.state == "approved" and mine.pickup_by and mine.pickup_by > timezone.localdate()
    return mine
