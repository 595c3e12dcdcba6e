"""The desk with many pairs: by keyboard alone, and two reviewers who never collide."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import DESK, PHONE, problems_of
from tests.support.running_site import Site, running_site
from tests.support.seed import PASSWORD

pytestmark = pytest.mark.browser
# The tests of this module share the pairs in any order: 40 decided and 4 more taken up, 6 by two
# people, 3 by a Korean keyboard, one skipped, one held by each of two people; the rest is room.
PAIRS = 70


@pytest.fixture(scope="module")
def busy(
    browser: Browser, migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site where many pairs wait."""
    with running_site(
        tmp_path_factory.mktemp("desk"), migrated, str(PAIRS), worker=False
    ) as started:
        yield started


@pytest.fixture
def at_desk(browser: Browser, busy: Site) -> Iterator[Callable[..., Page]]:
    """Signs somebody in, who begins at the desk."""
    contexts: list[Any] = []

    def sign_in(name: str, size: dict[str, int] = DESK, locale: str = "ko-KR") -> Page:
        context = browser.new_context(base_url=busy.url, locale=locale, viewport=size)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.locator("#id_login").fill(name)
        page.locator("#id_password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/matching/match/desk/")
        return page

    yield sign_in
    for context in contexts:
        context.close()


def left(page: Page) -> int:
    """How many pairs the page says are left."""
    text = page.locator(".review-waiting").inner_text()
    return int("".join(char for char in text if char.isdigit()))


def pair_of(page: Page) -> str:
    """Names the pair on the page."""
    return page.locator(".review-column.is-lost h2").inner_text()


def press(page: Page, key: str) -> None:
    """One key, and the page after it."""
    before = page.locator("body").get_attribute("data-seen")
    assert before is None
    page.evaluate("document.body.dataset.seen = 1")
    page.keyboard.press(key)
    page.wait_for_selector("body:not([data-seen])")


def test_forty_decisions_by_keys_alone(at_desk: Callable[..., Page]) -> None:
    page = at_desk("staff")
    first = left(page)
    seen = set()
    for number in range(40):
        seen.add(pair_of(page))
        press(page, ("c", "r", "2", "1")[number % 4])
    assert len(seen) == 40
    assert left(page) == first - 40
    title = pair_of(page)
    press(page, "s")
    assert pair_of(page) != title
    decided = []
    for key in "1c2":
        decided.append(pair_of(page))
        press(page, key)
    for before in reversed(decided):  # step by step back, each pair before the person again
        press(page, "u")
        expect(page.locator(".messagelist")).to_contain_text("되돌")
        assert pair_of(page) == before
        assert page.url.partition("?")[0].endswith("/desk/")
    assert left(page) == first - 40
    assert problems_of(page) == []


def test_two_people_never_have_the_same_pair(at_desk: Callable[..., Page]) -> None:
    one, two = at_desk("staff"), at_desk("second")
    for _ in range(3):
        assert pair_of(one) != pair_of(two)
        press(one, "r")
        press(two, "r")


def test_a_note_never_wanders_to_another_pair(at_desk: Callable[..., Page]) -> None:
    page = at_desk("staff")
    page.locator("input[name=note]").fill("손잡이 색이 다름")
    page.keyboard.press("Escape")  # out of the field, so that keys decide again
    before = pair_of(page)
    press(page, "2")
    page.go_back()
    assert pair_of(page) != before
    expect(page.locator("input[name=note]")).to_have_value("")
    expect(page.locator("select[name=reason]")).to_have_value("")
    press(page, "u")


def test_a_korean_keyboard_and_one_without_codes_decide_too(at_desk: Callable[..., Page]) -> None:
    page = at_desk("staff")
    send = """([key, code]) => document.body.dispatchEvent(
        new KeyboardEvent("keydown", {key, code, bubbles: true}))"""
    for key, code in (("ㄱ", "KeyR"), ("ㄱ", ""), ("r", "")):
        before = left(page)
        with page.expect_navigation():
            page.evaluate(send, [key, code])
        assert left(page) == before - 1
    page.evaluate(send, ["?", "Slash"])
    expect(page.locator("#review-help")).to_be_visible()


def test_who_had_to_sign_in_again_decides_once_more(at_desk: Callable[..., Page]) -> None:
    page = at_desk("second")
    before = pair_of(page)
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("1")
    page.wait_for_url("**/accounts/login/**")
    page.locator("#id_login").fill("second")
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/matching/match/desk/")
    expect(page.locator(".messagelist")).to_contain_text("한 번 더 눌러 주세요")
    assert pair_of(page) == before


def test_what_may_be_one_thing_is_decided_by_keys_too(
    at_desk: Callable[..., Page], busy: Site
) -> None:
    page = at_desk("staff")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(busy.made["duplicate"])
    assert problems_of(page) == []
    page.keyboard.press("r")
    page.wait_for_url("**/possibleduplicate/")
    page.goto(busy.made["duplicate"])
    expect(page.locator(".review-status")).to_have_text("서로 다른 물건")
    assert not errors


def test_both_photographs_zoom_and_the_shortcuts_are_listed(at_desk: Callable[..., Page]) -> None:
    page = at_desk("staff")
    page.keyboard.press("h")
    expect(page.locator("#review-help")).to_be_visible()
    assert problems_of(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#review-help")).to_be_hidden()
    page.locator("#review-keys").uncheck()
    before = pair_of(page)
    page.locator("h1").click()
    page.keyboard.press("r")
    page.wait_for_timeout(300)
    assert pair_of(page) == before
    page.locator("#review-keys").check()


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"], ids=["ko", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_desk_on_either_screen_in_either_language(
    at_desk: Callable[..., Page], size: dict[str, int], locale: str
) -> None:
    page = at_desk("second", size, locale)
    expect(page.locator(".review-terms tbody tr").first).to_be_visible()
    expect(page.locator(".review-compare tbody tr").first).to_be_visible()
    assert problems_of(page) == []
