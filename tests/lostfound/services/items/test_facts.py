"""Hidden facts: rows of a thing, lines of a post without one, and what reads them."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from lostfound.models import CategoryPrompt, ControlFact, Item, Office, Post
from lostfound.services import edit_post, receive_item, submit_post
from lostfound.services.claims import give_verdict
from lostfound.services.claims.facts import gives_away, proposal
from lostfound.services.items.facts import Fact, digest_of, set_facts
from lostfound.services.items.following import Intake
from lostfound.services.items.transitions import Changed
from tests.support.builders import make_post
from tests.support.claims import claim, make_wallet
from tests.support.items import first_office, make_clerk, make_item

pytestmark = pytest.mark.django_db


def stored(item: Item) -> list[tuple[str, int, str]]:
    return list(item.facts.values_list("answer", "weight", "kind"))


def fresh(post: Post) -> Post:
    return Post.objects.get(pk=post.pk)


def test_facts_belong_to_the_post_until_there_is_a_thing() -> None:
    post = make_post(title="노란 리본 우산", hidden_facts="노란 리본\n별", kept_note="집")
    assert fresh(post).facts_without_item == "노란 리본\n별"
    assert fresh(post).public_title == "… 우산"
    receive_item(post, actor=make_clerk(first_office()), shelf="A-1")
    kept = fresh(post)
    assert kept.facts_without_item == "" and kept.hidden_facts == "노란 리본\n별"
    assert stored(kept.item) == [("노란 리본", 1, "words"), ("별", 1, "words")]
    assert kept.public_title == "… 우산"
    assert [fact.question for fact in kept.item.facts.all()] == ["기타", "기타"]


def test_a_thing_that_is_no_longer_announced_leaves_its_facts_with_the_post() -> None:
    post = make_post(office=first_office(), title="별 우산")
    set_facts(post.item, actor=make_clerk(), facts=[Fact("별", weight=3)])
    edit_post(fresh(post), actor=post.author, fields={"office": None, "kept_note": "집"})
    alone = fresh(post)
    assert alone.kept_item is None and alone.hidden_words == ["별"]
    assert alone.public_title == "… 우산" and not ControlFact.objects.exists()


def test_lines_change_no_question_and_no_weight_of_facts_that_stay() -> None:
    item = make_wallet()
    clerk, prompt = make_clerk(item.office), CategoryPrompt.objects.all()[0]
    weighty = Fact("푸른 실", prompt, weight=3)
    set_facts(item, actor=clerk, facts=[weighty, Fact("3", kind="number", weight=2)])
    assert item.post is not None
    edit_post(fresh(item.post), actor=clerk, fields={"hidden_facts": "별\n푸른 실"})
    assert stored(item) == [("별", 1, "words"), ("푸른 실", 3, "words")]
    assert item.facts.all()[1].prompt == prompt
    events = item.post.events.filter(action="edited").order_by("pk")
    assert [one.detail["values"]["hidden_facts"] for one in events] == [
        ["푸른 실\n만원권 3장", "푸른 실\n3"],
        ["푸른 실\n3", "별\n푸른 실"],
    ]


def test_the_same_lines_again_are_no_change() -> None:
    item = make_wallet()
    assert item.post is not None
    facts = {"hidden_facts": "푸른 실\n\n 만원권 3장 "}
    assert not edit_post(fresh(item.post), actor=make_clerk(item.office), fields=facts)


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (Fact("푸른 실", weight=0), "invalid"),
        (Fact("푸른 실", weight=4), "invalid"),
        (Fact("푸른 실", kind="number"), "no_number"),
        (Fact("푸른 실", kind="colour"), "invalid_choice"),
        (Fact("가" * 2001), "max_length"),
        (Fact("가\x00"), "unsaveable_characters"),
    ],
)
def test_facts_that_make_no_sense_are_refused(fact: Fact, code: str) -> None:
    item = make_wallet()
    with pytest.raises(ValidationError) as refused:
        set_facts(item, actor=make_clerk(item.office), facts=[fact])
    assert [error.code for error in refused.value.error_dict["facts"]] == [code]
    assert len(stored(item)) == 2


def test_all_facts_together_are_no_longer_than_one_form_shows() -> None:
    item = make_wallet()
    with pytest.raises(ValidationError):
        set_facts(item, actor=make_clerk(item.office), facts=[Fact("가" * 1100), Fact("나" * 1100)])


def test_a_resident_number_in_a_fact_is_masked() -> None:
    item = make_wallet()
    set_facts(item, actor=make_clerk(item.office), facts=[Fact("신분증 900101-1234567")])
    assert "1234567" not in stored(item)[0][0]


def test_two_editors_do_not_overwrite_each_other() -> None:
    item, clerk = make_wallet(), make_clerk()
    seen = digest_of(item.facts.all())
    set_facts(item, actor=clerk, facts=[Fact("별")], seen=seen)
    with pytest.raises(Changed):
        set_facts(item, actor=clerk, facts=[Fact("달")], seen=seen)
    assert stored(item) == [("별", 1, "words")]


def test_only_the_office_that_keeps_a_thing_writes_its_facts() -> None:
    item = make_wallet()
    elsewhere = make_clerk(Office.objects.exclude(items=item)[0])
    with pytest.raises(PermissionDenied):
        set_facts(item, actor=elsewhere, facts=[])
    assert len(stored(item)) == 2


def test_a_verdict_on_facts_that_have_changed_is_refused() -> None:
    item, clerk = make_wallet(), make_clerk()
    waiting = claim(item)
    set_facts(item, actor=clerk, facts=[Fact("별"), Fact("달")])
    answer: dict[str, Any] = {"decision": "reject", "marks": ["no", "no"]}
    with pytest.raises(Exception, match=r"changed|바뀌"):
        give_verdict(waiting, by=clerk, version=1, **answer)
    assert give_verdict(waiting, by=clerk, version=2, **answer).score == 0.0


def test_intake_takes_lines_and_weighed_facts() -> None:
    office = first_office()
    post = submit_post(
        author=make_clerk(office),
        kind=Post.Kind.FOUND,
        fields={"title": "K 지갑", "office": office, "hidden_facts": "K"},
        intake=Intake(facts=(Fact("3", kind="number", weight=2), Fact("  "))),
    )
    assert stored(post.item) == [("K", 1, "words"), ("3", 2, "number")]
    assert fresh(post).public_title == "… 지갑"


def test_every_spelling_of_a_choice_is_hidden() -> None:
    item = make_item(title="밤색 지갑")
    facts = [Fact("갈색 / 밤색", kind="choice")]
    set_facts(item, actor=make_clerk(item.office), facts=facts)
    assert item.post is not None and fresh(item.post).public_title == "… 지갑"
    assert "밤색" not in fresh(item.post).text


@pytest.mark.parametrize(
    ("fact", "answer", "is_there"),
    [
        (Fact("갈색/밤색", kind="choice"), "밤색이에요", True),
        (Fact("갈색/밤색", kind="choice"), "검은색", False),
        (Fact("3장", kind="number"), "만원권 3 장", True),
        (Fact("3장", kind="number"), "만원권 13장", False),
        (Fact("120,000원", kind="number"), "십이만원, 120000", True),
        (Fact("03", kind="number"), "3", True),
        (Fact("푸른 실"), "푸른실로 묶음", True),
        (Fact("푸른 실"), "푸른 끈", False),
    ],
)
def test_the_comparison_of_words_knows_kinds(fact: Fact, answer: str, is_there: bool) -> None:
    row = ControlFact(answer=fact.answer, kind=fact.kind)
    assert proposal(row, [answer]) is is_there


def test_no_question_may_name_a_spelling_of_a_choice() -> None:
    assert gives_away("밤색인가요?", [ControlFact(answer="갈색/밤색", kind="choice")])


@pytest.mark.parametrize(
    ("weights", "marks", "score", "needs_note"),
    [
        ((1, 1), ["agrees", "agrees"], 1.0, False),
        ((1, 1), ["agrees", "partly"], 0.5, True),
        ((1, 1, 3), ["agrees", "agrees", "no"], 0.4, True),
        ((2, 2, 3), ["agrees", "agrees", "no"], 4 / 7, False),
        ((1, 3, 3), ["unclear", "agrees", "agrees"], 6 / 7, False),
    ],
)
def test_verdicts_are_weighed(
    weights: tuple[int, ...], marks: list[str], score: float, needs_note: bool
) -> None:
    item = make_wallet()
    clerk = make_clerk(item.office)
    facts = [Fact(f"사실{number}", weight=weight) for number, weight in enumerate(weights)]
    set_facts(item, actor=clerk, facts=facts)
    waiting = claim(item)
    if needs_note:
        with pytest.raises(ValidationError) as refused:
            give_verdict(waiting, by=clerk, decision="approve", marks=marks)
        assert refused.value.error_dict["note"][0].code == "say_why"
    note = "열쇠가 맞음" if needs_note else ""
    verdict = give_verdict(waiting, by=clerk, decision="approve", marks=marks, note=note)
    assert verdict.score == pytest.approx(score)
    waiting.refresh_from_db()
    assert waiting.state == "approved"
