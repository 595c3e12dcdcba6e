"""The day of a loss: nothing is prefilled, and one tap says how well it is known."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.support.browser import FORM, PHONE, READY, OpenPage

pytestmark = pytest.mark.browser

SAID = ".loss-day .chip"


def opened(open_page: OpenPage, **options: Any) -> Page:
    page = open_page("loser", **options)
    page.goto(FORM)
    if options.get("script", True):
        page.wait_for_selector(READY)
    return page


def say(page: Page, label: str) -> None:
    page.locator(SAID, has_text=label).click()


def ago(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


def send(page: Page, title: str) -> None:
    page.locator("#id_title").fill(title)
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def shown_day(page: Page) -> str:
    return page.locator("dt:has-text('잃어버린') + dd").inner_text()


def test_only_what_was_said_is_asked_for(open_page: OpenPage) -> None:
    page = opened(open_page)
    first, last = page.locator("#id_happened_on"), page.locator("#id_happened_until")
    expect(first).to_have_value("")
    expect(last).to_be_hidden()
    assert page.locator(f"{SAID} input:checked").count() == 0
    say(page, "모르겠어요")
    expect(first).to_be_hidden()
    say(page, "두 날 사이예요")
    expect(first).to_be_visible()
    expect(last).to_be_visible()
    expect(page.get_by_label("이날까지는 있었어요")).to_be_visible()
    say(page, "그즈음이에요")
    expect(last).to_be_hidden()
    expect(page.locator(".loss-around")).to_be_visible()
    say(page, "날짜를 알아요")
    page.locator(".loss-first [data-ago='1']").click()
    expect(first).to_have_value(ago(1))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_range_is_saved_and_shown_again(open_page: OpenPage, script: bool) -> None:
    page = opened(open_page, script=script)
    say(page, "두 날 사이예요")
    page.locator("#id_happened_on").fill(ago(6))
    page.locator("#id_happened_until").fill(ago(3))
    send(page, "파란 우산, 며칠 전")
    first, last = (timezone.localdate() - timedelta(days=days) for days in (6, 3))
    assert f"{first.day}일" in shown_day(page) and f"{last.day}일" in shown_day(page)
    page.locator("a.button[href*='edit']").click()
    expect(page.locator("#id_happened_until")).to_have_value(ago(3))
    expect(page.locator("[name=day_is][value=between]")).to_be_checked()


def test_nothing_said_means_that_it_is_not_known(open_page: OpenPage) -> None:
    page = opened(open_page)
    send(page, "검은 우산, 언젠가")
    assert shown_day(page) == "알 수 없음"


def test_a_missing_day_is_named_where_it_was_promised(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.locator("#id_title").fill("우산")
    say(page, "그즈음이에요")
    page.locator("[data-busy]").click()
    expect(page.locator(".loss-first .errorlist li")).to_have_count(1)
    expect(page.locator("#id_happened_on")).to_be_focused()
    expect(page.locator("[name=day_is][value=around]")).to_be_checked()


@pytest.mark.parametrize("locale", ["ko-KR", "en-GB"])
@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}], ids=["390", "1280"])
def test_nothing_is_wider_than_the_page(open_page: OpenPage, size: Any, locale: str) -> None:
    page = opened(open_page, size=size, locale=locale)
    for value in ("exact", "around", "between", "unknown"):
        page.locator(".loss-day .chip", has=page.locator(f"[value={value}]")).click()
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0, value
