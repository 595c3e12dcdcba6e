"""Forms work in a browser without JavaScript."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import DESK, OpenPage, reload_until, search_until_meant
from tests.support.drawings import draw_bag, draw_umbrella

pytestmark = pytest.mark.browser
LOST = "주황색 농구공"


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
    search_until_meant(page, "/search/?q=남색 핸드백")
    page.goto("/")
    page.locator("#search-box").fill("손가방")
    page.locator("form[role=search] button").first.click()
    expect(page.locator(".card").first).to_contain_text("손가방")
    page.goto("/search/?q=손가방&colour=pink")
    expect(page.locator(".empty")).to_be_visible()
    page.goto("/search/")
    page.locator("#search-photo").set_input_files(draw_bag(pictures / "bag.jpg", "#23305f"))
    page.get_by_role("button", name="이 사진으로 찾기").click()
    expect(page.locator(".card").first).to_contain_text("손가방")


def test_a_loser_answers_staff_take_in_and_decide(open_page: OpenPage) -> None:
    student = open_page("newcomer", script=False)
    student.goto("/posts/new/lost/")
    student.locator("#id_title").fill(LOST)
    student.locator("#id_category").select_option(label="공")
    student.get_by_role("radio", name="주황").check(force=True)
    student.locator("[data-busy]").click()
    expect(student.get_by_role("heading", level=1)).to_have_text(LOST)

    staff = open_page("staff", size=DESK, script=False)
    staff.goto("/admin/lostfound/post/intake/")
    staff.locator("#id_category").select_option(label="공")
    staff.locator('input[name="colour"][value="orange"]').check(force=True)
    staff.locator("#id_description").fill("오렌지색 농구공, 이름이 적혀 있음")
    staff.locator("#id_office").select_option(index=1)
    staff.locator("#id_shelf").fill("N-1")
    staff.locator(".office-foot button").click()
    expect(staff.locator(".messagelist .success")).to_contain_text("주황 공")

    reload_until(student, '.suggestion:has-text("주황 공")')
    student.get_by_role("button", name="이건 내 것 같아요").first.click()
    expect(student.locator(".suggestion.is-mine")).to_be_visible()

    staff.goto("/admin/matching/match/desk/")
    expect(staff.locator(".review-column.is-lost h2")).to_have_text(LOST)
    expect(staff.locator(".review-answer")).to_contain_text("이건 내 것 같아요")
    staff.locator(".review-confirm").click()
    expect(staff.locator(".messagelist .success")).to_contain_text(LOST)
    student.goto("/notifications/")
    expect(student.locator("main")).to_contain_text(LOST)
