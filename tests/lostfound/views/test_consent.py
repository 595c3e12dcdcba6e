"""Nobody is asked before a text is published; then everybody once, and apps are told."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lostfound.models import AppendOnlyError, Consent, LegalText, User
from lostfound.services import AlreadySo
from lostfound.services.consent import agree, forget_asked_for, is_consent_missing, publish_text
from lostfound.services.erasing import delete_own_account
from tests.support.api_client import Device, code_of
from tests.support.builders import make_user
from tests.support.items import HEADS, make_clerk

pytestmark = pytest.mark.django_db

DOCUMENT = {"accept": "text/html", "accept-language": "en"}
PRIVACY, TERMS = "privacy", "terms"


def publish(*kinds: str, **values: bool) -> list[LegalText]:
    texts = []
    for kind in kinds:
        text = LegalText.objects.create(
            kind=kind, body_ko="새 안내", body_en=f"New {kind}", **values
        )
        texts.append(publish_text(text))
    forget_asked_for()
    return texts


@pytest.fixture
def person() -> User:
    return make_user(language="en", password="correct horse battery")


@pytest.fixture
def browser(person: User) -> Client:
    client = Client(headers=DOCUMENT)
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


def test_drafts_are_shown_as_drafts_and_ask_nobody(browser: Client, person: User) -> None:
    forget_asked_for()
    assert browser.get("/posts/").status_code == 200
    assert not is_consent_missing(person)
    for kind in (PRIVACY, TERMS):
        page = browser.get(f"/{kind}/").content.decode()
        assert "This is a draft" in page and "Draft: the office" in page
        assert f'href="/{kind}/"' in page  # the footer


def test_a_new_text_is_asked_once_and_leads_back(browser: Client, person: User) -> None:
    privacy, terms = publish(PRIVACY, TERMS)
    asked = browser.get("/posts/")
    assert asked["Location"] == "/consent/?next=%2Fposts%2F"
    page = browser.get(asked["Location"]).content.decode()
    assert "New privacy" in page and "New terms" in page
    half = browser.post("/consent/", {"text": [privacy.pk], "next": "/posts/"})
    assert half.status_code == 200 and "New privacy" not in half.content.decode()
    done = browser.post("/consent/", {"text": [terms.pk], "next": "/posts/"})
    assert done["Location"] == "/posts/" and browser.get("/posts/").status_code == 200
    assert Consent.objects.filter(user=person).count() == 2
    (newer,) = publish(TERMS)
    assert (newer.version, browser.get("/posts/").status_code) == (2, 302)
    agree(person, [newer.pk])
    assert browser.get("/posts/").status_code == 200


def test_a_correction_asks_nobody_and_old_consent_holds(browser: Client, person: User) -> None:
    agree(person, [text.pk for text in publish(TERMS)])
    publish(TERMS, needs_consent=False)
    assert browser.get("/posts/").status_code == 200
    assert "Version 2" in browser.get("/terms/").content.decode()


def test_who_does_not_agree_can_read_export_leave_and_sign_out(browser: Client) -> None:
    publish(PRIVACY)
    for path in ("/privacy/", "/preferences/", "/accounts/delete/", "/accounts/export/"):
        assert browser.get(path).status_code == 200, path
    assert browser.post("/accounts/logout/").status_code == 302


def test_nobody_is_led_to_another_site(browser: Client, person: User) -> None:
    agree(person, [text.pk for text in publish(TERMS)])
    assert browser.get("/consent/?next=https://evil.example/").headers["Location"] == "/"


def test_apps_are_told_and_can_agree(person: User) -> None:
    phone = Device(person)
    (text,) = publish(TERMS)
    assert code_of(phone.get("posts/"), 403) == "consent_needed"
    assert [row["id"] for row in phone.get("legal/").json()] == [text.pk]
    assert phone.get("me/export/").status_code == 200
    assert phone.post("me/consent/", {"texts": [text.pk + 1]}).json()["missing"]
    assert phone.post("me/consent/", {"texts": [text.pk]}).json() == {"missing": []}
    assert phone.get("posts/").status_code == 200


def test_the_api_by_cookie_is_told_too(browser: Client) -> None:
    publish(TERMS)
    answer = browser.get("/api/v1/posts/")
    assert answer.status_code == 403 and answer.json()["code"] == "consent_needed"


def test_signing_up_takes_consent() -> None:
    (text,) = publish(TERMS)
    sent = {
        "username": "newcomer",
        "email": "newcomer@example.com",
        "password1": "very long and odd 93",
        "password2": "very long and odd 93",
    }
    client = Client(headers=DOCUMENT)
    refused = client.post("/accounts/signup/", sent)
    assert "Without your consent" in refused.content.decode() and not User.objects.exists()
    client.post("/accounts/signup/", {**sent, "agrees": "on"})
    person = User.objects.get()
    assert Consent.objects.get().text == text and not is_consent_missing(person)


def test_signing_up_asks_nothing_while_nothing_is_published() -> None:
    page = Client(headers=DOCUMENT).get("/accounts/signup/").content.decode()
    assert "agrees" not in page


def test_a_head_publishes_and_nobody_edits_what_is_published() -> None:
    head = make_clerk(group=HEADS, language="en")
    client = Client(headers={"accept-language": "en"})
    client.force_login(head, "django.contrib.auth.backends.ModelBackend")
    draft = LegalText.objects.get(kind=TERMS)
    address = "/admin/lostfound/legaltext/"
    client.post(address, {"action": "publish", "_selected_action": draft.pk})
    draft.refresh_from_db()
    assert draft.version == 1
    client.post(f"{address}{draft.pk}/change/", {"kind": TERMS, "body_ko": "x", "body_en": "x"})
    draft.refresh_from_db()
    assert draft.body_en != "x"
    client.post(address, {"action": "draft", "_selected_action": draft.pk})
    assert LegalText.objects.filter(kind=TERMS, published_at=None).count() == 1
    with pytest.raises(AlreadySo):
        publish_text(draft)
    clerk = Client()
    clerk.force_login(make_clerk(), "django.contrib.auth.backends.ModelBackend")
    assert clerk.get(address).status_code == 403


def test_a_request_asks_the_database_nothing_about_it(browser: Client, person: User) -> None:
    agree(person, [text.pk for text in publish(TERMS)])
    browser.get("/posts/")
    with CaptureQueriesContext(connection) as queries:
        browser.get("/posts/")
    assert not [row for row in queries if "legaltext" in row["sql"]]


def test_a_consent_is_not_changed(person: User) -> None:
    agree(person, [text.pk for text in publish(TERMS)])
    with pytest.raises(AppendOnlyError):
        Consent.objects.get().save()


def test_a_consent_goes_with_the_account_and_the_text_stays(person: User) -> None:
    (text,) = publish(TERMS)
    agree(person, [text.pk])
    delete_own_account(person)
    assert not Consent.objects.exists() and LegalText.objects.filter(pk=text.pk).exists()
