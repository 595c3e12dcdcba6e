"""Where a form is all it takes, it works in a browser that runs no script."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, OpenPage
from tests.browser.drawings import draw_bag, draw_umbrella

pytestmark = pytest.mark.browser
COMPARED_TRIES = 60


def reload_until(page: Page, wanted: str) -> None:
    """The worker is at it; nothing on the page asks for us."""
    for _ in range(COMPARED_TRIES):
        if page.locator(wanted).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(f"{wanted} did not come: {page.locator('main').inner_text()}")


def test_a_student_posts_changes_closes_and_deletes(open_page: OpenPage, pictures: Path) -> None:
    page = open_page("newcomer", script=False)
    page.goto("/posts/new/lost/")
    expect(page.locator(".presets")).to_be_hidden()  # nothing is offered that does nothing
    page.locator("#id_title").fill("보라색 우산")
    page.locator("#id_category").select_option(label="우산")
    page.get_by_role("radio", name="보라").check(force=True)
    umbrella = draw_umbrella(pictures / "u.jpg", "#7b3fb5")
    page.locator("#id_photos").set_input_files([umbrella])
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("보라색 우산")
    expect(page.locator("main img").first).to_be_visible()
    reload_until(page, '#matching[data-stage="done"]')

    page.get_by_role("link", name="고치기").click()
    page.locator("#id_title").fill("보라색 긴 우산")
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("보라색 긴 우산")
    page.get_by_role("link", name="글 마감하기").click()
    page.get_by_role("button", name="글 마감하기").click()
    expect(page.locator("main")).to_contain_text("마감")
    page.get_by_role("link", name="삭제").click()
    page.get_by_role("button", name="삭제").click()
    page.goto("/posts/")
    expect(page.locator("main")).not_to_contain_text("보라색 긴 우산")


def test_words_facts_and_a_photograph_find(open_page: OpenPage, pictures: Path) -> None:
    page = open_page(script=False)
    page.goto("/")
    page.locator("#search-box").fill("손가방")
    page.locator("form[role=search] button").first.click()
    reload_until(page, ".card")
    expect(page.locator(".card").first).to_contain_text("손가방")
    page.goto("/search/?q=손가방&colour=pink")
    expect(page.locator(".empty")).to_be_visible()
    page.goto("/search/")
    page.locator("#search-photo").set_input_files(draw_bag(pictures / "bag.jpg", "#23305f"))
    page.get_by_role("button", name="이 사진으로 찾기").click()
    expect(page.locator(".card").first).to_contain_text("손가방")


def test_a_loser_answers_and_staff_decide(open_page: OpenPage) -> None:
    student = open_page("reader", script=False)
    student.goto("/posts/")
    student.locator("a.row").first.click()
    reload_until(student, ".suggestion")
    student.get_by_role("button", name="이건 내 것 같아요").first.click()
    expect(student.locator(".suggestion.is-mine")).to_be_visible()

    staff = open_page("staff", size=DESK, script=False)
    staff.goto("/admin/matching/match/desk/")
    expect(staff.locator(".review-answer")).to_contain_text("이건 내 것 같아요")
    title = staff.locator(".review-column.is-lost h2").inner_text()
    staff.locator(".review-confirm").click()
    expect(staff.locator(".messagelist .success")).to_contain_text(title)
    staff.locator(".messagelist button").first.click()  # taken back, for the other tests
    expect(staff.locator(".messagelist")).to_contain_text(title)


def test_staff_take_a_thing_in(open_page: OpenPage, pictures: Path) -> None:
    page = open_page("staff", size=DESK, script=False)
    page.goto("/admin/lostfound/post/intake/")
    page.locator("#id_photos").set_input_files(draw_umbrella(pictures / "u.jpg", "#2f8f46"))
    page.locator("#id_category").select_option(label="우산")
    page.locator('input[name="colour"][value="green"]').check(force=True)
    page.locator("#id_office").select_option(index=1)
    page.locator("#id_shelf").fill("N-1")
    page.locator(".office-foot button").click()
    expect(page.locator(".messagelist .success")).to_contain_text("초록 우산")
