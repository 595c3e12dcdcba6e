"""A post's matching as its author sees it, and when the page stops polling."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from lostfound.models import Building, Office, Post, User, Zone
from matching.models import Match, MatchingJob
from matching.services.decisions import confirm_match
from tests.support.builders import make_category, make_post, make_user
from tests.support.web_client import page, queries_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def author() -> User:
    return make_user()


def set_state(post: Post, status: str) -> None:
    MatchingJob.objects.update_or_create(post=post, defaults={"status": status})


def suggest(lost: Post, found: Post, score: float = 0.9) -> Match:
    return Match.objects.create(
        lost=lost,
        found=found,
        score=score,
        strategy="clip_zeroshot_v2",
        fingerprint="test",
        evidence_hash="test",
    )


def office() -> Office:
    zone = Zone.objects.create(code="centre", name_ko="중앙", name_en="Centre")
    hall = Building.objects.create(code="hall", name_ko="학생회관", name_en="Hall", zone=zone)
    return Office.objects.create(
        code="desk", name_ko="분실물센터", name_en="Desk", building=hall, phone="02-123"
    )


def fragment(client: Client, post: Post, seen: str = "") -> Any:
    url = f"/posts/{post.public_id}/matching/"
    return client.get(url, {"seen": seen}, headers={"HX-Request": "true"})


@pytest.mark.parametrize("status", ["pending", "running"])
def test_a_waiting_post_is_polled(author: User, status: str) -> None:
    post = make_post(author=author, kind="lost")
    set_state(post, status)
    client = signed_in(author)
    html = page(client.get(post.get_absolute_url()))
    assert "저장됐어요. 비슷한 물건을 찾는 중이에요." in html
    assert 'hx-trigger="every' in html and "<noscript>" in html
    response = fragment(client, post)
    assert response.status_code == 200 and "hx-get=" in page(response)


def test_nothing_is_sent_while_nothing_has_changed(author: User) -> None:
    post = make_post(author=author, kind="lost")
    set_state(post, "pending")
    client = signed_in(author)
    seen = client.get(post.get_absolute_url()).context["seen"]
    assert fragment(client, post, seen).status_code == 204
    set_state(post, "done")
    assert fragment(client, post, seen).status_code == 286


@pytest.mark.parametrize(
    ("status", "words"),
    [("done", "아직 비슷한 물건이 없어요."), ("failed", "글은 저장됐지만 비교하지 못했어요.")],
)
def test_polling_stops_at_the_end(author: User, status: str, words: str) -> None:
    post = make_post(author=author, kind="lost")
    set_state(post, status)
    response = fragment(signed_in(author), post)
    assert response.status_code == 286
    assert words in page(response) and "hx-get=" not in page(response)


def test_suggestions_show_public_facts_similarity_and_what_to_do(author: User) -> None:
    lost = make_post(author=author, kind="lost")
    strong = make_post(
        title="파란 장우산",
        description="비밀 표시",
        photos=1,
        category=make_category(),
        office=office(),
    )
    weak = make_post(title="우산 하나", kept_note="비밀 장소")
    hidden = make_post(photos=1, category=make_category(is_sensitive=True, name="여권"))
    set_state(lost, "done")
    suggest(lost, strong, 0.95)
    suggest(lost, weak, 0.66)
    suggest(lost, hidden, 0.7)
    html = page(signed_in(author).get(lost.get_absolute_url()))
    assert "비슷한 물건 3개를 찾았어요" in html
    assert html.index("파란 장우산") < html.index("여권") < html.index("우산 하나")
    assert html.count("매우 비슷해요") == 1
    assert "분실물센터</b> · 학생회관" in html and "02-123" in html
    assert strong.photos.get().thumbnail_url in html
    assert hidden.photos.get().thumbnail_url not in html
    for secret in ("비밀 표시", "비밀 장소", strong.author.username):
        assert secret not in html


def test_rejected_and_excluded_pairs_are_not_shown(author: User) -> None:
    lost = make_post(author=author, kind="lost")
    set_state(lost, "done")
    for status in (Match.Status.REJECTED, Match.Status.EXCLUDED, Match.Status.WITHDRAWN):
        match = suggest(lost, make_post(title=f"{status}-thing"))
        Match.objects.filter(pk=match.pk).update(status=status)
    assert "-thing" not in page(fragment(signed_in(author), lost))


def test_a_confirmed_match_is_explained_in_plain_words(author: User) -> None:
    lost = make_post(author=author, kind="lost")
    found = make_post(title="파란 장우산", office=office(), category=make_category())
    confirm_match(suggest(lost, found), actor=make_user(is_staff=True))
    html = page(signed_in(author).get(lost.get_absolute_url()))
    assert "물건을 찾았어요!" in html and "분실물센터</b> · 학생회관" in html
    html = page(signed_in(found.author).get(found.get_absolute_url()))
    assert "주인을 찾았어요. 고맙습니다!" in html and lost.title not in html.split("</h1>")[1]


def test_who_may_ask(author: User) -> None:
    post = make_post(author=author, kind="lost")
    assert fragment(signed_in(make_user()), post).status_code == 404
    assert fragment(signed_in(make_user(is_staff=True)), post).status_code == 404
    office = make_user(is_staff=True, is_superuser=True)
    assert fragment(signed_in(office), post).status_code == 200
    signed_out = fragment(signed_in(None), post)
    assert signed_out.headers["HX-Refresh"] == "true" and not signed_out.content
    plain = signed_in(None).get(f"/posts/{post.public_id}/matching/")
    assert plain.headers["Location"].startswith("/accounts/login/")


def test_a_browser_without_scripts_gets_the_whole_page(author: User) -> None:
    post = make_post(author=author, kind="lost")
    response = signed_in(author).get(f"/posts/{post.public_id}/matching/")
    assert response.headers["Location"] == post.get_absolute_url()


def test_the_page_needs_a_constant_number_of_queries(author: User) -> None:
    lost = make_post(author=author, kind="lost", photos=2, category=make_category())
    set_state(lost, "done")
    client = signed_in(author)
    suggest(lost, make_post(photos=1, category=make_category()), 0.7)
    few = queries_of(client, lost.get_absolute_url())
    for number in range(6):
        suggest(lost, make_post(photos=1, category=make_category()), 0.8 + number / 100)
    assert queries_of(client, lost.get_absolute_url()) == few
