"""Searching as people do: by words, by facts, by a photograph, in both languages and sizes."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, OpenPage
from tests.browser.drawings import draw_bag
from tests.browser.test_pages import problems_of

pytestmark = pytest.mark.browser
READY_TIMEOUT_S = 60


def search_until_meant(page: Page, path: str) -> None:
    """Until the finder has read the seeded post: it starts with the worker."""
    for _ in range(READY_TIMEOUT_S):
        page.goto(path)
        if page.locator(".why").count() and not page.locator("#results .notice").count():
            return
        page.wait_for_timeout(1000)
    raise AssertionError(page.locator("#results").inner_text())


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(
    ("locale", "query"), [("ko-KR", "남색 핸드백"), ("en-US", "navy handbag")], ids=["ko", "en"]
)
def test_words_in_either_language_find_the_bag_and_say_why(
    open_page: OpenPage, size: dict[str, int], locale: str, query: str
) -> None:
    page = open_page(size=size, locale=locale)
    search_until_meant(page, f"/search/?q={query}")
    first = page.locator(".card").first
    expect(first).to_contain_text("손가방")
    assert problems_of(page) == []
    address = page.url
    first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("손가방")
    assert problems_of(page) == []
    again = open_page(size=size, locale=locale)
    again.goto(address)
    expect(again.locator(".card").first).to_contain_text("손가방")


def test_facts_narrow_it_down_without_a_new_page(open_page: OpenPage) -> None:
    page = open_page(size=DESK)
    page.goto("/search/")
    expect(page.locator(".card")).not_to_have_count(0)
    page.evaluate("window.notReloaded = true")
    page.locator(".more summary").click()
    page.locator("#id_colour").select_option("pink")
    expect(page.locator(".empty")).to_be_visible()
    assert "colour=pink" in page.url
    page.locator("#id_colour").select_option("navy")
    expect(page.locator(".card").first).to_contain_text("손가방")
    assert page.evaluate("window.notReloaded") is True


def test_a_photograph_finds_its_like(open_page: OpenPage, pictures: Path) -> None:
    page: Any = open_page()
    search_until_meant(page, "/search/?q=남색 핸드백")
    page.goto("/search/")
    page.locator("#search-photo").set_input_files(draw_bag(pictures / "bag.jpg", "#23305f"))
    page.wait_for_url("**/search/?photo=*")
    expect(page.locator(".card").first).to_contain_text("손가방")
    expect(page.locator(".card").first.locator(".why")).to_contain_text("닮았어요")


def test_the_front_page_leads_there(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/")
    page.locator("#search-box").fill("손가방")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    expect(page.locator(".card").first).to_contain_text("손가방")
    page.locator(".card a").first.click()
    page.get_by_role("link", name="이런 물건을 잃어버렸어요").click()
    page.wait_for_url("**/accounts/login/**")
