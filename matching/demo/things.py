"""The demo's office: things in every state that the code reaches, with claims and hand-overs."""

from typing import Final

from lostfound.models import ClaimVerdict, Item, OwnershipClaim, Post, User
from lostfound.services import edit_post, move_item, receive_item
from lostfound.services.claims import (
    give_verdict,
    mark_read,
    prompts_for,
    submit_claim,
)
from lostfound.services.handovers import hand_over
from lostfound.services.items import hold_item, mark_missing, void_item
from lostfound.services.receipts import Receipt

SHELVES: Final = ("A-1", "A-2", "A-12", "B-3", "C-1")
FACTS: Final = "안쪽에 노란 실\n이니셜 K.S."
RIGHT: Final = "안쪽에 노란 실을 묶어 두었고 이니셜 K.S.가 적혀 있어요"
VAGUE: Final = "제 것 같아요, 비슷하게 생겼어요"
HELD: Final = 14  # of the announced things; the others stay announced
NEEDED: Final = 10  # things that the states below are shown on
AGREES: Final = (ClaimVerdict.Mark.AGREES, ClaimVerdict.Mark.AGREES)
UNCLEAR: Final = (ClaimVerdict.Mark.UNCLEAR, ClaimVerdict.Mark.UNCLEAR)


def fill_office(users: dict[str, User]) -> int:
    """Take announced things in, and show each state on one of them; returns how many there are.

    Args:
        users: the demo's accounts; students claim, the clerk and the member of staff judge.
    """
    clerk, staff = users["clerk"], users["staff"]
    announced = Post.objects.found().open().filter(item__state=Item.State.EXPECTED)
    # Documents take two people at every step; those stay announced.
    plain = announced.filter(category__is_sensitive=False).order_by("-happened_on", "pk")
    items = [_take_in(post, staff, number) for number, post in enumerate(plain[:HELD])]
    if len(items) < NEEDED:
        return len(items)
    claimants = [users[name] for name in ("student", "demo3", "demo5", "demo7")]
    student, second, third, fourth = claimants
    _claim(items[0], student, RIGHT)  # rivals
    _claim(items[0], second, VAGUE)
    _claim(items[1], third, VAGUE)
    asked = _claim(items[2], student, VAGUE)
    give_verdict(asked, by=staff, decision="ask", marks=UNCLEAR, question="어디에 두고 다녔나요?")
    _approved(items[3], student, staff)
    _approved(items[4], fourth, staff)
    hand_over(
        items[5], by=staff, claim=_approved(items[5], second, staff), receipt=_receipt("김주인")
    )
    hand_over(
        items[6], by=staff, receipt=_receipt("이주인", described="안쪽에 노란 실, 이니셜 K.S.")
    )
    hold_item(items[7], actor=staff, reason="두 사람이 서로 자기 것이라고 함")
    mark_missing(items[8], actor=staff)
    void_item(items[9], actor=staff, reason="두 번 등록함")
    if clerk.office_id in {item.office_id for item in items[10:]}:
        own = next(item for item in items[10:] if item.office_id == clerk.office_id)
        move_item(own, actor=clerk, shelf="A-12")
    return len(items)


def _take_in(post: Post, staff: User, number: int) -> Item:
    item = receive_item(post, actor=staff, shelf=SHELVES[number % len(SHELVES)])
    edit_post(post, actor=staff, fields={"hidden_facts": FACTS})
    return item


def _claim(item: Item, person: User, text: str) -> OwnershipClaim:
    post = item.post
    assert post is not None
    post.refresh_from_db()
    return submit_claim(post, claimant=person, answers={prompts_for(post)[0]: text})


def _approved(item: Item, person: User, judge: User) -> OwnershipClaim:
    claim = _claim(item, person, RIGHT)
    mark_read(item.claims.all())
    give_verdict(claim, by=judge, decision="approve", marks=AGREES)
    claim.refresh_from_db()
    return claim


def _receipt(name: str, described: str = "") -> Receipt:
    return Receipt(
        receiver_name=name,
        id_kind="student",
        name_agrees=True,
        contents_counted=True,
        typed_ack=name,
        described=described,
    )
