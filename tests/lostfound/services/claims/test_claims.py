"""Claims are sealed, limited, judged blind by as many people as it takes, and refused alike."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from lostfound.models import (
    AccessLog,
    AppendOnlyError,
    ClaimAnswer,
    Item,
    Notification,
    Office,
    OwnershipClaim,
    Post,
)
from lostfound.services import (
    AccountKept,
    TransitionRefused,
    close_post,
    delete_user,
    edit_post,
    log_access,
)
from lostfound.services.claims import (
    ClaimRefused,
    ConflictOfInterest,
    TooManyClaims,
    answer_question,
    give_verdict,
    mark_read,
    prompts_for,
    revoke_approval,
    submit_claim,
    withdraw_claim,
)
from lostfound.services.items import (
    NotHere,
    hold_item,
    mark_missing,
    release_hold,
    void_item,
)
from lostfound.services.items.verifying import verify_custody
from lostfound.text.notifications import advice, headline
from tests.support.builders import make_category, make_post, make_user
from tests.support.claims import RIGHT, VAGUE, approved, claim, make_wallet
from tests.support.items import make_clerk, make_item
from tests.support.python_process import run_python
from tests.support.servers.postgres import PostgresServer

pytestmark = pytest.mark.django_db

AGREES = ["agrees", "agrees"]


def code_of(refused: pytest.ExceptionInfo[ClaimRefused]) -> str:
    return refused.value.code


def test_questions_depend_on_the_sort_of_thing_and_not_on_its_facts() -> None:
    with_facts, without = make_wallet(), make_item()
    assert prompts_for(with_facts.post) == prompts_for(without.post)  # type: ignore[arg-type]
    assert len(prompts_for(with_facts.post)) >= 3  # type: ignore[arg-type]


def test_a_right_claim_is_approved_and_the_thing_waits_for_it() -> None:
    item = make_wallet()
    mine = approved(item)
    now = Item.objects.get(pk=item.pk)
    assert (now.state, mine.state) == ("reserved", "approved")
    assert [event.kind for event in item.custody.all()] == ["received", "reserved"]
    assert item.custody.get(seq=2).ref == mine.number
    kinds = Notification.objects.filter(user=mine.claimant).values_list("kind", flat=True)
    assert set(kinds) == {"claim_received", "claim_approved"}
    assert verify_custody().breaks == []


def test_answers_are_sealed() -> None:
    mine = claim(make_wallet())
    with pytest.raises(AppendOnlyError):
        ClaimAnswer.objects.filter(claim=mine).update(text="다른 말")


@pytest.mark.parametrize("text", ["", " ", "ㅇ", "?!", "a"])
def test_an_answer_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        claim(make_wallet(), text=text)
    assert refused.value.error_dict["answers"][0].code == "say_more"


def test_a_very_long_answer_is_refused_and_numbers_are_masked() -> None:
    item = make_wallet()
    with pytest.raises(ValidationError):
        claim(item, text="가" * 501)
    claim(item, text="주민번호 900101-1234567")
    assert ClaimAnswer.objects.get().text == "주민번호 90****-*******"


def test_who_found_it_and_who_has_seen_its_facts_do_not_claim_it() -> None:
    finder, clerk = make_user(), make_clerk()
    item = make_wallet(author=finder)
    with pytest.raises(ConflictOfInterest):
        claim(item, by=finder)
    log_access(clerk, AccessLog.What.POST, [item.post])  # type: ignore[list-item]
    with pytest.raises(ConflictOfInterest):
        claim(item, by=clerk)
    Item.objects.filter(pk=item.pk).update(brought_by=clerk)
    with pytest.raises(ConflictOfInterest):
        give_verdict(claim(item), by=clerk, decision="approve", marks=AGREES)


def test_what_is_announced_missing_or_gone_answers_alike() -> None:
    words = set()
    for change in ("expected", "handed_over", "at_police", "missing", "void"):
        item = make_wallet()
        Item.objects.filter(pk=item.pk).update(state=change)
        with pytest.raises(NotHere) as refused:
            claim(item)
        words.add(str(refused.value))
    with pytest.raises(NotHere) as refused:
        submit_claim(make_post(kept_note="집"), claimant=make_user(), answers={})
    assert words == {str(refused.value)}


def test_one_live_claim_a_person_and_none_after_a_refusal() -> None:
    item, person = make_wallet(), make_user()
    mine = claim(item, by=person)
    with pytest.raises(ClaimRefused) as refused:
        claim(item, by=person)
    assert code_of(refused) == "claimed_already"
    give_verdict(mine, by=make_clerk(item.office), decision="reject", marks=["no", "no"])
    with pytest.raises(ClaimRefused) as refused:
        claim(item, by=person)
    assert code_of(refused) == "counter_only"


def test_a_withdrawn_claim_may_be_sent_again() -> None:
    item, person = make_wallet(), make_user()
    mine = approved(item, by=person)
    withdraw_claim(mine, claimant=person)
    assert Item.objects.get(pk=item.pk).state == "held"
    assert claim(item, by=person).state == "submitted"
    with pytest.raises(ClaimRefused):
        withdraw_claim(mine, claimant=person)


def test_limits_per_person() -> None:
    person = make_user()
    for _ in range(3):
        claim(make_wallet(), by=person)
    with pytest.raises(TooManyClaims):
        claim(make_wallet(), by=person)
    for mine in OwnershipClaim.objects.all():
        withdraw_claim(mine, claimant=person)
    for _ in range(3):
        withdraw_claim(claim(make_wallet(), by=person), claimant=person)
    with pytest.raises(TooManyClaims):  # six within 30 days
        claim(make_wallet(), by=person)
    OwnershipClaim.objects.update(created_at=timezone.now() - timedelta(days=31))
    mine = claim(make_wallet(), by=person)
    OwnershipClaim.objects.exclude(pk=mine.pk).update(
        state="rejected", decided_at=timezone.now() - timedelta(days=40)
    )
    withdraw_claim(mine, claimant=person)
    with pytest.raises(TooManyClaims):  # two refusals within 90 days
        claim(make_wallet(), by=person)


def test_every_refusal_has_the_same_words() -> None:
    """A near miss, a wild guess, and a rival who came second."""
    messages = set()
    for text, marks in ((VAGUE, ["no", "no"]), (RIGHT, ["agrees", "partly"])):
        mine = claim(make_wallet(), text=text)
        give_verdict(mine, by=make_clerk(), decision="reject", marks=marks)
        note = Notification.objects.filter(user=mine.claimant).order_by("-pk")[0]
        messages.add((note.kind, headline(note), advice(note)))
    item = make_wallet()
    second = claim(item)
    approved(item)
    note = Notification.objects.filter(user=second.claimant).order_by("-pk")[0]
    messages.add((note.kind, headline(note), advice(note)))
    assert len(messages) == 1
    second.refresh_from_db()
    assert second.state == "superseded"


def test_no_claim_is_approved_while_another_is_unread() -> None:
    item, clerk = make_wallet(), make_clerk()
    first, second, third = claim(item), claim(item), claim(item)
    with pytest.raises(ClaimRefused) as refused:
        give_verdict(second, by=clerk, decision="approve", marks=AGREES)
    assert code_of(refused) == "unread_rivals"
    mark_read(item.claims.all())
    give_verdict(second, by=clerk, decision="approve", marks=AGREES)
    states = OwnershipClaim.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["superseded", "approved", "superseded"]
    assert first.pk < third.pk


def test_valuables_take_two_people() -> None:
    item = make_wallet(
        value={"value_band": "high", "seal_no": "S-7"}, second=make_clerk(), shelf="금고"
    )
    clerk, mine = make_clerk(), claim(item)
    give_verdict(mine, by=clerk, decision="approve", marks=AGREES)
    mine.refresh_from_db()
    assert (mine.state, Item.objects.get(pk=item.pk).state) == ("submitted", "held")
    with pytest.raises(ClaimRefused) as refused:
        give_verdict(mine, by=clerk, decision="approve", marks=AGREES)
    assert code_of(refused) == "second_person"
    give_verdict(mine, by=make_clerk(), decision="approve", marks=AGREES)
    mine.refresh_from_db()
    assert mine.state == "approved"


def test_documents_take_two_people() -> None:
    item = make_wallet(category=make_category(is_sensitive=True), shelf="금고")
    assert item.needs_two_people


def test_one_question_that_gives_nothing_away() -> None:
    item, clerk = make_wallet(), make_clerk()
    mine = claim(item, text=VAGUE)

    def ask(question: str) -> None:
        marks = ["unclear", "unclear"]
        give_verdict(mine, by=clerk, decision="ask", marks=marks, question=question)

    for leaking in ("실이 있나요?", "만원권 몇 장?", "혹시 푸른색?"):
        with pytest.raises(ValidationError) as refused:
            ask(leaking)
        assert refused.value.error_dict["question"][0].code == "gives_away"
    ask("안에 무엇이 더 있었나요?")
    mine.refresh_from_db()
    assert mine.state == "asked"
    with pytest.raises(ClaimRefused):  # somebody else's page
        answer_question(mine, claimant=make_user(), text=RIGHT)
    answer_question(mine, claimant=mine.claimant, text=RIGHT)  # type: ignore[arg-type]
    mine.refresh_from_db()
    assert (mine.state, mine.rounds, mine.read_at) == ("submitted", 1, None)
    with pytest.raises(ClaimRefused) as again:
        ask("그리고 또?")
    assert code_of(again) == "asked_already"
    give_verdict(mine, by=clerk, decision="approve", marks=AGREES)


def test_without_facts_a_claim_is_settled_at_the_counter() -> None:
    item = make_item()
    mine = claim(item)
    with pytest.raises(ClaimRefused) as refused:
        give_verdict(mine, by=make_clerk(), decision="approve", marks=[])
    assert code_of(refused) == "no_facts"
    give_verdict(mine, by=make_clerk(), decision="reject", marks=[])


def test_fewer_than_two_facts_take_a_reason() -> None:
    mine = claim(make_wallet())
    marks = ["agrees", "unclear"]
    with pytest.raises(ValidationError) as refused:
        give_verdict(mine, by=make_clerk(), decision="approve", marks=marks)
    assert refused.value.error_dict["note"][0].code == "say_why"
    give_verdict(mine, by=make_clerk(), decision="approve", marks=marks, note="열쇠가 맞았음")
    with pytest.raises(ValidationError):
        give_verdict(claim(make_wallet()), by=make_clerk(), decision="approve", marks=["agrees"])


def test_other_offices_stale_pages_and_holds() -> None:
    here, there = Office.objects.order_by("pk")[:2]
    item = make_wallet(office=here)
    mine = claim(item)
    with pytest.raises(PermissionDenied):
        give_verdict(mine, by=make_clerk(there), decision="approve", marks=AGREES)
    with pytest.raises(ClaimRefused) as refused:
        give_verdict(mine, by=make_clerk(here), decision="approve", marks=AGREES, version=7)
    assert code_of(refused) == "changed"
    hold_item(item, actor=make_clerk(here), reason="경찰")
    with pytest.raises(ClaimRefused) as refused:
        give_verdict(mine, by=make_clerk(here), decision="approve", marks=AGREES)
    assert code_of(refused) == "on_hold"


def test_an_approval_that_was_a_mistake_is_taken_back() -> None:
    item = make_wallet()
    mine, clerk = approved(item), make_clerk()
    revoke_approval(mine, by=clerk)
    assert Item.objects.get(pk=item.pk).state == "held"
    with pytest.raises(ClaimRefused):
        revoke_approval(mine, by=clerk)
    mark_missing(item, actor=clerk)


def test_a_report_from_before_the_finding_was_public_counts_for_it() -> None:
    owner, late = make_user(), make_user()
    early = make_post(author=owner, kind="lost", title="지갑", description="푸른 실로 묶음")
    copied = make_post(author=late, kind="lost", title="지갑")
    item = make_wallet()
    # Words that came after the public page may come from it.
    edit_post(copied, actor=late, fields={"description": "푸른 실로 묶음"})
    assert "described_before" in claim(item, by=owner, lost_post=early).flags
    assert "described_before" not in claim(item, by=late, lost_post=copied).flags
    somebody = claim(item, text="검은 지갑")
    assert somebody.flags == ["no_report", "right_after", "copied"]


@pytest.mark.parametrize("what", ["foreign", "closed", "found"])
def test_a_claim_refers_to_an_own_open_report_or_to_none(what: str) -> None:
    item, person = make_wallet(), make_user()
    kind = "found" if what == "found" else "lost"
    report = make_post(author=make_user() if what == "foreign" else person, kind=kind)
    if what == "closed":
        close_post(report, actor=person)
    with pytest.raises(ValidationError) as refused:
        claim(item, by=person, lost_post=Post.objects.get(pk=report.pk))
    assert refused.value.error_dict["lost_post"][0].code == "invalid_choice"
    assert not item.claims.exists()


PARALLEL = """
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.contrib.auth.models import Group
from django.db import connection
from lostfound.models import Item, Office, OwnershipClaim, User
from lostfound.services import Intake, submit_post
from lostfound.services.claims import (
    ClaimRefused, TooManyClaims, give_verdict, mark_read, prompts_for, submit_claim)
