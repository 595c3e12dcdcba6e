"""Intake at the counter: photograph, one key for the suggestions, shelf, saved."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.support.browser import ANSWER_TIMEOUT_MS, DESK, PHONE, OpenPage, problems_of
from tests.support.drawings import draw_umbrella
from tests.support.seed import PASSWORD

pytestmark = pytest.mark.browser
INTAKE = "/admin/lostfound/post/intake/"
READY = "form[data-draft-ready]"
WATCH_FETCH = """() => {
  const ask = window.fetch;
  window.requests = [];
  window.fetch = (url, what) => {
    window.requests.push([what?.body?.get("title"), what?.body?.get("photo")?.name]);
    return ask(url, what);
  };
}"""


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
    page.locator(".messagelist a").first.click()  # the second one prints the label
    expect(page.locator("#id_hidden_facts")).to_have_value("손잡이에 이니셜 K")


def test_a_file_is_brought_in_with_a_report(open_page: OpenPage, tmp_path: Path) -> None:
    table = tmp_path / "things.csv"
    table.write_text(
        "제목,분류,선반,보관 메모\n회색 목도리,scarf,C-1,벤치\n이상한 것,우주선,C-1,벤치\n",
        encoding="utf-8",
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


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_long_text_of_a_file_squeezes_nothing_beside_it(
    open_page: OpenPage, tmp_path: Path, size: dict[str, int]
) -> None:
    table = tmp_path / "things.csv"
    table.write_text(
        "번호,상태,제목,분류,색,날짜,자세한 장소,선반,보관 메모\n"
        f"LF-999999,찾는 중,{'가' * 500},우산,검정,2026. 3. 2.,1층 복도,C-1,벤치\n",
        encoding="utf-8",
    )
    page = open_page("staff", size=size)
    page.goto("/admin/lostfound/post/import/")
    page.locator("#file").set_input_files(table)
    page.locator(".office-foot button").click()
    headings = page.locator(".office-rows th").all_inner_texts()
    assert len(set(headings)) == len(headings)  # the file's state is not the check's
    lines = page.locator(".office-rows td > div").evaluate_all(
        "all => all.map((one) => Math.round(one.clientHeight / 16))"
    )
    assert [number for number in lines if number > 2] == [max(lines)]  # the title alone is long
    assert page.locator(".office-rows td > div").nth(4).bounding_box()["width"] < size["width"]  # type: ignore[index]
    assert problems_of(page) == []


def test_the_photograph_comes_first_and_keys_save_from_every_field(open_page: OpenPage) -> None:
    page = open_page("staff", size=DESK)
    page.goto(INTAKE)
    for field, title in (("hidden_facts", "노란 줄자"), ("category_words", "은색 줄자")):
        expect(page.locator("#id_photos")).to_be_focused()  # after each saved thing, too
        page.keyboard.press("Tab")
        page.locator("#id_title").fill(title)
        page.locator("#id_office").select_option(index=1)
        page.locator(f"#id_{field}").focus()
        page.keyboard.press("Control+Enter")
        expect(page.locator(".messagelist .success")).to_contain_text(title)


def test_the_key_keeps_what_was_chosen_and_replaces_when_it_is_pressed_again(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page("staff", size=DESK)
    page.goto(INTAKE)
    page.locator("#id_photos").set_input_files(draw_umbrella(pictures / "u.jpg", "#7b3fb5"))
    expect(page.locator(".proposal").first).to_be_visible(timeout=ANSWER_TIMEOUT_MS)
    first = page.locator('.proposal[data-field="category"]').first.get_attribute("data-value")
    other = page.locator(f'#id_category option:not([value="{first}"]):not([value=""])').first
    chosen = other.get_attribute("value")
    page.locator("#id_category").select_option(chosen)
    page.keyboard.press("Alt+a")
    expect(page.locator("#id_category")).to_have_value(chosen or "")
    expect(page.locator('input[name="colour"]:checked')).not_to_have_value("")  # none was chosen
    expect(page.locator("[data-status]")).to_contain_text("Alt+A")
    page.keyboard.press("Alt+a")
    expect(page.locator("#id_category")).to_have_value(first or "")


def test_after_an_error_no_request_is_sent_until_it_changes(
    open_page: OpenPage, pictures: Path
) -> None:
    page = open_page("staff", size=DESK)
    requests: list[str] = []
    page.on("request", lambda sent: requests.append(sent.url) if sent.method == "POST" else None)
    page.goto(INTAKE)
    with page.expect_request(lambda sent: sent.method == "POST"):
        page.locator("#id_photos").set_input_files(draw_umbrella(pictures / "u.jpg", "#7b3fb5"))
    page.locator("#id_category").select_option(index=3)
    category = page.locator("#id_category").input_value()
    page.locator("#id_office").select_option(index=0)
    page.locator("#id_title").press("Control+Enter")
    expect(page.locator("#id_office")).to_be_focused()
    requests.clear()
    page.wait_for_timeout(1500)
    assert requests == []
    page.keyboard.press("Alt+a")
    expect(page.locator("#id_category")).to_have_value(category)
    # Another title is another question, and the photograph that was kept goes along.
    page.evaluate(WATCH_FETCH)
    page.locator("#id_title").fill("보라색 우산")
    page.wait_for_timeout(2000)
    assert page.evaluate("window.requests[0]") == ["보라색 우산", "photo.jpg"]
    expect(page.locator("#id_category")).to_have_value(category)


def test_a_phone_offers_the_camera_and_a_file(open_page: OpenPage, pictures: Path) -> None:
    page = open_page("staff", size=PHONE, touch=True)
    page.goto(INTAKE)
    photos = page.locator("#id_photos")
    for name, capture in (("사진 찍기", "environment"), ("파일 고르기", None)):
        button = page.locator("[data-capture]").nth(0 if capture else 1)
        with page.expect_file_chooser() as chooser:
            button.click()
        assert photos.get_attribute("capture") == capture, name
        drawn = draw_umbrella(pictures / f"{bool(capture)}.jpg", "#7b3fb5")
        chooser.value.set_files(drawn)
    expect(page.locator("[data-previews] img")).to_have_count(2)
    expect(page.locator(".office-keys")).to_be_hidden()
    assert problems_of(page) == []
    # The button stands below the fields, and never before one of them.
    position = "getComputedStyle(document.querySelector('.office-foot')).position"
    assert page.evaluate(position) == "static"


def test_filters_come_first_and_folded_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("staff", size=PHONE)
    page.goto("/admin/lostfound/post/")
    filters, rows = page.locator("#changelist-filter"), page.locator("#result_list")
    expect(filters).to_be_hidden()
    fold = page.locator('label[for="office-unfold"]')
    fold.click()
    expect(filters).to_be_visible()
    above, below = filters.bounding_box(), rows.bounding_box()
    assert above and below and above["y"] < below["y"]
    assert problems_of(page) == []
    wide = open_page("staff", size=DESK)
    wide.goto("/admin/lostfound/post/")
    expect(wide.locator("#changelist-filter")).to_be_visible()
    expect(wide.locator('label[for="office-unfold"]')).to_be_hidden()


def test_a_sample_file_is_fetched(open_page: OpenPage) -> None:
    page = open_page("staff", size=DESK)
    page.goto("/admin/lostfound/post/import/")
    assert problems_of(page) == []
    with page.expect_download() as download:
        page.locator("a[download]").click()
    assert download.value.suggested_filename == "things.csv"
    assert download.value.path().read_text("utf-8-sig").startswith("제목,")


def test_what_was_begun_at_the_counter_is_here_again(open_page: OpenPage, pictures: Path) -> None:
    page = open_page("second", size=DESK)
    page.goto(INTAKE)
    page.wait_for_selector(READY)
    page.locator("#id_photos").set_input_files(draw_umbrella(pictures / "u.jpg", "#7b3fb5"))
    page.locator("#id_title").fill("초록 돗자리")
    page.locator("#id_hidden_facts").fill("안쪽에 별")
    page.locator("#id_office").select_option(index=1)
    page.wait_for_timeout(500)
    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator("[data-draft-notice]")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("초록 돗자리")
    expect(page.locator("#id_hidden_facts")).to_have_value("안쪽에 별")
    expect(page.locator("[data-previews] img")).to_have_count(1)
    assert problems_of(page) == []
    # Without a network nothing is lost; and sent again it is one thing.
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(500)
    page.context.set_offline(False)
    page.goto(INTAKE)
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("초록 돗자리")
    page.locator("#id_title").press("Control+Enter")
    expect(page.locator(".messagelist .success")).to_contain_text("초록 돗자리")
    # It has arrived, so the next form is empty, and stays so.
    page.goto(INTAKE)
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("")
    expect(page.locator("[data-draft-notice]")).to_be_hidden()
    page.goto("/admin/lostfound/post/?q=초록 돗자리")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)


def test_back_to_the_form_the_marked_day_is_the_one_in_the_field(open_page: OpenPage) -> None:
    page = open_page("second", size=DESK)
    page.goto(INTAKE)
    page.wait_for_selector(READY)
    page.locator("#id_title").fill("연두색 필통")
    page.locator("#id_office").select_option(index=1)
    page.locator("[data-ago='1']").click()
    page.locator("#id_title").press("Control+Enter")
    expect(page.locator(".messagelist .success")).to_contain_text("연두색 필통")
    expect(page.locator("[data-ago='0']")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    page.wait_for_selector(READY)
    day = page.locator("#id_happened_on").input_value()
    marked = page.locator(".preset[aria-pressed='true']")
    expect(marked).to_have_count(1)
    ago = int(marked.get_attribute("data-ago") or "")
    assert day == (timezone.localdate() - timedelta(days=ago)).isoformat()


def test_a_session_that_ended_loses_nothing(open_page: OpenPage) -> None:
    page = open_page("second", size=DESK)
    page.goto(INTAKE)
    page.wait_for_selector(READY)
    page.locator("#id_title").fill("하늘색 필통")
    page.locator("#id_office").select_option(index=1)
    page.context.clear_cookies(name="sessionid")
    page.locator("#id_title").press("Control+Enter")
    page.locator("#id_login").fill("second")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button").click()  # it leads back to the form
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("하늘색 필통")
    page.locator("[data-draft-drop]").click()
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("")
