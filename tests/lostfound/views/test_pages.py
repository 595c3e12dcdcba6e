"""Home page, messages, settings, languages and the sign-in pages."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation
from pytest_django import Settings

from lostfound.models import Notification, Post, User
from tests.support.builders import make_category, make_post, make_user, notified
from tests.support.web_client import page, queries_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def tell(user: User, **values: Any) -> Notification:
    post = make_post(author=user, kind="lost")
    return notified(user, post, Notification.Kind.MATCH_CONFIRMED, **values)


# --- Front page ---


def test_the_front_page_shows_found_things_without_what_would_prove_ownership() -> None:
    plain = make_post(
        title="파란 텀블러",
        description="바닥에 이름",
        place_note="창가",
        kept_note="과사무실",
        photos=1,
        category=make_category(),
    )
    sensitive = make_category(is_sensitive=True, name="학생증")
    card = make_post(title="홍길동 카드", photos=1, category=sensitive)
    make_post(title="잃은 것", kind="lost")
    html = page(signed_in(None).get("/"))
    assert "파란 텀블러" in html and "학생증" in html and "잃은 것" not in html
    for hidden in ("홍길동", "바닥에 이름", "창가", "과사무실", plain.author.username, "/full/"):
        assert hidden not in html
    assert plain.photos.get().thumbnail_url in html
    assert card.photos.get().thumbnail_url not in html
    assert "사진 비공개" in html


def test_the_front_page_needs_a_constant_number_of_queries() -> None:
    client = signed_in(None)
    make_post(photos=1, category=make_category())
    few = queries_of(client, "/")
    for number in range(13):
        make_post(title=f"물건 {number}", photos=1, category=make_category())
    assert queries_of(client, "/") == few
    assert page(client.get("/")).count('class="card"') == 12
    assert page(client.get("/?page=2")).count('class="card"') == 2


def test_a_post_of_nobody_interesting_stays_off_the_front_page() -> None:
    post = make_post(title="돌려준 것")
    Post.objects.filter(pk=post.pk).update(status="returned")
    assert "돌려준 것" not in page(signed_in(None).get("/"))


# --- Content security policy ---


@pytest.mark.parametrize(
    "url",
    [
        *("/", "/posts/new/lost/", "/posts/new/found/", "/posts/", "/notifications/"),
        *("/preferences/", "/accounts/password/change/", "/accounts/email/"),
        *("/accounts/sessions/", "/accounts/2fa/"),
    ],
)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_pages_hold_nothing_that_the_policy_forbids(url: str, language: str) -> None:
    response = signed_in(make_user(), language).get(url, follow=True)
    html = page(response)
    assert response.status_code == 200
    assert f'<html lang="{language}">' in html
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", html)
    assert all("application/json" in attributes for attributes in inline)
    assert "unsafe" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "url", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
)
def test_signing_in_and_up_is_in_the_readers_language(url: str) -> None:
    korean, english = signed_in(None).get(url), signed_in(None, "en").get(url)
    assert re.search(r"<h1>[^<]*[가-힣]", page(korean))
    assert not re.search(r"<h1>[^<]*[가-힣]", page(english))


def test_a_wrong_password_is_reported_and_the_name_stays() -> None:
    response = signed_in(None).post("/accounts/login/", {"login": "kim", "password": "x"})
    assert 'value="kim"' in page(response)
    assert re.search(r'class="errorlist[^>]*>\s*<li>[^<]*[가-힣]', page(response))


# --- Languages ---


@pytest.mark.parametrize(
    ("accepted", "expected"), [("", "ko"), ("en-GB", "en"), ("fr", "ko"), ("ko-KR,en;q=0.8", "ko")]
)
def test_korean_comes_first(accepted: str, expected: str) -> None:
    response = Client(headers={"accept-language": accepted}).get("/")
    assert f'<html lang="{expected}">' in page(response)


def test_a_chosen_language_stays_and_reaches_the_e_mails() -> None:
    person = make_user()
    client = signed_in(person)
    response = client.post("/language/", {"language": "en", "next": "/posts/"})
    assert response.headers["Location"] == "/posts/"
    assert "My posts" in page(client.get("/posts/"))
    person.refresh_from_db()
    assert person.language == "en"


def test_a_language_that_is_not_spoken_changes_nothing() -> None:
    person = make_user()
    client = signed_in(person)
    response = client.post("/language/", {"language": "xx", "next": "https://evil.example/"})
    assert response.headers["Location"] == "/"
    person.refresh_from_db()
    assert person.language == "ko"


def test_settings_are_saved_and_confirmed_in_the_new_language() -> None:
    person = make_user()
    client = signed_in(person)
    html = page(client.post("/preferences/", {"language": "en"}, follow=True))
    assert "Your settings have been saved." in html
    person.refresh_from_db()
    assert (person.language, person.wants_email) == ("en", False)


def test_settings_change_nothing_else() -> None:
    person = make_user()
    signed_in(person).post("/preferences/", {"language": "ko", "is_staff": "on"})
    person.refresh_from_db()
    assert not person.is_staff


# --- Messages ---


def test_messages_are_the_persons_own_and_new_until_read() -> None:
    person, other = make_user(), make_user()
    mine, theirs = tell(person), tell(other)
    client = signed_in(person)
    html = page(client.get("/notifications/"))
    assert "잃어버린 물건을 찾았어요: 파란 우산" in html and html.count("새 알림") == 1
    assert client.post(f"/notifications/{theirs.pk}/open/").status_code == 404
    response = client.post(f"/notifications/{mine.pk}/open/")
    assert response.headers["Location"] == mine.post.get_absolute_url()
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert mine.read_at is not None and theirs.read_at is None


def test_all_are_marked_as_read_at_once() -> None:
    person, other = make_user(), make_user()
    tell(person), tell(person), tell(other)
    signed_in(person).post("/notifications/read/")
    unread = Notification.objects.filter(read_at=None)
    assert [notification.user for notification in unread] == [other]


def test_reading_does_not_happen_by_looking() -> None:
    person = make_user()
    notification = tell(person)
    client = signed_in(person)
    for address in (f"/notifications/{notification.pk}/open/", "/notifications/read/"):
        assert client.get(address).headers["Location"] == "/notifications/"
    notification.refresh_from_db()
    assert notification.read_at is None


def test_messages_need_a_constant_number_of_queries() -> None:
    person = make_user()
    tell(person)
    client = signed_in(person)
    few = queries_of(client, "/notifications/")
    for _number in range(6):
        tell(person)
    assert queries_of(client, "/notifications/") == few


def test_the_time_of_reading_is_kept() -> None:
    person = make_user()
    notification = tell(person)
    read_at = timezone.now()
    Notification.objects.filter(pk=notification.pk).update(read_at=read_at)
    signed_in(person).post(f"/notifications/{notification.pk}/open/")
    notification.refresh_from_db()
    assert notification.read_at == read_at


# --- Errors ---


def test_a_missing_page_is_reported_in_the_readers_language() -> None:
    assert "페이지를 찾을 수 없어요" in page(signed_in(None).get("/nothing/"))
    assert "Page not found" in page(signed_in(None, "en").get("/nothing/"))


def test_a_forged_form_is_refused_with_a_page_that_helps() -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    response = client.post("/language/", {"language": "en"})
    assert response.status_code == 403
    assert "This page was open for too long" in page(response)


def test_the_page_of_a_fault_needs_no_database() -> None:
    with translation.override("ko"):
        assert "문제가 생겼어요" in render_to_string("500.html")
