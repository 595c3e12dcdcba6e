"""Back shows the current state, and nothing of somebody who has signed out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.support.browser import DESK, FORM, PHONE, POLL_MS, POLLS, READY, OpenPage
from tests.support.running_site import Site, chromium
from tests.support.seed import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def remembering(browser: Browser, site: Site) -> Iterator[Page]:
    """A page of a Chromium that keeps pages in its memory, as people have it."""
    kind = browser.browser_type
    started = kind.launch(
        executable_path=chromium(),
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    context = started.new_context(base_url=site.url, locale="ko-KR", viewport=PHONE)  # type: ignore[arg-type]
    yield context.new_page()
    started.close()


def test_back_after_signing_out_shows_nothing_of_the_person(remembering: Page) -> None:
    page = remembering
    page.goto("/accounts/login/?next=/posts/")
    page.locator("#id_login").fill("reader")
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    row = page.locator(".row", has_text="남색 가죽 손가방").first
    expect(row).to_be_visible()
    page.goto("/preferences/")
    page.locator("form[data-drafts-of] button").click()
    expect(page.locator("form[data-drafts-of]")).to_have_count(0)
    page.go_back()
    page.go_back()
    expect(row).to_have_count(0)


def test_back_after_posting_begins_an_empty_form(open_page: OpenPage) -> None:
    page = open_page("finder")
    page.goto(FORM)
    page.wait_for_selector(READY)
    page.locator("#id_title").fill("연두색 물병")
    page.locator("#id_description").fill("뚜껑에 긁힌 자국")
    page.locator("[data-ago='2']").click()
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1, name="연두색 물병")).to_be_visible()
    page.go_back()
    page.wait_for_selector(READY)
    expect(page.locator("#id_title")).to_have_value("")
    expect(page.locator("#id_description")).to_have_value("")
    expect(page.locator("#id_happened_on")).to_have_value("")
    expect(page.locator("[data-ago][aria-pressed='true']")).to_have_count(0)


def test_back_to_the_answer_of_a_form_is_no_lost_network(open_page: OpenPage) -> None:
    page = open_page("staff", expected=("ERR_CACHE_MISS",))
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready")
    page.goto("/admin/lostfound/post/import/")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    table = "제목,발견일\n우산,2026-11-20\n".encode()
    page.locator("input[type=file]").set_input_files(
        {"name": "things.csv", "mimeType": "text/csv", "buffer": table}
    )
    page.locator(".office-form button").click()
    expect(page.locator(".office-rows")).to_be_visible()
    page.goto("/admin/lostfound/post/")
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # the browser offers to send it again
        page.go_back()
    expect(page.locator("body")).not_to_contain_text("인터넷에 연결되어 있지 않아요")


def test_a_message_that_was_read_is_read_after_back(open_page: OpenPage) -> None:
    page = open_page("reader")
    new = page.locator(".badge.strong")
    for _ in range(POLLS):  # the worker loads its model before it compares the seeded pair
        page.goto("/notifications/")
        if new.count():
            break
        page.wait_for_timeout(POLL_MS)
    expect(new.first).to_be_visible()
    before = new.count()
    page.get_by_role("button", name="글 보기").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_back()
    expect(new).to_have_count(before - 1)


def test_back_to_the_form_of_the_office_shows_what_stands_there_now(open_page: OpenPage) -> None:
    one, two = open_page("staff", size=DESK), open_page("second", size=DESK)
    one.goto("/admin/lostfound/post/")
    address = str(one.locator(".field-named a").last.get_attribute("href"))
    one.goto(address)
    one.locator(".historylink").click()
    two.goto(address)
    two.locator("#id_colour").select_option("red")
    two.locator("[name=_save]").click()
    expect(two.locator(".messagelist")).to_contain_text("저장했어요")
    one.go_back()
    expect(one.locator("#id_colour")).to_have_value("red")
