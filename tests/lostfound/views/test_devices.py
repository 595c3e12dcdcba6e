"""What people see about the devices where they are signed in."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import translation

from lostfound.models import User
from lostfound.text.user_agents import device_name
from tests.support.api_client import Device
from tests.support.builders import make_user
from tests.support.factories import UserFactory
from tests.support.web_client import PASSWORD, page, pressed_too_late, signed_in

LIKE_GECKO = "(KHTML, like Gecko)"
WEBKIT = f"AppleWebKit/537.36 {LIKE_GECKO}"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1 {LIKE_GECKO}"
PIXEL = f"Mozilla/5.0 (Linux; Android 15; Pixel 8) {WEBKIT}"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1", "Safari · iPhone"),
        (f"{IPHONE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome · iPhone"),
        (f"{PIXEL} Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome · Android"),
        (f"{PIXEL} SamsungBrowser/28.0 Chrome/130.0 Safari/537.36", "Samsung Internet · Android"),
        (f"{WINDOWS} Safari/537.36 Edg/140.0.0.0", "Edge · Windows"),
        (f"{WINDOWS} Whale/4.30 Safari/537.36", "Whale · Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox · Linux",
        ),
        ("CampusApp/1.4 (Android 15)", "CampusApp · Android"),
        ("okhttp/4.12.0", "okhttp"),
        ("x" * 200, "x" * 40),
    ],
)
def test_a_device_is_named_by_its_browser_and_system(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


@pytest.mark.parametrize("user_agent", ["", "Mozilla/5.0", "/", "(;)"])
def test_a_device_that_says_nothing_is_unknown(user_agent: str) -> None:
    with translation.override("en"):
        assert device_name(user_agent) == "Unknown device"


LIST = "/accounts/sessions/"


@pytest.fixture
def person() -> User:
    return make_user(password=PASSWORD)


def browser_of(person: User, user_agent: str) -> Client:
    """A browser that is known as one of the person's devices."""
    client = signed_in(person, "en")
    client.defaults["HTTP_USER_AGENT"] = user_agent
    assert client.get(LIST).status_code == 200
    return client


def button_of(user_agent: str) -> str:
    return f"{LIST}{UserSession.objects.get(user_agent=user_agent).pk}/end/"


@pytest.mark.django_db
def test_one_browser_is_signed_out_and_the_others_stay(person: User) -> None:
    here, there, third = (browser_of(person, f"{WINDOWS} {name}") for name in "ABC")
    shown = page(here.get(LIST))
    address = button_of(f"{WINDOWS} B")
    assert f'action="{address}"' in shown and shown.count("Sign out: Chrome · Windows") == 2
    assert button_of(f"{WINDOWS} A") not in shown  # this one has the button of its own below
    assert "Signed out: Chrome · Windows" in page(here.post(address, follow=True))
    assert there.get(LIST).status_code == 302
    assert here.get(LIST).status_code == third.get(LIST).status_code == 200
    assert here.post(address).status_code == 404  # it is gone


@pytest.mark.django_db
def test_an_apps_token_is_signed_out_on_the_page() -> None:
    owner = UserFactory.create()
    phone, tablet = Device(owner), Device(owner)
    assert phone.get("me/").status_code == tablet.get("me/").status_code == 200
    here = browser_of(owner, WINDOWS)
    row = UserSession.objects.get(session_key=phone.token)
    here.post(f"{LIST}{row.pk}/end/")
    assert phone.get("me/").status_code == 401
    assert tablet.get("me/").status_code == here.get(LIST).status_code == 200


@pytest.mark.django_db
def test_of_somebody_else_nothing_is_signed_out(person: User) -> None:
    browser_of(person, f"{WINDOWS} theirs")
    mine = browser_of(make_user(), WINDOWS)
    assert mine.post(button_of(f"{WINDOWS} theirs")).status_code == 404
    assert UserSession.objects.count() == 2


@pytest.mark.django_db
def test_signing_out_this_device_warns_about_its_drafts_first(person: User) -> None:
    here = browser_of(person, WINDOWS)
    answer = here.post(button_of(WINDOWS))
    assert answer.headers["Location"] == "/accounts/logout/"
    assert here.get(LIST).status_code == 200


@pytest.mark.django_db
def test_a_forged_form_signs_nothing_out(person: User) -> None:
    browser_of(person, f"{WINDOWS} there")
    here = browser_of(person, WINDOWS)
    here.handler.enforce_csrf_checks = True
    assert here.post(button_of(f"{WINDOWS} there")).status_code == 403
    assert UserSession.objects.count() == 2


@pytest.mark.django_db
def test_who_had_to_sign_in_again_is_led_back_to_the_list(person: User) -> None:
    browser_of(person, f"{WINDOWS} there")
    answer = pressed_too_late(person, button_of(f"{WINDOWS} there"))
    assert answer.request["PATH_INFO"] == LIST and "nothing has changed yet" in page(answer)
    assert UserSession.objects.filter(user_agent=f"{WINDOWS} there").exists()
