"""Errors are shown next to their fields, and no valid input is lost."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import OpenPage
from tests.support.drawings import draw_bag, draw_umbrella

pytestmark = pytest.mark.browser


def test_wrong_input_is_marked_and_typed_text_and_photographs_stay(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page("clumsy")
    page.goto("/posts/new/lost/")
    good = draw_umbrella(pictures / "umbrella.jpg", "#2f6fde")
    wrong = pictures / "letter.jpg"
    wrong.write_text("이것은 사진이 아닙니다.")
    page.locator("#id_description").fill("파란 우산, 손잡이에 스티커")
    page.locator("#id_place_note").fill("3층 창가")
    page.locator("#id_happened_on").fill((date.today() + timedelta(days=3)).isoformat())
    page.locator("#id_photos").set_input_files([good, wrong])
    page.locator("[data-busy]").click()

    expect(page.locator(".notice.error")).to_be_visible()
    for name in ("title", "happened_on", "photos"):
        beside = page.locator(".field", has=page.locator(f"#id_{name}"))
        expect(beside.locator(".errorlist li")).to_have_count(1)
    expect(page.locator("#id_photos")).to_be_focused()  # the first that is marked
    expect(page.locator("#id_description")).to_have_value("파란 우산, 손잡이에 스티커")
    expect(page.locator("#id_place_note")).to_have_value("3층 창가")
    expect(page.locator('input[name="staged"]')).to_have_count(1)

    page.locator("#id_title").fill("파란 우산")
    page.locator("#id_happened_on").fill(date.today().isoformat())
    page.locator("#id_photos").set_input_files(draw_bag(pictures / "bag.jpg", "#2f6fde"))
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name="파란 우산")).to_be_visible()
    expect(page.locator(".photos img")).to_have_count(2)


def test_a_found_thing_needs_a_place_where_it_is_kept(open_page: OpenPage) -> None:
    page = open_page("clumsy")
    page.goto("/posts/new/found/")
    page.locator("#id_title").fill("검정 지갑")
    page.locator("[data-busy]").click()
    beside = page.locator(".field", has=page.locator("#id_office"))
    expect(beside.locator(".errorlist li")).to_have_count(1)
    expect(page.locator("#id_title")).to_have_value("검정 지갑")


def test_a_photograph_that_is_too_large_is_marked_before_it_is_sent(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page("clumsy")
    page.goto("/posts/new/lost/")
    large = draw_bag(pictures / "large.jpg", "#d1322b")
    with large.open("ab") as file:
        file.truncate(10 * 1024 * 1024 + 1)
    page.locator("#id_photos").set_input_files(large)
    expect(page.locator(".preview.refused p")).to_be_visible()
    page.locator(".preview button").click()
    expect(page.locator(".preview")).to_have_count(0)
