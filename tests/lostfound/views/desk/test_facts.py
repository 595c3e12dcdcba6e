"""Hidden facts on the page of a thing, at the intake, beside claims, and over the API."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lostfound.models import AccessLog, CategoryPrompt, Item, Post
from lostfound.services.items.facts import Fact, digest_of, set_facts
from tests.support.api_client import Device
from tests.support.claims import claim, make_wallet
from tests.support.items import first_office, make_clerk, make_item
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return signed_in(make_clerk(first_office()), "en")


def rows(*facts: dict[str, Any], known: int = 0) -> dict[str, Any]:
    body: dict[str, Any] = {"facts-TOTAL_FORMS": len(facts), "facts-INITIAL_FORMS": known}
    for number, fact in enumerate(facts):
        body |= {f"facts-{number}-{name}": value for name, value in fact.items()}
    return body


def stored(item: Item) -> list[tuple[str, int, str]]:
    return list(item.facts.values_list("answer", "weight", "kind"))


def test_facts_are_written_on_the_page_of_the_thing(desk: Client) -> None:
    item = make_wallet()
    url = reverse("lostfound:desk_item", args=[item.code])
    assert "facts-0-answer" not in page(desk.get(url))
    html = page(desk.get(url, {"facts": 1}))
    assert 'value="푸른 실"' in html and "facts-3-answer" in html
    prompt = CategoryPrompt.objects.all()[0]
    body = rows(
        {"answer": "푸른 실", "weight": "3", "kind": "words", "prompt": prompt.pk},
        {"answer": "", "weight": "1", "kind": "words"},
        {"answer": "3", "weight": "2", "kind": "number"},
        known=2,
    )
    seen = {"seen": digest_of(item.facts.all())}
    answer = desk.post(reverse("lostfound:desk_item_facts", args=[item.code]), {**body, **seen})
    assert answer.status_code == 302 and answer["Location"].endswith("?facts=1")
    assert stored(item) == [("푸른 실", 3, "words"), ("3", 2, "number")]
    shown = page(desk.get(url, {"facts": 1}))
    assert prompt.text_en in shown and "weight 3" in shown


def test_what_was_typed_stays_when_facts_are_refused(desk: Client) -> None:
    item = make_wallet()
    url = reverse("lostfound:desk_item_facts", args=[item.code])
    wrong = rows({"answer": "없음", "kind": "number", "weight": "1"})
    seen = {"seen": digest_of(item.facts.all())}
    answer = desk.post(url, {**wrong, **seen})
    assert answer.status_code == 400 and 'value="없음"' in page(answer)
    strange = desk.post(url, {**rows({"answer": "별", "weight": "9", "kind": "words"}), **seen})
    assert strange.status_code == 400 and 'value="별"' in page(strange)
    old = desk.post(url, {**rows({"answer": "별", "weight": "1", "kind": "words"}), "seen": "x"})
    assert old.status_code == 409 and 'value="별"' in page(old)
    assert len(stored(item)) == 2
    assert desk.post(url, {}).status_code == 302 and len(stored(item)) == 2


def test_intake_saves_lines_and_rows(desk: Client) -> None:
    assert "facts-0-answer" in page(desk.get("/admin/lostfound/post/intake/"))
    body = {
        **{"title": "별 지갑", "office": first_office().pk, "happened_on": "2026-11-30"},
        **{"idempotency_key": f"form-{'b' * 32}", "hidden_facts": "별"},
        **rows({"answer": "3장", "weight": "2", "kind": "number"}, {"answer": "", "weight": "1"}),
    }
    assert desk.post("/admin/lostfound/post/intake/", body).status_code == 302
    post = Post.objects.get()
    assert stored(post.item) == [("별", 1, "words"), ("3장", 2, "number")]
    assert post.public_title == "… 지갑"


def test_a_wrong_row_at_the_intake_is_shown_again(desk: Client) -> None:
    body = {
        **{"title": "별 지갑", "office": first_office().pk, "happened_on": "2026-11-30"},
        **rows({"answer": "별", "weight": "9", "kind": "words"}),
    }
    html = page(desk.post("/admin/lostfound/post/intake/", body))
    assert "Please check the hidden facts." in html and 'value="별"' in html
    assert not Post.objects.exists()


def test_judges_see_questions_and_weights(desk: Client) -> None:
    item = make_wallet()
    prompt = CategoryPrompt.objects.all()[0]
    facts = [Fact("푸른 실", prompt, weight=3), Fact("만원권 3장")]
    set_facts(item, actor=make_clerk(item.office), facts=facts)
    waiting = claim(item)
    url = reverse("lostfound:desk_rivals", args=[item.code])
    html = page(desk.get(url))
    assert "weight 3" in html and prompt.text_en in html
    marks = {"mark_0": "agrees", "mark_1": "no", "decision": "reject", "version": "1"}
    desk.post(reverse("lostfound:judge_claim", args=[item.code, waiting.pk]), marks)
    assert "75% of the facts by weight" in page(desk.get(url))


def test_the_search_of_the_counter_finds_facts(desk: Client) -> None:
    item, other = make_wallet(hidden_facts="보라 단추"), make_item(title="우산")
    html = page(desk.get(reverse("matching:counter"), {"q": "보라 단추"}))
    assert item.shown_code in html and other.shown_code not in html


def test_more_facts_cost_no_more_queries(desk: Client) -> None:
    counts = []
    for facts in ("푸른 실", "\n".join("가나다라마바사아")):
        url = reverse("lostfound:desk_item", args=[make_wallet(hidden_facts=facts).code])
        desk.get(url)
        with CaptureQueriesContext(connection) as queries:
            desk.get(url, {"facts": 1})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_facts_over_the_api() -> None:
    item = make_wallet()
    device = Device(make_clerk(item.office))
    path = f"office/items/{item.code}/facts/"
    read = device.get(path).json()
    assert [fact["answer"] for fact in read["facts"]] == ["푸른 실", "만원권 3장"]
    assert read["facts"][0]["prompt"] is None and AccessLog.objects.get().what == "post"
    facts = [{**read["facts"][0], "weight": 3}, {"answer": "3", "kind": "number"}]
    changed = device.send("put", path, {"version": read["version"], "facts": facts})
    assert changed.status_code == 200 and stored(item) == [
        ("푸른 실", 3, "words"),
        ("3", 1, "number"),
    ]
    again = device.send("put", path, {"version": read["version"], "facts": []})
    assert (again.status_code, again.json()["code"]) == (409, "changed")
    version = changed.json()["version"]
    for wrong in (
        {"answer": "별", "weight": 4},
        {"answer": "별", "kind": "number"},
        {"text": "별"},
    ):
        refused = device.send("put", path, {"version": version, "facts": [wrong]})
        assert refused.status_code == 400 and "facts" in str(refused.json()["errors"])
    assert len(stored(item)) == 2
