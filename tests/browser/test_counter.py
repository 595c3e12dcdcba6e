"""Taking things in at the counter: photograph, one key for what is proposed, shelf, saved."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, OpenPage
from tests.browser.drawings import draw_umbrella
from tests.browser.test_pages import problems_of

pytestmark = pytest.mark.browser
INTAKE = "/admin/lostfound/post/intake/"
ANSWER_TIMEOUT_MS = 30_000


def test_a_thing_is_taken_in_within_half_a_minute(open_page: OpenPage, pictures: Path) -> None:
    page = open_page("staff", size=DESK)
    page.goto(INTAKE)
    started = time.monotonic()
    page.locator("#id_photos").set_input_files(draw_umbrella(pictures / "u.jpg", "#7b3fb5"))
    expect(page.locator(".proposal").first).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    page.keyboard.press("Alt+a")
    assert page.locator("#id_category").input_value()
    page.locator("#id_office").select_option(index=1)
    page.locator("#id_shelf").fill("A-12")
    page.locator("#id_hidden_facts").fill("손잡이에 이니셜 K")
    assert problems_of(page) == []
    page.locator("#id_shelf").press("Enter")
    expect(page.locator(".messagelist .success")).to_contain_text("접수했어요")
    assert time.monotonic() - started < 30
    # The next thing begins with what both have in common.
    expect(page.locator("#id_shelf")).to_have_value("A-12")
    expect(page.locator("#id_hidden_facts")).to_have_value("")
    page.locator(".messagelist a").click()
    expect(page.locator("#id_hidden_facts")).to_have_value("손잡이에 이니셜 K")


def test_a_file_is_brought_in_with_a_report(open_page: OpenPage, tmp_path: Path) -> None:
    table = tmp_path / "things.csv"
    table.write_text(
        "제목,분류,선반\n회색 목도리,scarf,C-1\n이상한 것,우주선,C-1\n", encoding="utf-8"
    )
    page = open_page("staff", size=DESK)
    page.goto("/admin/lostfound/post/import/")
    page.locator("#file").set_input_files(table)
    page.locator(".office-foot button").click()
    expect(page.locator(".office-rows tbody tr")).to_have_count(2)
    expect(page.locator(".is-refused")).to_contain_text("우주선")
    assert problems_of(page) == []
    page.locator(".office-foot button").click()
    expect(page.locator("#content")).to_contain_text("1줄을 접수하지 못했어요")
    page.goto("/admin/lostfound/post/?shelf=C-1")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
