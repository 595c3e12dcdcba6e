"""Every page, on a dark phone and on a light desk: accessible, not too wide, no errors."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import (
    DESK,
    FORBIDDEN,
    MISSING,
    PHONE,
    POLL_MS,
    POLLS,
    OpenPage,
    problems_of,
)
from tests.support.running_site import Site

pytestmark = pytest.mark.browser

PUBLIC = (
    "/",
    "/search/",
    "/search/?q=우산&colour=navy",
    "/offline/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/admin/login/",
)
OWN = (
    "/",
    "/posts/",
    "/posts/new/lost/",
    "/posts/new/found/",
    "/notifications/",
    "/preferences/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/accounts/logout/",
)
STAFF = (
    "/admin/",
    "/admin/matching/match/",
    "/admin/matching/match/?status=all",
    "/admin/matching/match/of/1/",
    "/admin/matching/possibleduplicate/",
    "/admin/matching/matchdecision/",
    "/admin/matching/matchingjob/",
    "/admin/matching/storedprofile/",
    "/admin/matching/heartbeat/",
    "/admin/lostfound/post/",
    "/admin/lostfound/post/add/",
    "/admin/lostfound/post/intake/",
    "/admin/lostfound/post/import/",
    "/admin/matching/match/desk/",
    "/admin/matching/match/figures/",
    "/admin/matching/match/health/",
    "/admin/lostfound/office/",
    "/admin/lostfound/office/1/change/",
    "/admin/lostfound/category/",
    "/admin/lostfound/category/1/change/",
    "/admin/lostfound/building/",
    "/admin/lostfound/notification/",
    "/admin/lostfound/accesslog/",
    "/admin/lostfound/user/",
    "/admin/lostfound/user/1/change/",
    "/admin/django_q/ormq/",
)
# One pass for each screen and language, and in them both colour schemes.
SCREENS = pytest.mark.parametrize(
    "screen",
    [
        {"size": PHONE, "scheme": "dark", "locale": "ko-KR"},
        {"size": DESK, "scheme": "light", "locale": "ko-KR"},
        {"size": PHONE, "scheme": "light", "locale": "en-US"},
        {"size": DESK, "scheme": "dark", "locale": "en-US"},
    ],
    ids=["dark phone ko", "light desk ko", "light phone en", "dark desk en"],
)
# Fetching style sheets again serves no rule that is on, and makes inline styles, which the pages'
# own policy then reports.


def check(page: Page, path: str, *, status: int = 200) -> list[str]:
    """What is wrong with a page, in words."""
    response = page.goto(path)
    assert response and response.status == status, path
    return problems_of(page, path)


@SCREENS
def test_public_pages(open_page: OpenPage, site: Site, screen: dict[str, Any]) -> None:
    page = open_page(**screen)
    paths = (*PUBLIC, site.made["thing"])
    assert not [words for path in paths for words in check(page, path)]


@SCREENS
def test_pages_of_a_person(open_page: OpenPage, site: Site, screen: dict[str, Any]) -> None:
    page = open_page("reader", **screen)
    post = site.made["lost"]
    paths = (*OWN, post, f"{post}edit/", f"{post}close/", f"{post}delete/")
    assert not [words for path in paths for words in check(page, path)]


@SCREENS
def test_pages_of_staff(open_page: OpenPage, screen: dict[str, Any]) -> None:
    page = open_page("staff", **screen)
    wrong = [words for path in STAFF for words in check(page, path)]
    page.goto("/admin/lostfound/post/")
    wrong += check(page, str(page.locator(".field-named a").first.get_attribute("href")))
    review = page.locator(".review-closely").first
    # The worker loads its model first; the list shows the seeded pair when it is asked again.
    for _ in range(POLLS):
        page.goto("/admin/matching/match/?status=all")
        if review.count():
            break
        page.wait_for_timeout(POLL_MS)
    wrong += check(page, str(review.get_attribute("href")))
    assert not wrong, "\n".join(wrong)


def test_pages_stay_in_english_once_chosen(open_page: OpenPage, site: Site) -> None:
    page = open_page("english")
    page.goto("/")
    page.locator(".language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    for path in (*OWN, site.made["found"], f"{site.made['found']}edit/"):
        page.goto(path)
        text = page.evaluate("""() => {
            const main = document.querySelector('main').cloneNode(true);
            const written = '.prose, .facts, .card, .facts-line, h1, h3, b, time, option, textarea';
            main.querySelectorAll(written).forEach((part) => part.remove());
            return main.textContent;
        }""")
        korean = [char for char in text if "가" <= char <= "힣"]
        allowed = set("한국어")
        assert not set(korean) - allowed, f"{path}: {''.join(korean)}"
    page.goto("/posts/new/lost/")
    expect(page.get_by_role("heading", level=1)).to_have_text("I lost something")


@SCREENS
def test_error_pages_are_pages_of_the_product(open_page: OpenPage, screen: dict[str, Any]) -> None:
    page = open_page("clerk", **screen)
    for path, status in ((MISSING, 404), (FORBIDDEN, 403)):
        assert not check(page, path, status=status)
        expect(page.locator("header .brand")).to_be_visible()
        expect(page.locator("main a.button").first).to_be_visible()
