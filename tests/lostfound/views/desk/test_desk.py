"""The office's pages: the thing, claims, hand-over, receipts, labels, scans and the auditors'."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
import segno
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from lostfound.infra import rate_limits
from lostfound.models import (
    AccessLog,
    Handover,
    Item,
    Notification,
    Office,
    Post,
    PostContact,
    StoragePlace,
)
from lostfound.models.item_codes import ALPHABET, check_character, is_valid
from lostfound.services import delete_post, emails
from lostfound.services.claims import issue_code
from lostfound.services.items import hold_item, void_item
from lostfound.services.items.custody import seal_day
from lostfound.services.notifications import notify
from tests.support.builders import make_user
from tests.support.claims import FACTS, approved, claim, make_wallet
from tests.support.items import AUDITORS, HEADS, first_office, make_clerk, make_item
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

COUNTER = reverse("matching:counter")
SCAN = reverse("matching:scanned")


def at(name: str, *args: Any) -> str:
    return reverse(f"lostfound:{name}", args=args)


@pytest.fixture
def desk() -> Client:
    return signed_in(make_clerk(first_office()), "en")


def now(item: Item) -> Item:
    return Item.objects.select_related("place").get(pk=item.pk)


def test_facts_open_on_request_and_opening_is_logged(desk: Client) -> None:
    item = make_wallet(photos=1)
    url = at("desk_item", item.code)
    html = page(desk.get(url))
    assert item.shown_code in html and "A-12" in html and "푸른 실" not in html
    assert AccessLog.objects.get().what == "item"
    assert "푸른 실" in page(desk.get(url, {"facts": 1}))
    assert set(AccessLog.objects.values_list("what", flat=True)) == {"item", "post"}


def test_a_thing_is_moved_reported_and_held_on_its_page(desk: Client) -> None:
    item = make_wallet()
    desk.post(at("desk_item_move", item.code), {"shelf": "B-9"})
    assert now(item).place.code == "B-9"  # type: ignore[union-attr]
    desk.post(at("desk_item_missing", item.code))
    assert now(item).state == "missing"
    desk.post(at("desk_item_hold", item.code), {"reason": "경찰"})
    assert now(item).is_on_hold
    desk.post(at("desk_item_release", item.code))
    assert not now(item).is_on_hold
    assert desk.post(at("desk_item_void", item.code), {"reason": "x"}).status_code == 403
    head = signed_in(make_clerk(item.office, group=HEADS), "en")
    desk.post(at("desk_item_move", item.code), {"shelf": "B-9"})
    head.post(at("desk_item_void", item.code), {"reason": "x"})
    assert now(item).state == "void"


def test_an_announced_thing_is_taken_in(desk: Client) -> None:
    from tests.support.builders import make_post

    item = make_post(office=first_office()).item
    assert "take it in" in page(desk.get(at("desk_item", item.code)))
    desk.post(at("desk_item_receive", item.code), {"shelf": "A-1"})
    assert now(item).state == "held"


def test_rivals_stand_on_one_page_and_the_machine_speaks_last() -> None:
    item = make_wallet()
    clerk = make_clerk(item.office)
    desk = signed_in(clerk, "en")
    first, second = claim(item), claim(item, text="회색 지갑")
    assert item.shown_code in page(desk.get(at("desk_claims")))
    html = page(desk.get(at("desk_rivals", item.code)))
    assert first.number in html and second.number in html and "푸른 실" in html
    assert "Comparison of words" not in html
    marks = {"mark_0": "no", "mark_1": "no", "decision": "reject", "version": "1"}
    desk.post(at("judge_claim", item.code, second.pk), marks)
    html = page(desk.get(at("desk_rivals", item.code)))
    assert html.count("Comparison of words") == 1
    yes = {"mark_0": "agrees", "mark_1": "agrees", "decision": "approve", "version": "1"}
    stale = desk.post(at("judge_claim", item.code, first.pk), {**yes, "version": "7"})
    assert stale.status_code == 409 and "has changed since" in page(stale)
    desk.post(at("judge_claim", item.code, first.pk), yes)
    assert now(item).state == "reserved"


def test_a_verdict_that_is_refused_loses_nothing_that_was_entered() -> None:
    item = make_wallet()
    desk, waiting = signed_in(make_clerk(item.office), "en"), claim(item)
    desk.get(at("desk_rivals", item.code))
    hasty = {"mark_0": "agrees", "decision": "ask", "version": "1", "note": "전화함"}
    answer = desk.post(at("judge_claim", item.code, waiting.pk), {**hasty, "question": "어떤 실?"})
    html = page(answer)
    assert answer.status_code == 400 and "Please say of every fact" in html
    assert 'name="mark_0" value="agrees" checked' in html and html.count(" checked>") == 1
    assert 'value="전화함"' in html and 'value="어떤 실?"' in html
    assert not waiting.verdicts.exists()


TICKED = {
    "receiver_name": "이주인",
    "id_kind": "student",
    "name_agrees": "on",
    "contents_counted": "on",
    "typed_ack": "이주인",
}


def test_a_pick_up_code_leads_to_the_hand_over_and_to_a_receipt() -> None:
    item, owner = make_wallet(), make_user()
    mine = approved(item, by=owner)
    desk = signed_in(make_clerk(item.office), "en")
    code = issue_code(mine, claimant=owner)
    answer = desk.post(SCAN, {"q": f"{code[:4]} {code[4:]}"})
    assert answer.headers["Location"] == at("handover", item.code)
    again = desk.post(SCAN, {"q": code}, follow=True)
    assert "no longer valid" in page(again)
    refused = page(desk.post(at("handover", item.code), {"receiver_name": "이"}))
    assert "Not handed over yet" in refused and now(item).state == "reserved"
    done = desk.post(at("handover", item.code), {**TICKED, "claim": mine.pk}, follow=True)
    receipt = Handover.objects.get()
    html = page(done)
    assert receipt.receipt_no in html and "이주인" in html
    assert now(item).state == "handed_over"
    # The found thing is gone from the public at once, and the claimant has the number.
    thing = at("thing", item.post.public_id)  # type: ignore[union-attr]
    assert Client().get(thing).status_code == 404
    assert receipt.receipt_no in page(signed_in(owner, "en").get(mine.get_absolute_url()))
    assert desk.post(at("reverse_handover", receipt.pk), {"reason": "x"}).status_code == 403
    head = signed_in(make_clerk(item.office, group=HEADS), "en")
    head.post(at("reverse_handover", receipt.pk), {"reason": "다른 사람 것"})
    assert now(item).state == "held" and Client().get(thing).status_code == 200


def test_a_walk_in_describes_before_anything_is_shown(desk: Client) -> None:
    item = make_wallet()
    html = page(desk.get(at("handover", item.code)))
    assert "out of sight" in html and not any(fact in html for fact in FACTS.splitlines())
    assert "검은 지갑" not in html
    desk.post(at("handover", item.code), TICKED)
    assert not Handover.objects.exists()
    desk.post(at("handover", item.code), {**TICKED, "described": "푸른 실로 묶은 검은 지갑"})
    assert Handover.objects.get().described == "푸른 실로 묶은 검은 지갑"


def test_the_counter_finds_by_number_code_shelf_and_fact(desk: Client) -> None:
    item = make_wallet()
    post = item.post
    assert post is not None
    wide = "".join(chr(ord(char) + 0xFEE0) for char in f"LF{post.pk}")
    for text in (
        post.number,
        f"LF{post.pk}",
        f"lf {post.pk}",
        wide,
        f"LF–{post.pk}",
        "A-12",
        "푸른 실",
    ):
        html = page(desk.get(COUNTER, {"q": text}))
        assert post.title in html and "A-12" in html and item.shown_code in html, text
        assert "푸른 실" in html
    for text in (item.code, item.shown_code, item.code.lower()):
        assert desk.get(COUNTER, {"q": text}).headers["Location"] == at("desk_item", item.code)
    answer = desk.post(SCAN, {"q": f"HTTPS://HOST/T/{item.code}"}, follow=True)
    assert answer.redirect_chain[-1][0] == at("desk_item", item.code)


def test_a_mistyped_code_is_refused_without_looking(desk: Client) -> None:
    body = "7KQ2M9X"
    check = check_character(body)
    wrong = body + next(char for char in ALPHABET if char != check)
    assert not is_valid(wrong)
    assert "typing mistake" in page(desk.get(COUNTER, {"q": wrong}))


def test_a_shelf_after_a_thing_moves_it_there(desk: Client) -> None:
    item, other = make_wallet(), make_item(shelf="C-7")
    assert other.place is not None
    desk.get(COUNTER, {"q": item.code})
    desk.post(SCAN, {"q": "c-7"})
    assert now(item).place == other.place


def test_the_admins_list_finds_by_any_spelling(desk: Client) -> None:
    item = make_wallet()
    post = item.post
    assert post is not None
    boss = signed_in(make_user(is_staff=True, is_superuser=True), "en")
    for text in (f"LF{post.pk}", f"LF {post.pk}", f"ＬＦ－{post.pk}", item.shown_code):
        html = page(boss.get(reverse("admin:lostfound_post_changelist"), {"q": text}))
        assert post.title in html and "A-12" in html, text


def test_a_caller_gets_the_messages_and_nobody_else_sees_the_number(
    desk: Client, mailoutbox: list[Any]
) -> None:
    form = page(desk.get(at("phone_report"), {"title": "남색 핸드폰"}))
    assert "남색 핸드폰" in form
    sent = {
        "title": "남색 핸드폰",
        "happened_on": "2026-11-20",
        "caller_name": "김전화",
        "caller_phone": "010-1234-5678",
        "caller_email": "caller@example.org",
    }
    assert "Who called?" in page(desk.post(at("phone_report"), {**sent, "caller_name": ""}))
    assert not Post.objects.exists()
    desk.post(at("phone_report"), sent)
    post = Post.objects.get()
    assert (post.kind, post.author.is_active) == ("lost", False)
    assert PostContact.objects.get().phone == "010-1234-5678"
    note = notify(post.author, post, Notification.Kind.SUGGESTED)
    assert note is not None and emails.send_notification_email(note.pk)
    assert mailoutbox[0].to == ["caller@example.org"]
    assert "010-1234-5678" not in page(signed_in(make_user(), "en").get(reverse("matching:search")))


def test_anybody_who_scans_a_label_learns_the_office_and_nothing_else() -> None:
    item = make_wallet()
    assert item.office is not None
    client = Client(headers={"accept-language": "en"})
    for address in (f"/t/{item.code}/", f"/T/{item.code}", f"/t/{item.shown_code.lower()}/"):
        html = page(client.get(address))
        assert item.office.name_en in html
        assert "지갑" not in html and "A-12" not in html and item.post.number not in html  # type: ignore[union-attr]
    clerk = signed_in(make_clerk(item.office), "en")
    assert clerk.get(f"/t/{item.code}/").headers["Location"] == at("desk_item", item.code)


def test_codes_cannot_be_tried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = time.time()  # no window ends in between
    monkeypatch.setattr(rate_limits, "time", SimpleNamespace(time=lambda: now_s))
    client = Client(headers={"accept-language": "en"})
    answers = [client.get(f"/t/{number:08d}/") for number in range(23)]
    assert {answer.status_code for answer in answers[:20]} == {404}
    assert answers[-1].status_code == 429
    mains = {page(answer)[page(answer).index("<main") :] for answer in answers}
    assert len(mains) == 1


def test_labels_have_a_code_and_neither_title_nor_fact(desk: Client, settings: Settings) -> None:
    settings.SITE_URL = "https://lost.example.ac.kr"
    item = make_wallet(category=None)
    html = page(desk.get(at("labels"), {"codes": item.shown_code}))
    assert item.shown_code in html and "A-12" in html
    assert "검은 지갑" not in html and "푸른 실" not in html and "style=" not in html
    expected = segno.make(f"HTTPS://LOST.EXAMPLE.AC.KR/T/{item.code}", error="q", boost_error=False)
    assert expected.version == 4 or expected.version == 3
    css = page(desk.get(at("label_styles", "label", "62x29")))
    assert "62mm 29mm" in css
    assert "62mm 29mm" in page(desk.get(at("label_styles", "label", "9999x1")))
    assert "size: A4" in page(desk.get(at("label_styles", "sheet", "3x8")))
    roll = page(desk.get(at("labels"), {"blank": "5"}))
    assert roll.count('class="label"') == 5


def test_auditors_see_who_when_where_and_no_personal_field() -> None:
    item = make_wallet(finder={"brought_note": "박습득", "brought_contact": "010-1"})
    approved(item)
    seal_day()
    auditor = signed_in(make_clerk(group=AUDITORS), "en")
    html = page(auditor.get(at("custody"), {"code": item.shown_code}))
    assert "2 events, unbroken" in html and "A-12" in html
    assert "campus-lostfound custody" in html
    for address in (at("custody"), at("desk_item", item.code)):
        shown = page(auditor.get(address))
        assert "박습득" not in shown and "푸른 실" not in shown and "검은 지갑" not in shown
    assert auditor.post(at("desk_item_move", item.code), {"shelf": "X"}).status_code == 403
    assert auditor.get(COUNTER).status_code == 403


def test_pages_take_the_same_number_of_queries_for_more_rows(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    item = make_wallet(photos=1)

    def count(url: str, **params: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(url, params).status_code == 200
        return len(queries)

    urls = [
        (at("desk_item", item.code), {}),
        (at("desk_rivals", item.code), {}),
        (at("desk_claims"), {}),
        (COUNTER, {"q": "지갑"}),
    ]
    claim(item)
    for url, params in urls:
        count(url, **params)  # warms what is cached
    before = [count(url, **params) for url, params in urls]
    for _ in range(4):
        claim(item)
        other = make_wallet(photos=1)
        claim(other)
        hold_item(item, actor=make_clerk(), reason="x")
        Item.objects.filter(pk=item.pk).update(is_on_hold=False)
    assert [count(url, **params) for url, params in urls] == before


def test_another_office_reads_and_changes_nothing() -> None:
    here, there = Office.objects.order_by("pk")[:2]
    item = make_wallet(office=here)
    stranger = signed_in(make_clerk(there), "en")
    html = page(stranger.get(at("desk_item", item.code)))
    assert item.shown_code in html and "What next?" not in html
    stranger.post(at("desk_item_move", item.code), {"shelf": "X-1"})
    stranger.post(at("handover", item.code), {**TICKED, "described": "검은 지갑과 푸른 실"})
    assert (now(item).state, now(item).head_seq) == ("held", 1)


def test_who_claims_a_thing_does_not_read_the_other_claims() -> None:
    item = make_wallet()
    clerk = make_clerk(item.office)
    claim(item, by=clerk)
    desk = signed_in(clerk, "en")
    assert desk.get(at("desk_rivals", item.code)).status_code == 403
    api = f"/api/v1/office/items/{item.code}/claims/"
    assert desk.get(api).status_code == 403
    colleague = signed_in(make_clerk(item.office), "en")
    assert colleague.get(at("desk_rivals", item.code)).status_code == 200
    assert colleague.get(api).status_code == 200


def test_what_a_walk_in_signed_is_not_used_for_a_claim(desk: Client) -> None:
    item = make_wallet()
    words = {**TICKED, "described": "푸른 실로 묶은 검은 지갑"}
    page(desk.get(at("handover", item.code)))
    mine = approved(item)
    answer = desk.post(at("handover", item.code), words)
    assert answer.status_code == 409 and "has changed since" in page(answer)
    assert f'name="claim" value="{mine.pk}"' in page(answer)
    api = {**TICKED, "item": item.code, "claim": None}
    sent = {**api, "name_agrees": True, "contents_counted": True}
    url = "/api/v1/office/handovers/"
    assert desk.post(url, sent, content_type="application/json").status_code == 409
    assert not Handover.objects.exists()
    sent["claim"] = str(mine.public_id)
    assert desk.post(url, sent, content_type="application/json").status_code == 201


def test_a_thing_without_a_post_is_not_taken_in(desk: Client) -> None:
    finder = make_user()
    item = make_wallet(author=finder)
    void_item(item, actor=make_clerk(item.office), reason="착오")
    delete_post(item.post, actor=finder)  # type: ignore[arg-type]
    answer = desk.post(at("desk_item_receive", item.code), {"shelf": "A-1"}, follow=True)
    assert "not with the office" in page(answer) and now(item).state == "void"


def test_a_valuable_is_not_scanned_onto_an_open_shelf(desk: Client) -> None:
    item = make_wallet()
    Item.objects.filter(pk=item.pk).update(value_band="high")
    StoragePlace.objects.create(office=item.office, code="B-1")
    desk.get(COUNTER, {"q": item.code})
    answer = desk.post(SCAN, {"q": "B-1"}, follow=True)
    assert "belong in a safe" in page(answer) and str(now(item).place) == "A-12"


def test_reading_a_receipt_is_logged(desk: Client) -> None:
    item = make_wallet()
    desk.post(at("handover", item.code), {**TICKED, "described": "푸른 실로 묶은 검은 지갑"})
    for name, key in (("receipt", Handover.objects.get().pk), ("finder_receipt", item.code)):
        before = AccessLog.objects.filter(what="item").count()
        assert desk.get(at(name, key)).status_code == 200
        assert AccessLog.objects.filter(what="item").count() == before + 1, name


def test_an_auditor_does_not_read_why_a_thing_is_held_back() -> None:
    item = make_wallet()
    clerk = make_clerk(item.office)
    hold_item(item, actor=clerk, reason="김분실 님과 다툼")
    auditor = signed_in(make_clerk(item.office, group=AUDITORS), "en")
    html = page(auditor.get(at("desk_item", item.code)))
    assert "must not leave" in html and "김분실" not in html
    assert "김분실" in page(signed_in(clerk, "en").get(at("desk_item", item.code)))


def test_a_caller_need_not_know_the_day(desk: Client) -> None:
    form = page(desk.get(at("phone_report")))
    assert 'name="day_is" value="unknown"' in form and "When did they lose it?" in form
    caller = {"title": "핸드폰", "caller_name": "김전화", "caller_phone": "010-1234-5678"}
    desk.post(at("phone_report"), {**caller, "day_is": "unknown"})
    assert Post.objects.get().happened_on is None
    between = {"day_is": "between", "happened_on": "2026-11-20", "happened_until": "2026-11-22"}
    desk.post(at("phone_report"), {**caller, **between})
    latest = Post.objects.order_by("-pk")[0]
    assert str(latest.happened_on) == "2026-11-20" and str(latest.happened_until) == "2026-11-22"
