"""Hand-overs: what has to be ticked and signed, who may, and how one is taken back."""

import base64
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override
from PIL import Image, ImageDraw
from pytest_django import Settings

from lostfound.models import Handover, Item, Notification, Post
from lostfound.services import (
    AccountKept,
    AlreadySo,
    TransitionRefused,
    delete_user,
    emails,
    reopen_post,
)
from lostfound.services.claims import (
    ClaimRefused,
    CodeGone,
    ConflictOfInterest,
    give_verdict,
    issue_code,
    mark_read,
    redeem_code,
)
from lostfound.services.handovers import hand_over, reverse_handover
from lostfound.services.items import NotHere, hold_item
from lostfound.services.items.verifying import verify_custody
from lostfound.services.receipts import Receipt
from matching.services import confirm_match, undo_decision
from matching.services.decision_checks import DecisionRefused
from tests.support.builders import make_post, make_user
from tests.support.claims import approved, claim, make_wallet
from tests.support.factories import MatchFactory
from tests.support.items import make_clerk

pytestmark = pytest.mark.django_db

TICKED: dict[str, Any] = {
    "receiver_name": "이주인",
    "id_kind": "student",
    "name_agrees": True,
    "contents_counted": True,
    "typed_ack": "이주인",
}


def receipt(**values: Any) -> Receipt:
    return Receipt(**{**TICKED, **values})


def drawn(strokes: int = 2, size: tuple[int, int] = (300, 100), form: str = "PNG") -> str:
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    for number in range(strokes):
        ImageDraw.Draw(picture).line([(10, 10 * number), (200, 60)], fill="black", width=3)
    out = io.BytesIO()
    (picture if form == "PNG" else picture.convert("RGB")).save(out, form)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def errors(refused: pytest.ExceptionInfo[ValidationError]) -> dict[str, str]:
    return {name: str(found[0].code) for name, found in refused.value.error_dict.items()}


def test_an_approved_claim_is_handed_over_with_a_receipt() -> None:
    owner = make_user()
    lost = make_post(author=owner, kind="lost")
    item = make_wallet()
    mine = approved(item, by=owner)
    mine.lost_post = lost
    mine.save()
    clerk = make_clerk(item.office)
    done = hand_over(item, by=clerk, claim=mine, receipt=receipt(typed_ack="", signature=drawn()))
    assert done.receipt_no == f"R-{timezone.localdate().year}-{done.pk:06d}"
    with Image.open(io.BytesIO(bytes(done.signature or b""))) as signature:
        assert signature.mode == "1" and signature.format == "PNG"
    now = Item.objects.get(pk=item.pk)
    mine.refresh_from_db()
    assert (now.state, now.place, mine.state) == ("handed_over", None, "collected")
    assert set(Post.objects.values_list("status", flat=True)) == {"returned"}
    event = item.custody.get(kind="handed_over")
    assert (event.ref, event.detail.body) == (done.receipt_no, {"receiver": "이주인"})
    told = Notification.objects.filter(kind="item_returned").values_list("user", flat=True)
    assert set(told) == {owner.pk, item.post.author_id}  # type: ignore[union-attr]
    assert verify_custody().breaks == []


def test_both_posts_of_a_confirmed_pair_are_returned_and_neither_opens_again() -> None:
    item, clerk = make_wallet(), make_clerk()
    pair = MatchFactory.create(found=item.post)
    decision = confirm_match(pair, actor=clerk)
    with pytest.raises(ClaimRefused):  # reserved for nobody: a walk-in describes it first
        hand_over(item, by=clerk, receipt=receipt(), claim=approved(make_wallet()))
    hand_over(item, by=clerk, receipt=receipt(described="푸른 실로 묶은 검은 지갑"))
    assert set(Post.objects.filter(pk__in=pair.post_ids).values_list("status", flat=True)) == {
        "returned"
    }
    with pytest.raises((DecisionRefused, TransitionRefused)):
        undo_decision(decision, actor=clerk)
    with pytest.raises(TransitionRefused):
        reopen_post(Post.objects.get(pk=pair.found_id), actor=clerk)
    done = Handover.objects.get()
    reverse_handover(done, by=clerk, reason="다른 사람 것")
    assert set(Post.objects.filter(pk__in=pair.post_ids).values_list("status", flat=True)) == {
        "matched"
    }
    undo_decision(decision, actor=clerk)


def test_everything_that_is_missing_is_named_by_field() -> None:
    item = make_wallet()
    with pytest.raises(ValidationError) as refused:
        hand_over(item, by=make_clerk(), receipt=Receipt(), claim=approved(item))
    assert set(errors(refused)) == {
        *("receiver_name", "id_kind", "name_agrees", "contents_counted"),
        "signature",
    }
    with pytest.raises(ValidationError) as refused:
        hand_over(make_wallet(), by=make_clerk(), receipt=receipt())
    assert errors(refused) == {"described": "required"}
    assert not Handover.objects.exists()


