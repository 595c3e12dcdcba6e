"""The public never sees what staff have hidden, on any page."""

import pytest
from django.test import Client

from lostfound.models import Post
from lostfound.services import edit_post
from tests.support.builders import make_category, make_post, make_user
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db


def hidden(title: str, facts: str, **values: object) -> Post:
    return Post(title=title, facts_without_item=facts, kind="found", **values)


@pytest.mark.parametrize(
    ("title", "facts", "shown"),
    [
        ("김민수 학생증", "김민수", "… 학생증"),
        ("Gucci Wallet", "gucci", "… Wallet"),
        ("검은 지갑", "", "검은 지갑"),
        ("파란 우산 (별 스티커)", "별 스티커\n우산", "파란 … (…)"),
        ("a.b 로고", "a.b", "… 로고"),
        ("aXb 로고", "a.b", "aXb 로고"),
        ("별 스티커", "스티커\n별 스티커", "Found"),
        ("노란리본 우산", "노란 리본", "… 우산"),
        ("노란  리본 우산", "노란리본", "… 우산"),
        ("Kakao 키링 K", "K", "Kakao 키링 …"),
    ],
)
def test_hidden_words_are_taken_out(title: str, facts: str, shown: str) -> None:
    from django.utils import translation

    with translation.override("en"):
        assert hidden(title, facts).public_title == shown


def test_what_is_embedded_holds_none_of_it() -> None:
    post = hidden("검은 장우산 노란 리본", "노란 리본\nKIM", description="손잡이에 노란리본, kim")
    assert post.text == "검은 장우산  \n손잡이에  ,"
    assert hidden("검은 장우산", "", description="노란 리본").text == "검은 장우산\n노란 리본"


def test_where_nothing_is_left_the_category_names_it() -> None:
    category = make_category()
    assert hidden("프라다", "프라다", category=category).public_title == category.name


def test_no_public_page_shows_them() -> None:
    post = make_post(title="프라다 반지갑", category=make_category(), photos=1)
    edit_post(post, actor=post.author, fields={"hidden_facts": "프라다", "shelf": "A-12"})
    stranger = signed_in(make_user())
    for path in (
        "/",
        "/search/",
        f"/things/{post.public_id}/",
        f"/posts/new/lost/?like={post.public_id}",
        f"/api/v1/things/{post.public_id}/",
        "/api/v1/search/",
    ):
        text = page(stranger.get(path))
        assert "반지갑" in text, path
        assert "프라다" not in text and "A-12" not in text, path


def test_the_office_facts_belong_to_found_things_only() -> None:
    post = make_post(kind="lost")
    edit_post(post, actor=post.author, fields={"hidden_facts": "별", "shelf": "A-12"})
    post.refresh_from_db()
    assert (post.shelf, post.hidden_facts) == ("", "")


def test_an_author_cannot_set_them_through_the_form() -> None:
    author = make_user()
    post = make_post(author=author, kept_note="과사무실")
    body = {"title": "파란 우산", "kept_note": "과사무실", "happened_on": "2026-03-02"}
    answer = signed_in(author).post(
        f"/posts/{post.public_id}/edit/", {**body, "shelf": "Z-1", "hidden_facts": "별"}
    )
    post.refresh_from_db()
    assert answer.status_code == 302 and (post.shelf, post.hidden_facts) == ("", "")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("파란 노트 010-1234-5678", "파란 노트 ***-****-****"),
        ("(02)880-5114로 연락", "(**)***-****로 연락"),
        ("+82 10 1234 5678 지갑", "+** ** **** **** 지갑"),
        ("노트 2023123456 김민수", "노트 ********** 김민수"),
        ("전공책 2021-12345", "전공책 ****-*****"),
        ("습득 2026-11-29 880-5114", "습득 2026-11-29 880-5114"),
        ("갤럭시 SM-S921N", "갤럭시 SM-S921N"),
        ("11.01 880-5114 우산", "11.01 880-5114 우산"),
        ("홍길동 학생증 2023123456", "… 학생증 …"),
        ("Kim's student ID", "… student ID"),
        ("identity of a book", "identity of a book"),
    ],
)
def test_long_numbers_and_names_on_cards_are_not_public(title: str, shown: str) -> None:
    assert hidden(title, "").public_title == shown


def test_the_public_learns_only_the_category_of_a_sensitive_thing() -> None:
    title = "홍길동 학생증 2023123456"
    card = make_category(is_sensitive=True)
    post = make_post(title=title, category=card, description="뒷면에 홍길동")
    office = make_user(is_staff=True, is_superuser=True)
    for reader in (None, make_user()):
        client = signed_in(reader) if reader else Client()
        for path in (
            "/",
            "/search/",
            "/search/?q=우산",
            f"/things/{post.public_id}/",
            f"/api/v1/things/{post.public_id}/",
            "/api/v1/search/",
            *([f"/posts/new/lost/?like={post.public_id}"] if reader else []),
        ):
            text = page(client.get(path))
            assert card.name_ko in text or card.name_en in text, path
            assert "홍길동" not in text and "2023123456" not in text, path
    for query in ("홍길동", "2023123456", "홍길동 학생증", "길동"):
        results = Client().get("/api/v1/search/", {"q": query}).json()["results"]
        assert str(post.public_id) not in str(results), query
    assert title in page(signed_in(post.author).get(f"/posts/{post.public_id}/"))
    assert title in page(signed_in(office).get(f"/posts/{post.public_id}/"))
