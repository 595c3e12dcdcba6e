"""Searching by words, filters and photograph, in both languages and sizes."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import DESK, PHONE, OpenPage, problems_of, search_until_meant
from tests.support.drawings import draw_bag

pytestmark = pytest.mark.browser
LOAD_TIMEOUT_MS = 20_000  # Back and Forward load the page anew


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
    page.locator("#id_colour").select_option("pink")
    expect(page.locator(".empty")).to_be_visible()
    page.wait_for_url("**/search/?colour=pink")
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


def holds(page: Page, q: str, colour: str) -> None:
    """Form, address and things found are of this search."""
    expect(page.locator("#id_q")).to_have_value(q, timeout=LOAD_TIMEOUT_MS)
    expect(page.locator("#id_colour")).to_have_value(colour)
    expected = {name: [value] for name, value in (("q", q), ("colour", colour)) if value}
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == expected)
    if colour == "pink":
        expect(page.locator(".empty")).to_be_visible()
    else:
        expect(page.locator(".card").first).to_contain_text("손가방")


def test_back_forward_and_reload_keep_form_address_and_results_together(
    open_page: OpenPage,
) -> None:
    page = open_page(size=DESK)
    page.goto("/search/")
    page.locator("#id_q").fill("손가방")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    page.locator("#id_colour").select_option("pink")
    page.wait_for_url("**&colour=pink")
    holds(page, "손가방", "pink")
    page.go_back()
    holds(page, "손가방", "")
    page.go_forward()
    holds(page, "손가방", "pink")
    page.reload()
    holds(page, "손가방", "pink")
    page.go_back()
    holds(page, "손가방", "")
    page.locator("#id_colour").select_option("navy")  # still of the same words
    page.wait_for_url("**&colour=navy")
    holds(page, "손가방", "navy")
    page.locator(".card a").first.click()
    page.get_by_role("link", name="습득물 찾기").click()
    holds(page, "손가방", "navy")
    page.go_back()
    page.go_back()
    holds(page, "손가방", "navy")


def test_words_that_were_never_sent_go_when_a_page_comes_from_memory(open_page: OpenPage) -> None:
    page = open_page(size=DESK)
    page.goto("/search/?q=손가방&colour=navy&category=handbag")
    page.locator("#id_q").fill("something else")
    page.evaluate("document.querySelector('#id_colour').value = 'pink'")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator("#id_q")).to_have_value("손가방")
    expect(page.locator("#id_colour")).to_have_value("navy")
    expect(page.locator("#id_category_words")).to_have_value("핸드백")


def test_links_beside_the_form_are_of_the_search_that_is_shown(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page(size=DESK)
    search_until_meant(page, "/search/?q=남색 핸드백")
    page.goto("/search/?colour=navy")
    page.locator("#search-photo").set_input_files(draw_bag(pictures / "bag.jpg", "#23305f"))
    page.wait_for_url("**/search/?photo=*")
    assert "colour=navy" in page.url
    page.locator("#id_q").fill("손가방")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    assert "photo=" in page.url and "colour=navy" in page.url
    page.get_by_role("link", name="사진 빼기").click()
    holds(page, "손가방", "navy")
    page.get_by_role("link", name="검색 조건 지우기").click()
    expect(page).to_have_url(re.compile("/search/$"))
    page.locator("#id_colour").select_option("navy")
    page.get_by_role("link", name="검색 조건 지우기").click()
    expect(page.locator("#id_colour")).to_have_value("")


def test_a_refused_photograph_keeps_what_was_typed(open_page: OpenPage, pictures: Path) -> None:
    page = open_page(size=DESK)
    page.goto("/search/?colour=navy")
    page.locator("#id_q").fill("손가방")  # not sent yet
    wrong = pictures / "wrong.jpg"
    wrong.write_text("no photograph")
    page.locator("#search-photo").set_input_files(wrong)
    expect(page.locator(".messages .error")).to_be_visible()
    holds(page, "손가방", "navy")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_search_that_does_not_get_through_says_so_and_keeps_what_was_there(
    open_page: OpenPage, size: dict[str, int]
) -> None:
    page = open_page(size=size, expected=("htmx:", "status of 503", "Status Error Code 503"))
    page.goto("/search/?q=손가방")
    failed = page.locator("#search-failed")
    expect(failed).to_be_hidden()
    if size is PHONE:
        page.locator(".more summary").click()
    page.context.set_offline(True)
    page.locator("#id_colour").select_option("pink")
    expect(failed).to_be_in_viewport()
    expect(page.locator(".card").first).to_contain_text("손가방")
    assert "colour" not in page.url
    assert problems_of(page) == []
    page.context.set_offline(False)
    page.route("**/search/?*", lambda route: route.fulfill(status=503))
    failed.locator("button").click()
    expect(failed).to_be_in_viewport()
    expect(page.locator(".card").first).to_contain_text("손가방")
    page.unroute("**/search/?*")
    failed.locator("button").click()
    expect(failed).to_be_hidden()
    holds(page, "손가방", "pink")


def test_what_is_wrong_is_marked_without_a_new_page(open_page: OpenPage) -> None:
    page = open_page(size=DESK)
    page.goto("/search/?since=2026-03-09")
    page.locator("#id_until").fill("2026-03-02")
    expect(page.locator("#search-error-until .errorlist")).to_be_visible()
    expect(page.locator("#id_until")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".card")).to_have_count(0)
    assert problems_of(page) == []
    page.locator("#id_until").fill("2099-03-12")
    expect(page.locator("#search-error-until .errorlist")).to_have_count(0)
    expect(page.locator("#id_until")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".card")).not_to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_category_is_searched_by_name_and_the_address_stays_short(
    open_page: OpenPage, size: dict[str, int]
) -> None:
    page = open_page(size=size)
    page.goto("/search/")
    if size is PHONE:
        page.locator(".more summary").click()
    page.locator("#id_category_words").fill("umbrella")
    option = page.locator("#id_category_list [role=option]").first
    expect(option).to_be_in_viewport()
    option.click()
    page.wait_for_url("**/search/?category=umbrella")
    assert problems_of(page) == []


def test_the_front_page_takes_a_photograph_with_the_words_beside_it(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page()
    search_until_meant(page, "/search/?q=남색 핸드백")
    page.goto("/")
    assert problems_of(page) == []
    page.locator("#search-box").fill("손가방")
    with page.expect_file_chooser() as chosen:
        page.locator(".box-photo label").click()
    chosen.value.set_files(draw_bag(pictures / "bag.jpg", "#23305f"))
    page.wait_for_url("**/search/?q=*")
    assert "photo=" in page.url
    expect(page.locator("#id_q")).to_have_value("손가방")
    expect(page.locator(".card").first).to_contain_text("손가방")


def test_without_a_script_the_front_page_leads_to_where_a_photograph_is_chosen(
    open_page: OpenPage,
) -> None:
    page = open_page(script=False)
    page.goto("/")
    page.locator(".box-photo").get_by_role("link").click()
    page.wait_for_url("**/search/#by-photo")
    bar = page.locator(".bar").bounding_box()
    label = page.locator("#by-photo label").bounding_box()
    assert bar and label and label["y"] >= bar["y"] + bar["height"]


def test_where_nothing_is_found_its_words_begin_a_post(open_page: OpenPage) -> None:
    page = open_page("newcomer")
    page.goto("/search/?q=손가방&colour=pink")
    page.locator(".empty").get_by_role("link").click()
    expect(page.locator("#id_title")).to_have_value("손가방")


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
