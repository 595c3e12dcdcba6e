"""Writing a post: typed text counts, and nothing moves under a finger."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import ANSWER_TIMEOUT_MS, FORM, PHONE, READY, OpenPage
from tests.support.drawings import draw_bag, draw_umbrella

pytestmark = pytest.mark.browser


def leave(page: Page, field: str, words: str) -> None:
    """Type into a search box, and go on without choosing."""
    page.locator(f"#id_{field}_words").fill(words)
    page.locator("#id_title").click()


def label_of(page: Page, field: str) -> str:
    chosen = page.locator(f"#id_{field}").evaluate("one => one.selectedOptions[0]")
    assert chosen is not None
    return str(page.locator(f"#id_{field}").evaluate("one => one.selectedOptions[0].textContent"))


def test_words_that_can_mean_only_one_row_choose_it(open_page: OpenPage) -> None:
    page = open_page("loser")
    page.goto(FORM)
    page.wait_for_selector(READY)
    leave(page, "category", "우산")
    assert label_of(page, "category") == "우산"
    also = page.locator("#id_category option[data-words*='|']").last
    name, synonym = also.evaluate("one => [one.textContent, one.dataset.words.split('|').at(-1)]")
    leave(page, "category", synonym)
    expect(page.locator("#id_category_words")).to_have_value(label_of(page, "category"))
    assert label_of(page, "category") == name


def test_a_place_that_is_not_in_the_list_is_written_beneath(open_page: OpenPage) -> None:
    page = open_page("loser")
    page.goto(FORM)
    page.wait_for_selector(READY)
    leave(page, "building", "정문 앞 붕어빵 노점")
    expect(page.locator("#id_place_note")).to_have_value("정문 앞 붕어빵 노점")
    expect(page.locator("#id_building_words")).to_have_value("")
    status = page.locator(".field", has=page.locator("#id_building")).locator(".choose-status")
    expect(status).to_be_visible()
    leave(page, "building", "후문 앞 노점")  # and that is full now
    expect(page.locator("#id_building_words")).to_have_value("후문 앞 노점")
    expect(page.locator("#id_place_note")).to_have_value("정문 앞 붕어빵 노점")
    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator("#id_building_words")).to_have_value("후문 앞 노점")


def test_a_category_that_is_not_in_the_list_stays_until_somebody_decides(
    open_page: OpenPage,
) -> None:
    page = open_page("loser")
    page.goto(FORM)
    page.wait_for_selector(READY)
    page.locator("#id_title").fill("이상한 물건")
    leave(page, "category", "텔레포트 장치")
    box = page.locator("#id_category_words")
    expect(box).to_have_value("텔레포트 장치")
    page.locator("[data-busy]").click()
    expect(box).to_be_focused()
    expect(page.locator(".choose-status").first).to_be_visible()
    expect(page.locator("[data-busy]")).not_to_have_attribute("aria-disabled", "true")
    box.fill("")
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name="이상한 물건")).to_be_visible()


def test_proposals_push_nothing_away(open_page: OpenPage) -> None:
    page = open_page("loser", size=PHONE)
    page.goto(FORM)
    page.wait_for_selector(READY)
    where = "document.querySelector('#id_category_words').getBoundingClientRect().top + scrollY"
    before = page.evaluate(where)
    page.locator("#id_title").fill("검정색 장지갑")
    expect(page.locator(".proposal").first).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    expect(page.locator(".proposal").first).not_to_contain_text("%")
    assert page.evaluate(where) == before


def test_only_five_photographs_are_kept_with_a_message_at_once(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page("loser")
    page.goto(FORM)
    page.wait_for_selector(READY)
    drawn = [draw_bag(pictures / f"{n}.jpg", f"#2030{n}0") for n in range(7)]
    page.locator("#id_photos").set_input_files(drawn[:4])
    status = page.locator("[data-photos-status]")
    expect(status).to_be_hidden()
    page.locator("#id_photos").set_input_files(drawn[4:])
    expect(status).to_be_visible()
    names = page.locator("[data-previews] img").evaluate_all("all => all.map((one) => one.alt)")
    assert names == [f"{n}.jpg" for n in range(5)]
    assert page.locator("#id_photos").evaluate("one => one.files.length") == 5
    page.get_by_role("button", name="빼기: 0.jpg").click()
    expect(status).to_be_hidden()


def test_photographs_kept_after_an_error_are_put_in_order_with_new_ones(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page("loser")
    page.goto(FORM)
    page.wait_for_selector(READY)
    red, green, wide = (
        draw_bag(pictures / "red.jpg", "#d1322b"),
        draw_bag(pictures / "green.jpg", "#2f8f46"),
        draw_umbrella(pictures / "blue.jpg", "#2f6fde"),
    )
    page.locator("#id_photos").set_input_files([red, green])
    page.get_by_role("button", name="앞으로: green.jpg").click()
    page.locator("[data-busy]").click()
    expect(page.locator(".notice.error")).to_be_visible()
    page.wait_for_selector(READY)
    previews = page.locator("[data-previews] .preview")
    expect(previews).to_have_count(2)
    kept = previews.locator("img").evaluate_all("all => all.map((one) => one.src)")
    page.locator("#id_photos").set_input_files(wide)
    previews.nth(2).locator("button").first.click()
    previews.nth(1).locator("button").first.click()  # blue, green, red
    previews.nth(2).locator("button").last.click()
    page.locator("#id_happened_on").fill("2020-01-01")  # another error
    page.locator("#id_title").fill("가방과 우산")
    page.locator("[data-busy]").click()
    expect(page.locator(".notice.error")).to_be_visible()
    page.wait_for_selector(READY)
    expect(previews).to_have_count(2)
    assert previews.nth(1).locator("img").get_attribute("src") == kept[0]
    page.locator("[data-ago='0']").click()
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name="가방과 우산")).to_be_visible()
    expect(page.locator(".photos img")).to_have_count(2)
    first = page.locator(".photos img").first
    blue = first.evaluate("""async image => {
        await image.decode();
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
        const pen = canvas.getContext('2d');
        pen.drawImage(image, 0, 0);
        return [...pen.getImageData(215, 140, 1, 1).data].slice(0, 3);
    }""")
    assert blue[2] > 150 > blue[0]


def test_only_a_found_things_title_is_marked_as_public(open_page: OpenPage) -> None:
    page = open_page("english", locale="en-US")
    for kind, is_public in (("lost", False), ("found", True)):
        page.goto(f"/posts/new/{kind}/")
        beside = page.locator(".field", has=page.locator("#id_title")).locator(".help")
        text = beside.inner_text()
        assert ("student number" in text) is is_public


def test_without_a_network_the_form_is_where_one_comes_back_to(open_page: OpenPage) -> None:
    page = open_page("loser")
    page.goto(FORM)
    page.wait_for_selector(READY)
    page.evaluate("navigator.serviceWorker.ready")
    page.locator("#id_title").fill("회색 목도리")
    page.context.set_offline(True)
    ways: tuple[Callable[[], None], ...] = (
        lambda: page.locator("[data-busy]").click(),
        lambda: page.locator(".language button").click(),
    )
    for act in ways:
        act()
        expect(page.locator("main")).to_contain_text("인터넷에 연결되어 있지 않아요")
        expect(page.locator("main [lang=en]")).to_contain_text("You are offline")
        page.context.set_offline(False)
        page.locator("main a").first.click()
        page.wait_for_selector(READY)
        assert page.url.endswith(FORM)
        expect(page.locator("#id_title")).to_have_value("회색 목도리")
        page.context.set_offline(True)