@pytest.mark.parametrize(
    "signature",
    [
        drawn(strokes=0),
        drawn(form="JPEG"),
        "data:image/png;base64,AAAA",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:image/png;base64," + "A" * 80_000,
        drawn(size=(2001, 10)),
        "not even a URL",
    ],
    ids=["empty", "jpeg", "no png", "svg", "too large", "too wide", "text"],
)
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    item = make_wallet()
    with pytest.raises(ValidationError) as refused:
        hand_over(item, by=make_clerk(), claim=approved(item), receipt=receipt(signature=signature))
    assert set(errors(refused)) == {"signature"}


def test_a_thing_leaves_once_and_not_while_it_is_held_back() -> None:
    item, clerk = make_wallet(), make_clerk()
    mine = approved(item)
    hold_item(item, actor=clerk, reason="분쟁")
    with pytest.raises(ClaimRefused):
        hand_over(item, by=clerk, claim=mine, receipt=receipt())
    Item.objects.filter(pk=item.pk).update(is_on_hold=False)
    with pytest.raises(ClaimRefused):  # reserved for somebody else than a walk-in
        hand_over(item, by=clerk, receipt=receipt(described="푸른 실로 묶은 검은 지갑"))
    hand_over(item, by=clerk, claim=mine, receipt=receipt())
    with pytest.raises(AlreadySo):
        hand_over(item, by=clerk, claim=mine, receipt=receipt())
    with pytest.raises(NotHere):
        claim(item)


def test_valuables_are_handed_over_by_somebody_else(settings: Settings) -> None:
    valuable: dict[str, Any] = {
        "value": {"value_band": "cash", "seal_no": "S-1"},
        "second": make_clerk(),
        "shelf": "금고",
    }
    item, judge = make_wallet(**valuable), make_clerk()
    mine = approved(item, judge=judge)
    settings.SEPARATE_DUTIES = True
    with pytest.raises(ClaimRefused) as refused:
        hand_over(item, by=judge, claim=mine, receipt=receipt())
    assert refused.value.code == "separate_duties"
    with pytest.raises(ValidationError) as by_proxy:
        hand_over(
            item, by=make_clerk(), claim=mine, receipt=receipt(is_proxy=True, proxy_of="이주인")
        )
    assert errors(by_proxy) == {"is_proxy": "owner_only"}
    hand_over(item, by=make_clerk(), claim=mine, receipt=receipt())
    # A walk-in takes a second person at the counter.
    other = make_wallet(**valuable)
    words = {"described": "푸른 실로 묶은 검은 지갑"}
    with pytest.raises(ValidationError) as alone:
        hand_over(other, by=judge, receipt=receipt(**words))
    assert errors(alone) == {"second_by": "second_person"}
    hand_over(other, by=judge, second=make_clerk(), receipt=receipt(**words))


def test_a_hand_over_is_taken_back_within_a_month_and_once() -> None:
    item, clerk = make_wallet(), make_clerk()
    done = hand_over(item, by=clerk, claim=approved(item), receipt=receipt())
    with pytest.raises(ValidationError):
        reverse_handover(done, by=clerk, reason=" ")
    reverse_handover(done, by=clerk, reason="다른 사람 것")
    assert Item.objects.get(pk=item.pk).state == "held"
    assert Post.objects.get(item=item).status == "open"
    with pytest.raises(AlreadySo):
        reverse_handover(done, by=clerk, reason="again")
    again = hand_over(item, by=clerk, claim=approved(item), receipt=receipt())
    assert again.receipt_no != done.receipt_no
    Handover.objects.filter(pk=again.pk).update(at=timezone.now() - timedelta(days=31))
    again.refresh_from_db()
    with pytest.raises(TransitionRefused):
        reverse_handover(again, by=clerk, reason="too late")


def test_a_pick_up_code_is_used_once_and_within_a_quarter_of_an_hour() -> None:
    owner, item = make_user(), make_wallet()
    mine = approved(item, by=owner)
    code = issue_code(mine, claimant=owner)
    assert len(code) == 8 and code.isdigit()
    mine.refresh_from_db()
    assert code not in mine.code_hash
    assert redeem_code(code) == mine
    with pytest.raises(CodeGone):
        redeem_code(code)
    late = issue_code(mine, claimant=owner)
    type(mine).objects.update(code_expires_at=timezone.now())
    for gone in (late, "00000000", "", "1' OR 1=1"):
        with pytest.raises(CodeGone):
            redeem_code(gone)
    with pytest.raises(ClaimRefused):
        issue_code(mine, claimant=make_user())


def test_a_pair_that_was_confirmed_with_somebody_else_is_undone_first() -> None:
    item, clerk = make_wallet(), make_clerk()
    mine = approved(item)
    decision = confirm_match(MatchFactory.create(found=item.post), actor=clerk)
    with pytest.raises(ClaimRefused) as refused:
        hand_over(item, by=clerk, claim=mine, receipt=receipt())
    assert refused.value.code == "matched_to_other"
    undo_decision(decision, actor=clerk)
    hand_over(item, by=clerk, claim=mine, receipt=receipt())


