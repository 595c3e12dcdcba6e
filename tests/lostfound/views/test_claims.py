"""Claiming on the pages: nothing about the facts, other claims, or why one was closed."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lostfound.models import Item, OwnershipClaim, Post
from lostfound.services.claims import give_verdict, prompts_for, redeem_code, sweep_claims
from tests.support.builders import make_post, make_user
from tests.support.claims import FACTS, RIGHT, VAGUE, approved, claim, make_wallet
from tests.support.items import make_clerk
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db


def form_url(item: Item) -> str:
    assert item.post is not None
    return reverse("lostfound:claim_thing", args=[item.post.public_id])


def body(item: Item, text: str = RIGHT) -> dict[str, str]:
    assert item.post is not None
    return {f"answer_{prompts_for(item.post)[0].pk}": text, "story": ""}


def test_the_page_of_a_kept_thing_offers_to_claim_it() -> None:
    item = make_wallet()
    client = signed_in(make_user(), "en")
    thing = reverse("lostfound:thing", args=[item.post.public_id])  # type: ignore[union-attr]
    assert form_url(item) in page(client.get(thing))
    announced = make_post(office=item.office)
    assert "/claim/" not in page(client.get(reverse("lostfound:thing", args=[announced.public_id])))


def test_a_claim_is_sent_and_its_page_tells_nothing() -> None:
    item, person = make_wallet(), make_user()
    client = signed_in(person, "en")
    answer = client.post(form_url(item), body(item, VAGUE), follow=True)
    own = OwnershipClaim.objects.get()
    assert answer.redirect_chain[-1][0] == own.get_absolute_url()
    for html in (page(answer), page(client.get(form_url(item), follow=True))):
        main = html[html.index("<main") :]
        assert "A-12" not in main and not any(fact in main for fact in FACTS.splitlines())
    assert page(client.get(reverse("lostfound:claims"))).count(own.number) == 1


def test_what_was_typed_stays_when_it_is_refused() -> None:
    item = make_wallet()
    client = signed_in(make_user(), "en")
    answer = client.post(form_url(item), {**body(item, "?"), "story": "사연"})
    assert answer.status_code == 200 and "사연" in page(answer)
    assert not OwnershipClaim.objects.exists()


def test_over_the_limit_is_429() -> None:
    person = make_user()
    for _ in range(3):
        claim(make_wallet(), by=person)
    item = make_wallet()
    answer = signed_in(person, "en").post(form_url(item), body(item))
    assert answer.status_code == 429 and OwnershipClaim.objects.count() == 3


def test_the_finder_is_sent_back() -> None:
    finder = make_user()
    item = make_wallet(author=finder)
    answer = signed_in(finder, "en").post(form_url(item), body(item), follow=True)
    assert "somebody else has to handle this" in page(answer)
    assert not OwnershipClaim.objects.exists()


def without_variables(html: str, own: OwnershipClaim) -> str:
    html = html.replace(str(own.public_id), "ID").replace(own.number, "NO")
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html)
    html = re.sub(r"<time.*?</time>", "", html)
    return re.sub(
        r'<section class="panel stack" aria-label="What you wrote">.*?</section>',
        "",
        html,
        flags=re.S,
    )


def test_pages_of_refused_claims_are_the_same_byte_for_byte() -> None:
    pages = set()
    for text, marks in ((VAGUE, ["no", "no"]), (RIGHT, ["agrees", "partly"])):
        person = make_user()
        mine = claim(make_wallet(), by=person, text=text)
        give_verdict(mine, by=make_clerk(), decision="reject", marks=marks)
        html = page(signed_in(person, "en").get(mine.get_absolute_url()))
        pages.add(without_variables(html, mine))
    item, person = make_wallet(), make_user()
    second = claim(item, by=person)
    approved(item)
    html = page(signed_in(person, "en").get(second.get_absolute_url()))
    pages.add(without_variables(html, second))
    assert len(pages) == 1


def test_an_approved_claim_says_where_until_when_and_shows_a_code_once() -> None:
    item, person = make_wallet(), make_user()
    mine = approved(item, by=person)
    client = signed_in(person, "en")
    html = page(client.get(mine.get_absolute_url()))
    assert item.office is not None and item.office.name_en in html
    assert "A-12" not in html and '<svg class="qr"' not in html
    shown = page(client.post(reverse("lostfound:pickup_code", args=[mine.public_id])))
    assert "<svg" in shown and "style=" not in shown
    code = re.search(r'pickup-code">(\d{4}) (\d{4})<', shown)
    assert code is not None and redeem_code(code[1] + code[2]) == mine


def test_nobody_else_sees_or_changes_a_claim() -> None:
    mine = claim(make_wallet())
    stranger = signed_in(make_user(), "en")
    for name in ("claim", "withdraw_claim", "answer_claim", "pickup_code"):
        url = reverse(f"lostfound:{name}", args=[mine.public_id])
        answer = stranger.get(url) if name == "claim" else stranger.post(url)
        assert answer.status_code == 404, name
    assert Client().get(mine.get_absolute_url()).status_code == 302


def test_a_question_is_answered_and_a_claim_withdrawn_on_the_page() -> None:
    item, person = make_wallet(), make_user()
    mine = claim(item, by=person, text=VAGUE)
    marks = ["unclear", "unclear"]
    give_verdict(mine, by=make_clerk(), decision="ask", marks=marks, question="더 기억나는 것은?")
    client = signed_in(person, "en")
    assert "더 기억나는 것은?" in page(client.get(mine.get_absolute_url()))
    client.post(reverse("lostfound:answer_claim", args=[mine.public_id]), {"answer": "명함"})
    mine.refresh_from_db()
    assert mine.state == "submitted"
    client.post(reverse("lostfound:withdraw_claim", args=[mine.public_id]))
    mine.refresh_from_db()
    assert mine.state == "withdrawn"


def test_the_author_of_a_kept_things_post_is_offered_words_only() -> None:
    finder = make_user()
    post = make_wallet(author=finder).post
    assert post is not None
    client = signed_in(finder, "en")
    html = page(client.get(post.get_absolute_url()))
    assert "/delete/" not in html and "/close/" not in html and post.number in html
    form = page(client.get(reverse("lostfound:edit_post", args=[post.public_id])))
    assert 'name="title"' in form and 'name="office"' not in form and 'type="file"' not in form
    sent = {"title": "검정 지갑", "happened_on": f"{post.happened_on}", "office": ""}
    client.post(reverse("lostfound:edit_post", args=[post.public_id]), sent)
    kept = Post.objects.get(pk=post.pk)
    assert (kept.title, kept.shelf, kept.office_id) == ("검정 지갑", "A-12", post.office_id)


def test_a_refused_answer_is_not_lost() -> None:
    item, person = make_wallet(), make_user()
    mine = claim(item, by=person, text=VAGUE)
    marks = ["unclear", "unclear"]
    give_verdict(mine, by=make_clerk(), decision="ask", marks=marks, question="더 기억나는 것은?")
    url = reverse("lostfound:answer_claim", args=[mine.public_id])
    html = page(signed_in(person, "en").post(url, {"answer": "동전 두 개" * 120}))
    assert "동전 두 개동전 두 개" in html and "Use at most 500 characters" in html


def test_who_cannot_claim_learns_it_before_writing() -> None:
    item, person, finder = make_wallet(author=make_user()), make_user(), make_user()
    mine = claim(item, by=person)
    give_verdict(mine, by=make_clerk(), decision="reject", marks=["no", "no"])
    thing = reverse("lostfound:thing", args=[item.post.public_id])  # type: ignore[union-attr]
    answer = signed_in(person, "en").get(form_url(item), follow=True)
    assert answer.redirect_chain[-1][0] == thing and "cannot claim it again" in page(answer)
    own = make_wallet(author=finder)
    assert signed_in(finder, "en").get(form_url(own)).status_code == 302
    assert signed_in(make_user(), "en").get(form_url(own)).status_code == 200


def test_a_claim_that_was_not_collected_does_not_read_like_a_refusal() -> None:
    item, person = make_wallet(), make_user()
    mine = approved(item, by=person)
    assert mine.pickup_by is not None
    sweep_claims(mine.pickup_by + timedelta(days=1))
    html = page(signed_in(person, "en").get(mine.get_absolute_url()))
    assert "You can claim it once more" in html and "could not confirm" not in html
