"""Answering a suggestion is acknowledged where the person is looking."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import PHONE, OpenPage, reload_until
from tests.support.running_site import Site
from tests.support.seed import PASSWORD

pytestmark = pytest.mark.browser


def test_thanks_are_in_view_and_what_is_not_mine_is_counted_no_more(
    open_page: OpenPage, site: Site
) -> None:
    page = open_page("reader", size=PHONE)
    page.goto(site.made["lost"])
    reload_until(page, ".suggestion")
    heading = page.locator(".matching-state h2")
    before = heading.inner_text()
    page.locator(".suggestion button[value=not_mine]").first.click()
    answered = page.locator(".suggestion.is-not_mine .thanks")
    expect(answered).to_be_in_viewport()
    expect(heading).not_to_have_text(before)
    page.locator(".suggestion.is-not_mine button[value=none]").click()
    expect(heading).to_have_text(before)


def test_who_had_to_sign_in_again_answers_once_more(open_page: OpenPage, site: Site) -> None:
    page = open_page("reader", size=PHONE)
    page.goto(site.made["lost"])
    reload_until(page, ".suggestion")
    page.context.clear_cookies(name="sessionid")
    page.locator(".suggestion button[value=mine]").first.click()
    page.wait_for_url("**/accounts/login/**")
    page.locator("#id_login").fill("reader")
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{site.made['lost']}")
    expect(page.locator(".messages")).to_contain_text("한 번 더 눌러 주세요")
    page.locator(".suggestion button[value=mine]").first.click()
    page.locator(".suggestion.is-mine button[value=none]").click()
    expect(page.locator(".suggestion.is-mine")).to_have_count(0)