def test_nobody_else_is_touched_when_a_mistaken_hand_over_is_done_again() -> None:
    item, clerk = make_wallet(), make_clerk()
    wrong, owner = make_user(), make_user()
    lost, own = (make_post(author=author, kind="lost") for author in (wrong, owner))
    first = claim(item, by=wrong, lost_post=lost)
    mark_read([first])
    give_verdict(first, by=clerk, decision="approve", marks=["agrees", "agrees"])
    done = hand_over(item, by=clerk, claim=first, receipt=receipt())
    reverse_handover(done, by=clerk, reason="다른 사람 것")
    first.refresh_from_db()
    lost.refresh_from_db()
    assert (first.state, lost.status) == ("revoked", "open")
    assert Notification.objects.filter(user=wrong, kind="claim_closed").count() == 1
    with pytest.raises(ClaimRefused):
        claim(item, by=wrong)
    Notification.objects.all().delete()
    second = approved(item, by=owner)
    second.lost_post = own
    second.save()
    hand_over(item, by=clerk, claim=second, receipt=receipt())
    lost.refresh_from_db()
    own.refresh_from_db()
    assert (lost.status, own.status) == ("open", "returned")
    assert not Notification.objects.filter(user=wrong).exists()


def test_a_report_that_is_matched_with_another_thing_is_settled_first() -> None:
    item, clerk, owner = make_wallet(), make_clerk(), make_user()
    lost = make_post(author=owner, kind="lost")
    mine = approved(item, by=owner)
    mine.lost_post = lost
    mine.save()
    other = make_wallet()
    decision = confirm_match(MatchFactory.create(found=other.post, lost=lost), actor=clerk)
    with pytest.raises(ClaimRefused) as refused:
        hand_over(item, by=clerk, claim=mine, receipt=receipt())
    assert refused.value.code == "matched_to_other"
    undo_decision(decision, actor=clerk)
    hand_over(item, by=clerk, claim=mine, receipt=receipt())
    assert Post.objects.get(item=other).status == "open"


def test_nobody_hands_over_to_themselves() -> None:
    item, clerk = make_wallet(), make_clerk()
    mine = approved(item, by=clerk)
    with pytest.raises(ConflictOfInterest):
        hand_over(item, by=clerk, claim=mine, receipt=receipt())
    with pytest.raises(ConflictOfInterest):
        hand_over(item, by=make_clerk(), second=clerk, claim=mine, receipt=receipt())
    hand_over(item, by=make_clerk(), claim=mine, receipt=receipt())


def test_who_confirmed_a_hand_over_keeps_the_account() -> None:
    item, clerk, second = make_wallet(hidden_facts=""), make_clerk(), make_clerk()
    words = {"described": "푸른 실로 묶은 검은 지갑"}
    hand_over(item, by=clerk, second=second, receipt=receipt(**words))
    second.office, second.is_staff = None, False
    second.save()
    with pytest.raises(AccountKept):
        delete_user(second, actor=clerk)


@pytest.mark.parametrize(("language", "words"), [("ko", "수령인"), ("en", "Received by")])
@pytest.mark.parametrize("has_report", [True, False])
def test_the_receipt_comes_by_mail_in_the_receivers_language(
    language: str, words: str, has_report: bool, mailoutbox: list[Any]
) -> None:
    owner = make_user(language=language)
    item = make_wallet()
    lost = make_post(author=owner, kind="lost") if has_report else None
    mine = claim(item, by=owner, lost_post=lost)
    mark_read([mine])
    give_verdict(mine, by=make_clerk(item.office), decision="approve", marks=["agrees"] * 2)
    mine.refresh_from_db()
    with override("en" if language == "ko" else "ko"):  # of the clerk
        done = hand_over(
            item, by=make_clerk(), claim=mine, receipt=receipt(typed_ack="", signature=drawn())
        )
    note = Notification.objects.get(user=owner, kind="item_returned")
    assert emails.send_notification_email(note.pk)
    (message,) = mailoutbox
    assert message.to == [owner.email]
    ((name, document, kind),) = message.attachments
    assert (name, kind) == (f"{done.receipt_no}.html", "text/html")
    assert f'<html lang="{language}">' in document and words in document
    assert done.text in document and "이주인" in document and item.shown_code in document
    assert 'src="data:image/png;base64,' in document and "푸른" not in document
    assert "<script" not in document and "http" not in document


def test_nobody_else_gets_the_receipt(mailoutbox: list[Any]) -> None:
    finder, rival = make_user(), make_user()
    item = make_wallet(author=finder)
    claim(item, by=rival)
    hand_over(item, by=make_clerk(), claim=approved(item), receipt=receipt())
    for note in Notification.objects.filter(user__in=(finder, rival)):
        emails.send_notification_email(note.pk)
    assert mailoutbox and not any(message.attachments for message in mailoutbox)


def test_a_hand_over_that_was_taken_back_sends_no_receipt(mailoutbox: list[Any]) -> None:
    item, owner = make_wallet(), make_user()
    done = hand_over(item, by=make_clerk(), claim=approved(item, by=owner), receipt=receipt())
    reverse_handover(done, by=make_clerk(), reason="착오")
    note = Notification.objects.get(user=owner, kind="item_returned")
    emails.send_notification_email(note.pk)
    assert not any(message.attachments for message in mailoutbox)