from lostfound.services.handovers import hand_over
from lostfound.services.receipts import Receipt
from lostfound.services.items import move_item
from lostfound.services.items.verifying import verify_custody
from lostfound.services.status import TransitionRefused

office = Office.objects.first()
clerk = User.objects.create_user("clerk", is_staff=True, office=office)
posts = [
    submit_post(author=clerk, kind="found", intake=Intake(), fields={
        "title": "wallet", "office": office, "hidden_facts": "blue thread\\nthree notes"})
    for _ in range(20)
]
person = User.objects.create_user("person")
prompt = prompts_for(posts[0])[0]

def at_once(count, work):
    barrier = Barrier(64)  # connections: PostgreSQL allows a hundred
    def one(number):
        if number < 64:
            barrier.wait()
        try:
            return work(number)
        finally:
            connection.close()
    with ThreadPoolExecutor(64) as pool:
        return list(pool.map(one, range(count)))

def send(number):
    try:
        submit_claim(posts[number % 20], claimant=person, answers={prompt: "blue thread"})
        return 1
    except ClaimRefused:
        return 0

sent = sum(at_once(200, send))

people = [User.objects.create_user(f"p{n}") for n in range(8)]
rivals = [submit_claim(posts[19], claimant=one, answers={prompt: "thread"}) for one in people]
item = Item.objects.get(post=posts[19])
mark_read(item.claims.all())

