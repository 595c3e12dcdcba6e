"""While a post is written, category and colour are suggested, and the person decides."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import ANSWER_TIMEOUT_MS, DESK, PHONE, OpenPage, problems_of
from tests.support.drawings import draw_umbrella

pytestmark = pytest.mark.browser


def proposals(page: Page, field: str) -> Locator:
    return page.locator(f'.proposal[data-field="{field}"]')


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_words_and_photograph_propose_and_a_tap_chooses(
    open_page: OpenPage, pictures: Path, size: dict[str, int]
) -> None:
    page = open_page("loser", size=size)
    page.goto("/posts/new/lost/")
    page.locator("#id_title").fill("검정색 장지갑")
    first = proposals(page, "category").first
    expect(first).to_contain_text("지갑", timeout=ANSWER_TIMEOUT_MS)
    assert page.locator("#id_category").input_value() == ""  # nothing is chosen for anybody
    first.click()
    assert page.locator("#id_category").input_value() == first.get_attribute("data-value")
    expect(first).to_have_attribute("aria-pressed", "true")
    colour = proposals(page, "colour").first
    expect(colour).to_contain_text("검정")
    colour.click()
    expect(page.locator('input[name="colour"][value="black"]')).to_be_checked()
    page.locator("#id_category").select_option(index=0)
    expect(first).to_have_attribute("aria-pressed", "false")
    assert problems_of(page) == []


def test_a_photograph_alone_is_enough(open_page: OpenPage, pictures: Path) -> None:
    page = open_page("finder")
    page.goto("/posts/new/found/")
    page.locator("#id_photos").set_input_files([draw_umbrella(pictures / "p.jpg", "#2f8f46")])
    expect(page.locator(".proposal").first).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
