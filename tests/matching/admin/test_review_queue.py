"""The desk hands out pairs one at a time, each reserved for one person."""

import pytest
from django.test import Client
from django.urls import reverse

from matching.models import Match, MatchDecision, ReviewClaim, ReviewSkip, SuggestionAnswer
from matching.review.lookalikes import look_alikes
from tests.support.factories import (
    CategoryFactory,
    FoundPostFactory,
    MatchFactory,
    PhotoFactory,
    StaffFactory,
    UserFactory,
)
from tests.support.web_client import page, queries_of, signed_in

pytestmark = pytest.mark.django_db
DESK = "/admin/matching/match/desk/"


@pytest.fixture
def client() -> Client:
    return signed_in(StaffFactory.create())


def decide(client: Client, match: Match, action: str, **values: str) -> str:
    shown = client.get(DESK).context
    assert shown["match"] == match
    decision = f"{action}:{match.pk}:{shown['version']}"
    answer = client.post(
        "/admin/matching/match/decide/", {"decision": decision, "page": "desk", **values}
    )
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_one_pair_after_the_other_until_none_is_left(client: Client) -> None:
    pairs = [MatchFactory.create(score=score) for score in (0.9, 0.8, 0.7)]
    assert decide(client, pairs[0], "confirm") == DESK
    assert decide(client, pairs[1], "reject", reason="different_thing") == DESK
    assert MatchDecision.objects.filter(action="reject").get().reason == "different_thing"
    assert client.get(DESK).context["waiting_count"] == 1
    decide(client, pairs[2], "reject")
    answer = client.get(DESK)
    assert "기다리는 쌍이 없어요" in page(answer)
    assert not ReviewClaim.objects.exists()


def test_a_skipped_pair_goes_to_the_end(client: Client) -> None:
    first, second = MatchFactory.create(score=0.9), MatchFactory.create(score=0.8)
    assert client.get(DESK).context["match"] == first
    answer = client.post(f"/admin/matching/match/{first.pk}/skip/")
    assert answer.headers["Location"] == DESK
    assert ReviewSkip.objects.filter(match=first).exists()
    assert client.get(DESK).context["match"] == second


def test_a_colleague_sees_that_a_pair_is_taken(client: Client) -> None:
    pair = MatchFactory.create()
    client.get(DESK)
    colleague = signed_in(StaffFactory.create())
    assert "남은 쌍은 동료가" in page(colleague.get(DESK))
    text = page(colleague.get(reverse("admin:matching_match_change", args=[pair.pk])))
    assert "이 쌍을 보고 있어요" in text
    own = page(client.get(reverse("admin:matching_match_change", args=[pair.pk])))
    assert "이 쌍을 보고 있어요" not in own


def test_the_owners_answer_and_the_shelf_are_shown(client: Client) -> None:
    pair = MatchFactory.create(
        found=FoundPostFactory.create(shelf="A-12", hidden_facts="별 스티커")
    )
    SuggestionAnswer.objects.create(
        match=pair, user=pair.lost.author, answer="mine", note="안쪽에 이름"
    )
    text = page(client.get(DESK))
    assert "이건 내 것 같아요" in text and "안쪽에 이름" in text
    assert "A-12" in text and "별 스티커" in text


def test_look_alikes_show_how_common_the_thing_is(client: Client) -> None:
    category = CategoryFactory.create(name_ko="이어폰 케이스")
    facts = {"category": category, "colour": "white"}
    pair = MatchFactory.create(found=FoundPostFactory.create(**facts))
    for _ in range(12):
        PhotoFactory.create(post=FoundPostFactory.create(**facts))
    FoundPostFactory.create(**facts, status="closed")
    FoundPostFactory.create(category=category, colour="black")
    (alike,) = look_alikes(pair.found)
    assert alike.count == 12 and len(alike.posts) == 8
    text = page(client.get(DESK))
    assert "흰색 이어폰 케이스 12건 더" in text
    assert client.get(alike.url).context["cl"].result_count == 13  # itself among them
    assert look_alikes(FoundPostFactory.create(category=None)) == []


def test_the_page_needs_as_many_queries_for_any_queue(client: Client) -> None:
    MatchFactory.create()
    few = queries_of(client, DESK)
    for _ in range(15):
        MatchFactory.create()
    assert queries_of(client, DESK) <= few + 1


def test_filters_of_the_list_apply_to_the_desk(client: Client) -> None:
    MatchFactory.create(score=0.99)
    filters = MatchFactory.create(score=0.5, lost__title="보라색 텀블러")
    answer = client.get(DESK, {"filters": "q=텀블러"})
    assert answer.context["match"] == filters and answer.context["filters"] == "q=텀블러"


def test_only_people_who_may_decide_get_pairs() -> None:
    MatchFactory.create()
    client = signed_in(UserFactory.create(is_staff=True))
    assert client.get(DESK).status_code == 403
    assert client.post("/admin/matching/match/1/skip/").status_code == 403
    assert not ReviewClaim.objects.exists()


def test_staff_begin_at_the_desk_after_signing_in() -> None:
    staff, student = StaffFactory.create(), UserFactory.create()
    for person, path in ((staff, DESK), (student, "/")):
        answer = Client().post(
            "/accounts/login/", {"login": person.username, "password": "correct horse"}
        )
        assert answer.status_code == 302 and answer.headers["Location"] == path
