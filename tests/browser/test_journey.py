"""A thing's way through the product: lost, found, suggested, confirmed, notified, undone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import DESK, OpenPage, choose
from tests.support.drawings import draw_umbrella

pytestmark = pytest.mark.browser

DONE_TIMEOUT_MS = 60_000
LOST_TITLE = "초록색 접이식 우산"
FOUND_TITLE = "초록 우산"


def write_post(page: Page, kind: str, title: str, photos: list[Path]) -> None:
    """Fill in the form as a person does, and send it."""
    page.goto("/")
    page.locator(f".door.{kind}").click()
    page.locator("#id_title").fill(title)
    page.locator("#id_description").fill("손잡이가 둥글고 살이 다섯 개입니다.")
    choose(page, "category", "우산")
    choose(page, "building", "도서관")
    page.get_by_role("radio", name="초록").check(force=True)
    page.locator("#id_photos").set_input_files(photos)
    expect(page.locator("[data-previews] img")).to_have_count(len(photos))
    page.get_by_role("button", name="어제").click()
    if kind == "found":
        page.locator("#id_office").select_option(index=1)
    page.locator("[data-busy]").click()


def expect_saved_then_done(page: Page, title: str) -> None:
    """The post is there at once; the end of the matching appears without reloading."""
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(page.locator("#matching")).to_have_attribute(
        "data-stage", re.compile("waiting|running|pending|searching|moving|done")
    )
    page.evaluate("window.notReloaded = true")
    expect(page.locator("#matching")).to_have_attribute(
        "data-stage", "done", timeout=DONE_TIMEOUT_MS
    )
    assert page.evaluate("window.notReloaded") is True


def test_a_lost_thing_is_matched_confirmed_notified_and_undone(
    open_page: OpenPage, pictures: Path
) -> None:
    loser = open_page("loser")
    lost_photos = [draw_umbrella(pictures / f"lost{n}.jpg", "#2f8f46", 12 * n) for n in (0, 1)]
    write_post(loser, "lost", LOST_TITLE, lost_photos)
    expect_saved_then_done(loser, LOST_TITLE)
    expect(loser.locator(".photos img")).to_have_count(2)

    finder = open_page("finder")
    write_post(finder, "found", FOUND_TITLE, [draw_umbrella(pictures / "found.jpg", "#2f8f46", 20)])
    expect_saved_then_done(finder, FOUND_TITLE)
    expect(finder.locator(".suggestion").filter(has_text=LOST_TITLE)).to_be_visible()

    staff = open_page("staff", size=DESK)
    staff.goto("/admin/")
    staff.get_by_role("link", name="목록 보기").click()
    row = staff.locator(".review-list tbody tr").filter(has_text=LOST_TITLE)
    row = row.filter(has_text=FOUND_TITLE)
    expect(row.locator("img")).to_have_count(2)
    row.locator(".review-closely").click()
    expect_both_sides(staff)
    staff.locator(".review-bar .review-confirm").click()
    undo = staff.locator(".messagelist .review-undo")
    expect(undo).to_be_visible()

    loser.goto("/")
    expect(loser.locator(".tabs .count")).to_be_visible()
    loser.goto("/notifications/")
    notification = loser.locator(
        "main .message-list li", has_text=f"잃어버린 물건을 찾았어요: {LOST_TITLE}"
    )
    expect(notification).to_have_count(1)
    notification.locator("button").click()
    expect(loser.locator("#matching")).to_have_attribute("data-stage", "matched")
    expect(loser.locator(".go-on")).to_be_visible()

    undo.click()
    expect(staff.locator(".messagelist")).to_be_visible()
    loser.reload()
    expect(loser.locator("#matching")).to_have_attribute("data-stage", "done")


def expect_both_sides(page: Page) -> None:
    """The two posts beside each other, with all photographs and the terms of the score."""
    lost, found = page.locator(".review-column.is-lost"), page.locator(".review-column.is-found")
    expect(lost).to_contain_text(LOST_TITLE)
    expect(found).to_contain_text(FOUND_TITLE)
    expect(lost.locator("img")).to_have_count(2)
    expect(found.locator("img")).to_have_count(1)
    for image in page.locator(".review-column img").all():
        image.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete", arg=image.element_handle())
        assert image.evaluate("image => image.naturalWidth") > 0
    left, right = lost.bounding_box(), found.bounding_box()
    assert left and right
    assert left["y"] == right["y"] and left["x"] < right["x"]
    expect(page.locator(".review-terms tbody tr").first).to_be_visible()
    expect(page.locator(".review-compare tbody tr").first).to_be_visible()
