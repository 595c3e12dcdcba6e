"""Search results: by meaning if the search process answers, by exact words always."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lostfound.models import Building, Category, Post
from lostfound.services import edit_post
from matching.search import search
from matching.search.client import FinderAway, Hit
from matching.search.search import SearchQuery
from tests.support.builders import make_category, make_post, upload
from tests.support.factories import ZoneFactory
from tests.support.items import make_item
from tests.support.web_client import page, queries_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search process is unavailable."""

    def find(*_args: Any) -> list[Hit]:
        raise FinderAway("away")

    monkeypatch.setattr(search, "find_things", find)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Hit]:
    """The search process's results; tests add to them."""
    hits: list[Hit] = []
    monkeypatch.setattr(search, "find_things", lambda *_args: list(hits))
    return hits


def ids(found: search.Found) -> list[int]:
    return [finding.post_id for finding in found.findings]


def test_exact_words_are_found_without_the_search_process(away: None) -> None:
    both = make_post(title="검은 우산")
    one = make_post(title="검은 지갑")
    make_post(title="파란 가방")
    found = search.look_up(SearchQuery("검은 우산"))
    assert not found.by_meaning
    assert ids(found) == [both.pk, one.pk]
    assert found.findings[0].words == ("검은", "우산")


def test_meaning_and_words_together_decide_the_order(answers: list[Hit]) -> None:
    meant = make_post(title="장우산 발견")
    literal = make_post(title="검은 우산")
    answers += [Hit(meant.pk, 3.0, ("text_text",)), Hit(literal.pk, 2.0, ("category",))]
    found = search.look_up(SearchQuery("검은 우산"))
    assert ids(found) == [literal.pk, meant.pk]
    assert found.findings[1].reasons == ("text_text",)
    assert found.by_meaning


def test_titles_with_every_word_come_before_semantic_matches(answers: list[Hit]) -> None:
    says = make_post(title="ZX-778")
    half = make_post(title="ZX-999")
    meant = make_post(title="무언가")
    answers += [Hit(meant.pk, 14.0, ("text_text",)), Hit(says.pk, 1.0)]
    assert ids(search.look_up(SearchQuery("zx 778"))) == [says.pk, meant.pk, half.pk]


def test_words_inside_of_others_are_not_found(away: None) -> None:
    hall = Building.objects.create(
        code="hall9", name_ko="제9공학관", name_en="Engineering hall 9", zone=ZoneFactory.create()
    )
    make_post(title="scarf", building=hall)
    for word in ("ring", "car", "hall9", "the", "a", "9", "공", "관"):
        assert ids(search.look_up(SearchQuery(word))) == [], word
    ring = make_post(title="silver ring")
    assert ids(search.look_up(SearchQuery("Ring"))) == [ring.pk]


