"""Editing a post: nothing is lost, and no change is overwritten unseen."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import FORM, READY, OpenPage, fail_to_send
from tests.support.drawings import draw_bag, draw_umbrella

pytestmark = pytest.mark.browser


def post_with(page: Page, title: str, photos: list[Path]) -> str:
    """The address of the form that changes a new post."""
    page.goto(FORM)
    page.wait_for_selector(READY)
    page.locator("#id_title").fill(title)
    page.locator("#id_photos").set_input_files(photos)
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    return f"{page.url}edit/"


def open_form(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(READY)


def when(page: Page, what: str) -> None:
    """Which words say that something is here again."""
    for words in page.locator("[data-when]").all():
        expect(words).to_be_visible(visible=words.get_attribute("data-when") == what)


def test_a_change_survives_a_lost_network_and_is_forgotten_once_saved(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page("loser")
    edit = post_with(page, "갈색 모자", [draw_bag(pictures / "a.jpg", "#7a4b2a")])
    open_form(page, edit)
    expect(page.locator("[data-draft-notice]")).to_be_hidden()
    page.locator("#id_title").fill("갈색 털모자")
    page.locator("#id_photos").set_input_files(draw_umbrella(pictures / "b.jpg", "#7a4b2a"))
    expect(page.locator("[data-previews] img")).to_have_count(2)
    page.reload()
    page.wait_for_selector(READY)
    when(page, "kept")
    expect(page.locator("#id_title")).to_have_value("갈색 털모자")
    expect(page.locator("[data-previews] img")).to_have_count(2)
    fail_to_send(page)
    page.goto(edit.removesuffix("edit/"))  # by way of the post, which knows nothing of it
    page.get_by_role("link", name="고치기").click()
    page.wait_for_selector(READY)
    when(page, "unsent")
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name="갈색 털모자")).to_be_visible()
    expect(page.locator(".photos img")).to_have_count(2)
    open_form(page, edit)
    when(page, "nothing")
    page.locator("#id_title").fill("빨간 모자")
    page.reload()
    page.wait_for_selector(READY)
    page.locator("[data-draft-drop]").click()
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("갈색 털모자")
    page.locator("#id_title").fill("빨간 모자")
    page.locator("[data-draft-cancel]").click()
    open_form(page, edit)
    expect(page.locator("#id_title")).to_have_value("갈색 털모자")
    when(page, "nothing")


def change_elsewhere(page: Page, edit: str, field: str, words: str) -> None:
    open_form(page, edit)
    page.locator(field).fill(words)
    page.locator("[data-busy]").click()
    page.wait_for_url(edit.removesuffix("edit/"))


def test_conflicting_changes_are_shown_and_others_are_kept(
    open_page: OpenPage, pictures: Path
) -> None:
    here, there = open_page("loser"), open_page("loser")
    edit = post_with(here, "검정 우산", [])
    open_form(here, edit)
    here.locator("#id_title").fill("검정 접이우산")
    here.locator("#id_photos").set_input_files(draw_umbrella(pictures / "a.jpg", "#17181a"))
    change_elsewhere(there, edit, "#id_title", "검정 장우산")

    here.locator("[data-busy]").click()
    field = here.locator(".field", has=here.locator("#id_title"))
    expect(field.locator(".errorlist")).to_contain_text("검정 장우산")
    expect(here.locator("#id_title")).to_have_value("검정 접이우산")
    expect(here.locator("[data-previews] img")).to_have_count(1)
    # Meanwhile again: the draft comes back, and only what was changed here is saved.
    change_elsewhere(there, edit, "#id_place_note", "3층")
    open_form(here, edit)
    when(here, "changed")
    expect(here.locator("#id_title")).to_have_value("검정 접이우산")
    here.locator("[data-busy]").click()
    expect(here.get_by_role("heading", level=1, name="검정 접이우산")).to_be_visible()
    expect(here.locator("main")).to_contain_text("3층")
    expect(here.locator(".photos img")).to_have_count(1)
    open_form(here, edit)
    when(here, "nothing")


def test_a_draft_of_before_is_dropped_for_the_post_as_it_is(open_page: OpenPage) -> None:
    here, there = open_page("loser"), open_page("loser")
    edit = post_with(here, "초록 우산", [])
    open_form(here, edit)
    here.locator("#id_place_note").fill("2층")
    change_elsewhere(there, edit, "#id_title", "초록 장우산")
    open_form(here, edit)
    when(here, "changed")
    expect(here.locator("#id_place_note")).to_have_value("2층")
    here.locator("[data-draft-drop]").click()
    here.wait_for_selector(READY)
    expect(here.locator("#id_title")).to_have_value("초록 장우산")
    expect(here.locator("#id_place_note")).to_have_value("")


def test_the_photographs_of_a_post_are_put_in_order_removed_and_put_back(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page("loser")
    colours = ("#d1322b", "#2f8f46", "#2f6fde")
    drawn = [draw_bag(pictures / f"{n}.jpg", colour) for n, colour in enumerate(colours)]
    edit = post_with(page, "가방 셋", drawn)
    thumbnails = page.locator(".photos a").evaluate_all("all => all.map((one) => one.pathname)")
    numbers = [path.split("/")[2] for path in thumbnails]
    open_form(page, edit)
    previews = page.locator("[data-previews] .preview")
    expect(previews).to_have_count(3)
    expect(page.locator("input[type=radio][name=first_photo]")).to_have_count(0)
    previews.nth(2).locator("button").first.click()  # earlier: one, three, two
    previews.nth(0).locator("button").last.click()
    expect(previews.nth(0)).to_have_class("preview removed")
    page.reload()
    page.wait_for_selector(READY)
    expect(previews.nth(0)).to_have_class("preview removed")
    previews.nth(0).locator("button").click()
    expect(previews.nth(0)).to_have_class("preview")
    previews.nth(2).locator("button").last.click()  # the second one goes
    previews.nth(1).locator("button").first.click()
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name="가방 셋")).to_be_visible()
    now = page.locator(".photos a").evaluate_all("all => all.map((one) => one.pathname)")
    assert [path.split("/")[2] for path in now] == [numbers[2], numbers[0]]
