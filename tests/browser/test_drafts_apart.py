"""Drafts are separate by person, tab and submission."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import FORM, READY, OpenPage, fail_to_send
from tests.support.drawings import draw_umbrella
from tests.support.running_site import Site
from tests.support.seed import PASSWORD

pytestmark = pytest.mark.browser


def open_form(page: Page, path: str = FORM) -> None:
    page.goto(path)
    page.wait_for_selector(READY)


def begin(page: Page, title: str, path: str = FORM) -> None:
    """Write a title on a form that nothing was written on."""
    open_form(page, path)
    expect(page.locator("#id_title")).to_have_value("")
    page.locator("#id_title").fill(title)


def expect_begun(page: Page, title: str) -> None:
    expect(page.locator("#id_title")).to_have_value(title)
    expect(page.locator("[data-draft-notice]")).to_be_visible(visible=bool(title))


def test_another_post_that_is_looked_at_takes_no_draft_along(
    open_page: OpenPage, site: Site
) -> None:
    page = open_page("reader")
    begin(page, "은색 열쇠")
    fail_to_send(page)
    page.goto(site.made["lost"])  # a lost post, too
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    open_form(page)
    expect_begun(page, "은색 열쇠")
    expect(page.locator('[data-when="unsent"]')).to_be_visible()
    page.locator("[data-draft-drop]").click()


def test_a_submission_whose_response_was_lost_is_saved_once(open_page: OpenPage) -> None:
    page = open_page("finder")
    begin(page, "분홍 필통")
    sent = page.evaluate("""async () => {
        const form = document.querySelector('form[data-draft]');
        return (await fetch(form.action, { method: 'POST', body: new FormData(form) })).ok;
    }""")
    assert sent
    fail_to_send(page)
    open_form(page)
    expect_begun(page, "분홍 필통")
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name="분홍 필통")).to_be_visible()
    open_form(page)
    expect_begun(page, "")
    page.goto("/posts/")
    expect(page.locator(".row", has_text="분홍 필통")).to_have_count(1)


def test_two_tabs_do_not_touch_each_other(open_page: OpenPage, pictures: Path) -> None:
    one = open_page("loser")
    begin(one, "첫째 우산")
    umbrella = draw_umbrella(pictures / "u.jpg", "#2f8f46")
    one.locator("#id_photos").set_input_files(umbrella)
    two = one.context.new_page()
    begin(two, "둘째 지갑")
    sendings = {page.locator("#id_idempotency_key").input_value() for page in (one, two)}
    assert len(sendings) == 2
    for page, title in ((one, "첫째 우산"), (two, "둘째 지갑")):
        page.reload()
        page.wait_for_selector(READY)
        expect_begun(page, title)
    assert {page.locator("#id_idempotency_key").input_value() for page in (one, two)} == sendings
    two.locator("[data-busy]").click()
    expect(two.get_by_role("heading", level=1, name="둘째 지갑")).to_be_visible()
    open_form(two)
    expect_begun(two, "")  # the first one is being written over there
    one.reload()
    one.wait_for_selector(READY)
    expect_begun(one, "첫째 우산")
    expect(one.locator("[data-previews] img")).to_have_count(1)
    one.close()
    two.reload()
    two.wait_for_selector(READY)
    expect_begun(two, "첫째 우산")  # now nobody else is at it
    expect(two.locator("[data-previews] img")).to_have_count(1)


def test_a_draft_is_shown_to_nobody_else_and_waits_for_its_person(
    open_page: OpenPage, signed_in: Callable[[str], Any]
) -> None:
    page = open_page("loser")
    begin(page, "내 일기장")
    page.context.clear_cookies()  # the session has ended
    page.goto(FORM)
    assert "/accounts/login/" in page.url
    page.context.add_cookies(signed_in("finder")["cookies"])
    begin(page, "남의 공책")
    page.context.clear_cookies()
    page.context.add_cookies(signed_in("loser")["cookies"])
    open_form(page)
    expect_begun(page, "내 일기장")
    stored = page.evaluate("JSON.stringify(Object.keys(localStorage))")
    assert "loser" not in stored and "finder" not in stored


@pytest.mark.parametrize("door", ["/accounts/logout/", "/preferences/"])
def test_signing_out_says_so_first_and_leaves_nothing_behind(
    open_page: OpenPage, pictures: Path, door: str
) -> None:
    page = open_page()
    page.goto(f"/accounts/login/?next={FORM}")
    page.locator("#id_login").fill("newcomer")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_selector(READY)
    page.locator("#id_title").fill("비밀 수첩")
    umbrella = draw_umbrella(pictures / "u.jpg", "#2f8f46")
    page.locator("#id_photos").set_input_files(umbrella)
    expect(page.locator("[data-previews] img")).to_have_count(1)
    page.goto(door)
    leave = page.locator("form[data-drafts-of] button")
    leave.click()
    expect(page.locator("[data-drafts-left]")).to_be_visible()
    leave.click()
    expect(page.locator("header a[href*=login]")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage)") == []
    photographs = page.evaluate("""() => new Promise((done) => {
        indexedDB.open('lostfound').onsuccess = ({ target: { result } }) => {
            result.transaction('photos').objectStore('photos').count().onsuccess =
                (event) => { result.close(); done(event.target.result); };
        };
    })""")
    assert photographs == 0


def test_a_draft_of_something_else_is_only_offered_beside_a_found_thing(
    open_page: OpenPage, site: Site
) -> None:
    page = open_page("loser")
    begin(page, "다른 물건")
    page.goto(site.made["thing"])
    page.locator('a[href*="?like="]').click()
    page.wait_for_selector(READY)
    like = page.url
    expect(page.locator("#id_title")).to_have_value("")
    expect(page.locator("[data-draft-offer]")).to_contain_text("다른 물건")
    page.locator("#id_title").fill("이 가방")
    page.reload()
    page.wait_for_selector(READY)
    expect_begun(page, "이 가방")
    page.locator("[data-draft-drop]").click()
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("")
    assert page.url == like
    page.locator("[data-draft-offer] a").click()
    page.wait_for_selector(READY)
    expect_begun(page, "다른 물건")


def test_old_drafts_go(open_page: OpenPage) -> None:
    page = open_page("loser")
    begin(page, "오래된 글")
    page.goto("/posts/")
    page.evaluate("""() => {
        const [key] = Object.keys(localStorage);
        const draft = JSON.parse(localStorage[key]);
        localStorage[key] = JSON.stringify({ ...draft, at: draft.at - 15 * 86400000 });
    }""")
    open_form(page)
    expect_begun(page, "")
