"""What a person types survives a reload, an error, a lost network and a double click."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import FORM, READY, OpenPage, choose
from tests.support.drawings import draw_bag, draw_umbrella

pytestmark = pytest.mark.browser


def test_a_draft_survives_a_reload_with_its_photographs(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page("loser")
    page.goto(FORM)
    page.wait_for_selector(READY)
    page.locator("#id_title").fill("빨간 우산")
    page.locator("#id_description").fill("손잡이에 이름표")
    choose(page, "building", "도서관")
    page.get_by_role("radio", name="빨강").check(force=True)
    page.get_by_role("button", name="그저께").click()
    drawn = [draw_umbrella(pictures / "a.jpg", "#d1322b"), draw_bag(pictures / "b.jpg", "#d1322b")]
    page.locator("#id_photos").set_input_files(drawn)
    expect(page.locator("[data-previews] img")).to_have_count(2)
    day = page.locator("#id_happened_on").input_value()
    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator("[data-draft-notice]")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("빨간 우산")
    expect(page.locator("#id_description")).to_have_value("손잡이에 이름표")
    expect(page.locator("#id_building_words")).not_to_have_value("")
    expect(page.get_by_role("radio", name="빨강")).to_be_checked()
    expect(page.locator("#id_happened_on")).to_have_value(day)
    expect(page.locator("[data-previews] img")).to_have_count(2)
    # The second one is made the first, and one is taken out.
    page.get_by_role("button", name="앞으로: b.jpg").click()
    expect(page.locator("[data-previews] img").first).to_have_attribute("alt", "b.jpg")
    page.get_by_role("button", name="빼기: a.jpg").click()
    expect(page.locator("[data-previews] img")).to_have_count(1)
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name="빨간 우산")).to_be_visible()
    expect(page.locator(".photos img")).to_have_count(1)
    # It has arrived, so the next form is empty.
    page.goto(FORM)
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("")
    expect(page.locator("[data-draft-notice]")).to_be_hidden()


def test_without_a_network_nothing_is_lost_and_it_is_posted_once(open_page: OpenPage) -> None:
    page = open_page("finder")
    page.goto("/posts/new/lost/")
    page.wait_for_selector(READY)
    page.evaluate("navigator.serviceWorker.ready")
    page.locator("#id_title").fill("회색 모자")
    page.context.set_offline(True)
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("인터넷에 연결되어 있지 않아요")
    page.context.set_offline(False)
    page.goto(FORM)
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("회색 모자")
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name="회색 모자")).to_be_visible()
    page.goto("/posts/")
    expect(page.locator(".row", has_text="회색 모자")).to_have_count(1)


def test_a_draft_can_be_thrown_away(open_page: OpenPage) -> None:
    page = open_page("english", locale="en-US")
    page.goto("/posts/new/found/")
    page.wait_for_selector(READY)
    page.locator("#id_title").fill("A blue pencil case")
    page.reload()
    page.wait_for_selector(READY)
    page.locator("[data-draft-notice] button").click()
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("")
    page.goto(FORM)  # the other form has a draft of its own
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("")


def test_a_friendly_word_where_there_is_no_photograph(open_page: OpenPage, pictures: Path) -> None:
    page = open_page("clumsy")
    page.goto(FORM)
    page.wait_for_selector(READY)
    word = page.locator("[data-without]")
    expect(word).to_contain_text("사진이 없어도 찾을 수 있어요")
    page.locator("#id_photos").set_input_files(draw_bag(pictures / "bag.jpg", "#23305f"))
    expect(word).to_be_hidden()
    page.get_by_role("button", name="빼기: bag.jpg").click()
    expect(word).to_be_visible()


def test_the_last_word_before_leaving_or_switching_the_language_is_kept(
    open_page: OpenPage,
) -> None:
    page = open_page("loser")
    page.goto(FORM)
    page.wait_for_selector(READY)
    page.locator("#id_title").press_sequentially("노란 모자")
    page.goto("/")  # at once
    page.goto(FORM)
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("노란 모자")
    page.locator("#id_description").press_sequentially("챙이 넓어요")
    page.locator(".language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("노란 모자")
    expect(page.locator("#id_description")).to_have_value("챙이 넓어요")
    page.locator(".language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "ko")


def test_after_an_error_and_a_reload_everything_is_there(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page("clumsy")
    page.goto(FORM)
    page.wait_for_selector(READY)
    letter = pictures / "letter.jpg"
    letter.write_text("이것은 사진이 아닙니다.")
    bag = draw_bag(pictures / "bag.jpg", "#23305f")
    umbrella = draw_umbrella(pictures / "umbrella.jpg", "#d1322b")
    page.locator("#id_photos").set_input_files([bag, letter, umbrella])
    page.locator("#id_place_note").fill("3층")
    page.locator("[data-busy]").click()
    expect(page.locator(".notice.error")).to_be_visible()
    page.wait_for_selector(READY)
    expect(page.locator("[data-previews] img")).to_have_count(2)
    page.locator("#id_title").fill("남색 가방")
    another = draw_bag(pictures / "another.jpg", "#d1322b")
    page.locator("#id_photos").set_input_files(another)
    expect(page.locator("[data-previews] img")).to_have_count(3)
    ways: tuple[Callable[[], object], ...] = (page.reload, lambda: page.goto(FORM))
    for again in ways:
        again()
        page.wait_for_selector(READY)
        expect(page.locator("#id_title")).to_have_value("남색 가방")
        expect(page.locator("#id_place_note")).to_have_value("3층")
        expect(page.locator("[data-previews] img")).to_have_count(3)
        expect(page.locator("[data-draft-notice]")).to_be_visible()
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name="남색 가방")).to_be_visible()
    expect(page.locator(".photos img")).to_have_count(3)
    page.goto(FORM)
    page.wait_for_selector(READY)
    expect(page.locator("[data-draft-notice]")).to_be_hidden()


def test_photographs_of_a_draft_survive_a_refusal_and_another_reload(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page("english")
    page.goto("/posts/new/found/")
    page.wait_for_selector(READY)
    drawn = [draw_umbrella(pictures / "a.jpg", "#d1322b"), draw_bag(pictures / "b.jpg", "#d1322b")]
    page.locator("#id_photos").set_input_files(drawn)
    page.locator("#id_title").fill("두 번 새로고침")
    expect(page.locator("[data-previews] img")).to_have_count(2)
    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator("[data-previews] img")).to_have_count(2)
    page.locator("[data-busy]").click()  # refused: nobody said where it is kept
    expect(page.locator("#id_office[aria-invalid=true]")).to_be_visible()
    expect(page.locator("[data-previews] img")).to_have_count(2)
    for _ in range(2):
        page.reload()
        page.wait_for_selector(READY)
        expect(page.locator("[data-previews] img")).to_have_count(2)
        expect(page.locator("#id_title")).to_have_value("두 번 새로고침")
    page.locator("#id_kept_note").fill("경비실")
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name="두 번 새로고침")).to_be_visible()
    expect(page.locator(".photos img")).to_have_count(2)


def test_a_page_that_was_only_looked_at_makes_no_draft(open_page: OpenPage) -> None:
    page = open_page("loser")
    page.goto(FORM)
    page.wait_for_selector(READY)
    page.locator("#id_title").fill("우산")
    page.locator("#id_title").fill("")
    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator("[data-draft-notice]")).to_be_hidden()
    assert page.evaluate("draftStore.keys()") == []