def test_many_newer_partial_matches_do_not_hide_a_whole_word(
    away: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_EXACT", 2)
    filters = make_post(title="car key")
    for _ in range(4):
        make_post(title="scarf")
    assert ids(search.look_up(SearchQuery("car"))) == [filters.pk]
    for _ in range(3):
        make_post(title="house key")
    assert ids(search.look_up(SearchQuery("car key")))[0] == filters.pk


def test_digits_and_empty_words_are_not_searched_by_meaning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded: list[str] = []

    def find(text: str, *_args: Any) -> list[Hit]:
        encoded.append(text)
        return []

    monkeypatch.setattr(search, "find_things", find)
    for text in ("778", "the", "%", "ㅇㅅ", "우산"):
        search.look_up(SearchQuery(text))
    assert encoded == ["우산"]


def test_posts_without_a_fact_are_counted_if_its_filter_hides_them(answers: list[Hit]) -> None:
    umbrella = Category.objects.get(code="umbrella")
    named = make_post(title="우산", category=umbrella, colour="blue")
    nameless = make_post(title="긴 우산")
    make_post(title="지갑")
    answers += [Hit(named.pk, 2.0), Hit(nameless.pk, 2.0)]
    assert search.left_out(SearchQuery("우산", facts={"category": umbrella}), "category") == 1
    assert search.left_out(SearchQuery("우산", facts={"colour": "blue"}), "colour") == 1
    assert search.left_out(SearchQuery("", facts={"colour": "blue"}), "colour") == 2
    filters = search.filters_of({"category": None, "colour": ""})
    assert filters.categories == filters.colours == frozenset({""})
    assert filters.buildings is None


def test_only_what_the_public_may_see_is_found(answers: list[Hit]) -> None:
    lost = make_post(title="검은 우산", kind="lost")
    closed = make_post(title="검은 우산")
    Post.objects.filter(pk=closed.pk).update(status="closed")
    hidden = make_post(title="프라다 우산", category=make_category())
    edit_post(hidden, actor=hidden.author, fields={"hidden_facts": "프라다"})
    answers += [Hit(lost.pk, 9.0), Hit(closed.pk, 9.0)]
    assert ids(search.look_up(SearchQuery("검은"))) == []
    assert ids(search.look_up(SearchQuery("프라다"))) == []
    assert ids(search.look_up(SearchQuery("우산"))) == [hidden.pk]


@pytest.mark.parametrize(
    "form", ["LF-{}", "LF{}", "lf {}", "ＬＦ－{}", "LF–{}", "LFㅡ{}", " lf−{} "]
)
def test_a_number_in_any_spelling_finds_its_thing_alone(answers: list[Hit], form: str) -> None:
    post, other = make_post(title="긴 우산"), make_post(title="우산")
    answers += [Hit(other.pk, 9.0)]
    found = search.look_up(SearchQuery(form.format(post.pk)))
    assert ids(found) == [post.pk] and found.findings[0].number == post.number


def test_a_number_finds_only_what_the_public_may_see(answers: list[Hit]) -> None:
    lost, closed = make_post(title="우산", kind="lost"), make_post(title="우산", colour="red")
    for number in (lost.number, "LF-999999999999999"):
        assert ids(search.look_up(SearchQuery(number))) == []
    assert ids(search.look_up(SearchQuery(closed.number, facts={"colour": "blue"}))) == []
    Post.objects.filter(pk=closed.pk).update(status="closed")
    assert ids(search.look_up(SearchQuery(closed.number))) == []


def test_the_code_on_a_label_finds_nothing_in_public(answers: list[Hit]) -> None:
    item = make_item(title="검은 우산")
    for text in (item.code, item.shown_code):
        assert ids(search.look_up(SearchQuery(text))) == []


def test_a_place_or_a_category_counts_as_a_word(away: None) -> None:
    building = Building.objects.order_by("pk")[0]
    post = make_post(title="이어폰", building=building)
    assert ids(search.look_up(SearchQuery(building.name_en.upper())))[0] == post.pk


def test_facts_are_required_of_what_is_found(answers: list[Hit]) -> None:
    wallet = Category.objects.get(code="wallet_fold")
    here = make_post(title="지갑", category=wallet, colour="black", happened_on=date(2026, 3, 2))
    other = make_post(title="지갑", colour="blue", happened_on=date(2026, 3, 9))
    answers += [Hit(here.pk, 1.0), Hit(other.pk, 2.0)]
    for facts in (
        {"category": wallet},
        {"colour": "black"},
        {"until": date(2026, 3, 5)},
        {"since": date(2026, 3, 1), "until": date(2026, 3, 2)},
    ):
        assert ids(search.look_up(SearchQuery("지갑", facts=facts))) == [here.pk], facts
    filters = search.filters_of({"category": wallet, "colour": "black", "since": date(2026, 3, 1)})
    assert filters.categories == frozenset({"wallet_fold"})
    assert filters.colours == frozenset({"black"})
    assert filters.first_day == date(2026, 3, 1).toordinal() and filters.last_day is None


@pytest.mark.parametrize(
    "text", ["%", "_", "'; DROP TABLE", "\x00우산", "🙂🙂", "a" * 5000, "   ", "우산 " * 400]
)
def test_odd_queries_do_not_break_it(away: None, text: str) -> None:
    make_post(title="검은 우산")
    search.look_up(SearchQuery(text))
    assert signed_in(None).get("/search/", {"q": text}).status_code == 200


def test_the_page_says_why_and_its_address_can_be_shared(answers: list[Hit]) -> None:
    post = make_post(title="검은 우산", category=make_category(), photos=1)
    answers.append(Hit(post.pk, 3.0, ("text_image",)))
    client = signed_in(None)
    sent = client.get("/search/", {"q": "우산", "colour": "", "category": ""})
    assert sent.status_code == 302 and sent["Location"] == "/search/?q=%EC%9A%B0%EC%82%B0"
    text = page(client.get(sent["Location"]))
    assert "사진이 찾는 말과 어울려요" in text and "“우산”" in text
    assert f"/things/{post.public_id}/" in text


def test_the_page_needs_a_constant_number_of_queries(answers: list[Hit]) -> None:
    client = signed_in(None)
    counts = []
    for number in (3, 30):
        posts = [make_post(title="검은 우산", photos=1) for _ in range(number)]
        answers += [Hit(post.pk, 3.0) for post in posts]
        counts.append(queries_of(client, "/search/?q=우산"))
    assert counts[0] == counts[1]


def test_without_words_the_newest_are_listed_in_pages(away: None) -> None:
    for _ in range(26):
        make_post()
    client = signed_in(None)
    first, second = (page(client.get("/search/", {"page": number})) for number in (1, 2))
    assert first.count('class="card"') == 24 and second.count('class="card"') == 2
    assert "page=2" in first and "뜻으로 찾기를 쓸 수 없어요" not in first
    assert (
        client.get("/search/", {"page": "nonsense", "since": "x", "category": "?"}).status_code
        == 200
    )


def test_it_says_that_semantic_search_or_a_photograph_is_unavailable(away: None) -> None:
    client = signed_in(None)
    assert "뜻으로 찾기를 쓸 수 없어요" in page(client.get("/search/?q=우산"))
    unknown = "00000000-0000-4000-8000-000000000000"
    assert "이제 남아 있지 않아요" in page(client.get(f"/search/?photo={unknown}"))
    answer = client.post("/search/photo/", {"photo": upload(1)}, follow=True)
    assert "지금은 사진으로 찾을 수 없어요" in page(answer)
    assert "사진을 골라 주세요" in page(client.post("/search/photo/", {}, follow=True))


def test_searching_has_a_limit(away: None, set_limit: Callable[..., None]) -> None:
    set_limit("search", 1, anonymous_factor=2)
    client = signed_in(None)
    answers = [client.get("/search/?q=우산").status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert client.get("/search/").status_code == 200  # browsing has no limit


def test_a_colour_by_any_name_counts_beside_a_word_and_never_alone(away: None) -> None:
    yellow = make_post(title="장우산", colour="yellow")
    black = make_post(title="장우산", colour="black")
    make_post(title="지갑", colour="black")
    found = search.look_up(SearchQuery("블랙 우산"))
    assert ids(found) == [black.pk, yellow.pk]
    assert [bool(finding.colour) for finding in found.findings] == [True, False]
    assert found.findings[0].says_all
    assert ids(search.look_up(SearchQuery("black"))) == []


def test_a_colour_in_the_title_is_listed_once(away: None) -> None:
    make_post(title="검은 장우산", colour="black")
    found = search.look_up(SearchQuery("검은 우산"))
    assert found.findings[0].words and not found.findings[0].colour


def test_neither_words_nor_meaning_find_a_name_on_a_card(answers: list[Hit]) -> None:
    card = make_category(is_sensitive=True, name="학생증")
    post = make_post(title="홍길동 2023123456", category=card)
    without = make_post(title="홍길동 학생증 2023123456")
    answers += [Hit(one.pk, 14.0, ("text_text",)) for one in (post, without)]
    for words in ("홍길동", "2023123456", "Hong Gildong"):
        assert ids(search.look_up(SearchQuery(words))) == []
    named, unnamed = search.look_up(SearchQuery("홍길동 학생증")).findings
    assert {named.post_id, unnamed.post_id} == {post.pk, without.pk}
    assert not named.says_all and not unnamed.says_all
    assert named.bits == unnamed.bits  # as for anybody's card


def test_a_sensitive_category_goes_by_its_synonyms(away: None) -> None:
    passport = Category.objects.get(code="passport")
    post = make_post(title="홍길동", category=passport)
    assert ids(search.look_up(SearchQuery("travel passport"))) == [post.pk]
    assert ids(search.look_up(SearchQuery("여행"))) == []
    umbrella = make_post(title="물건", category=Category.objects.get(code="umbrella"))
    assert umbrella.pk not in ids(search.look_up(SearchQuery("travel")))


def test_a_long_number_of_a_title_is_not_found(away: None) -> None:
    post = make_post(title="노트 2023123456")
    assert ids(search.look_up(SearchQuery("2023123456"))) == []
    assert ids(search.look_up(SearchQuery("노트"))) == [post.pk]