def judge(number):
    try:
        give_verdict(rivals[number % 8], by=clerk, decision="approve", marks=["agrees"] * 2)
        return 1
    except TransitionRefused:
        return 0

judged = sum(at_once(64, judge))
winner = OwnershipClaim.objects.get(item=item, state="approved")
receipt = Receipt(receiver_name="p", id_kind="student", name_agrees=True, contents_counted=True,
                  typed_ack="p")

def leave(number):
    try:
        if number % 2:
            hand_over(item, by=clerk, receipt=receipt, claim=winner)
            return 1
        move_item(item, actor=clerk, shelf=f"A-{number % 5}")
    except TransitionRefused:
        pass
    return 0

left = sum(at_once(64, leave))
print(sent, judged, left, len(verify_custody().breaks), Item.objects.get(pk=item.pk).state,
      OwnershipClaim.objects.filter(item=item).exclude(claimant=person).live().count())
"""
ONE_OUTCOME = "3 1 1 0 handed_over 0"


@pytest.mark.processes
def test_limits_verdicts_and_hand_overs_hold_in_parallel(var_dir: Path) -> None:
    done = run_python("-c", PARALLEL, VAR_DIR=str(var_dir), SQLITE_TIMEOUT_S="120")
    assert done.stdout.strip() == ONE_OUTCOME, done.stderr


def test_limits_verdicts_and_hand_overs_hold_in_parallel_on_postgres(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.make_migrated("claims")
    done = run_python("-c", PARALLEL, VAR_DIR=str(tmp_path), DATABASE_URL=url)
    assert done.stdout.strip() == ONE_OUTCOME, done.stderr


def test_an_account_that_goes_takes_its_words_along() -> None:
    item, person = make_wallet(), make_user()
    mine = approved(item, by=person)
    clerk = make_clerk()
    rejected = claim(make_wallet(), by=person)
    give_verdict(rejected, by=clerk, decision="reject", marks=["no", "no"])
    delete_user(person, actor=None)
    for one in (mine, rejected):
        one.refresh_from_db()
        assert (one.claimant, one.story, one.answers.count()) == (None, "", 0)
    assert (mine.state, Item.objects.get(pk=item.pk).state) == ("withdrawn", "held")
    assert verify_custody().breaks == []
    with pytest.raises(AccountKept):  # the verdict refers to them
        delete_user(clerk, actor=None)


def test_a_claim_that_arrives_while_others_are_read_stays_unread() -> None:
    item = make_wallet()
    first = claim(item)
    shown = list(item.claims.all())
    late = claim(item)
    mark_read(shown)
    first.refresh_from_db()
    late.refresh_from_db()
    assert first.read_at is not None and late.read_at is None


def test_a_claimant_who_has_read_the_facts_meanwhile_does_not_answer() -> None:
    item, clerk = make_wallet(), make_clerk()
    mine = claim(item, by=clerk, text=VAGUE)
    unclear = ["unclear", "unclear"]
    give_verdict(mine, by=make_clerk(), decision="ask", marks=unclear, question="더 있나요?")
    log_access(clerk, AccessLog.What.POST, [item.post])  # type: ignore[list-item]
    with pytest.raises(ConflictOfInterest):
        answer_question(mine, claimant=clerk, text=RIGHT)


@pytest.mark.parametrize("by_themselves", [True, False])
def test_a_finder_whose_thing_was_a_mistake_can_go(by_themselves: bool) -> None:
    finder, clerk = make_user(), make_clerk()
    item = make_wallet(author=finder)
    void_item(item, actor=clerk, reason="착오")
    delete_user(finder, actor=finder if by_themselves else clerk)
    item.refresh_from_db()
    last = item.custody.get(kind="post_deleted")
    assert item.post is None and last.actor == (None if by_themselves else clerk)


def test_an_entry_is_not_taken_back_while_it_is_claimed_or_held_back() -> None:
    item, clerk = make_wallet(), make_clerk()
    person = make_user()
    mine = claim(item, by=person)
    with pytest.raises(TransitionRefused):
        void_item(item, actor=clerk, reason="착오")
    withdraw_claim(mine, claimant=person)
    hold_item(item, actor=clerk, reason="경찰 요청")
    with pytest.raises(TransitionRefused):
        void_item(item, actor=clerk, reason="착오")
    release_hold(item, actor=clerk)
    void_item(item, actor=clerk, reason="착오")
    assert Item.objects.get(pk=item.pk).state == "void"
