"""The whole of it, on the demo: lost without a photograph, found with one, and notified."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screenshots import PASSWORD, demo
from tests.support.browser import DESK, PHONE, POLL_MS, POLLS
from tests.support.drawings import draw_umbrella

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
COMPARED_TIMEOUT_MS = 60_000
TITLE = "노란색 장우산"


@pytest.fixture(scope="module")
def campus(
    browser: Browser, migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The demo, as `make demo` starts it; its migrations have run before."""
    with demo(tmp_path_factory.mktemp("demo"), migrated) as url:
        yield url


def sign_in(browser: Browser, url: str, name: str, size: dict[str, int]) -> Page:
    page = browser.new_context(base_url=url, locale="ko-KR", viewport=size).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(30_000)
    page.goto("/accounts/login/")
    page.locator("#id_login").fill(name)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url(lambda address: "/accounts/" not in address)
    return page


def test_a_student_loses_an_umbrella_and_learns_where_it_is(
    browser: Browser, campus: str, tmp_path: Path
) -> None:
    # A student has lost an umbrella, and has no photograph of it.
    student = sign_in(browser, campus, "student", PHONE)
    student.locator(".door.lost").click()
    expect(student.locator("[data-without]")).to_contain_text("사진이 없어도 찾을 수 있어요")
    student.locator("#id_title").fill(TITLE)
    student.locator("#id_description").fill("나무 손잡이가 있는 긴 노란 우산")
    student.get_by_role("radio", name="노랑").check(force=True)
    student.get_by_role("button", name="어제").click()
    student.locator("[data-busy]").click()
    expect(student.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    done = student.locator('#matching[data-stage="done"]')
    expect(done).to_be_visible(timeout=COMPARED_TIMEOUT_MS)

    # Staff take one in, with a photograph.
    staff = sign_in(browser, campus, "staff", DESK)
    assert staff.url.endswith("/desk/")
    staff.goto("/admin/lostfound/post/intake/")
    staff.locator("#id_photos").set_input_files(draw_umbrella(tmp_path / "umbrella.jpg", "#f6cf2f"))
    staff.locator("#id_title").fill("노란 우산")
    staff.locator("#id_category").select_option(label="우산")
    staff.locator('input[name="colour"][value="yellow"]').check(force=True)
    staff.locator("#id_office").select_option(index=1)
    staff.locator("#id_shelf").fill("A-12")
    staff.locator("#id_shelf").press("Enter")
    expect(staff.locator(".messagelist .success")).to_contain_text("접수했어요")

    # The student sees it, and says that it looks like theirs; the queue shows the pair first.
    suggestion = student.locator(".suggestion", has_text="노란 우산")
    for _ in range(POLLS):
        student.reload()
        if suggestion.count():
            break
        student.wait_for_timeout(POLL_MS)
    suggestion.get_by_role("button", name="이건 내 것 같아요").click()
    expect(student.locator(".suggestion.is-mine")).to_be_visible()
    staff.goto("/admin/matching/match/desk/")
    expect(staff.locator(".review-column.is-lost h2")).to_have_text(TITLE)
    expect(staff.locator(".review-column.is-found h2")).to_have_text("노란 우산")
    expect(staff.locator(".review-answer")).to_contain_text("이건 내 것 같아요")

    # They confirm with a key, and the student learns where it is.
    staff.keyboard.press("c")
    expect(staff.locator(".messagelist")).to_contain_text(TITLE)
    student.goto("/")
    expect(student.locator(".tabs .count")).to_be_visible()
    student.goto("/notifications/")
    message = student.locator(".message-list li", has_text=f"잃어버린 물건을 찾았어요: {TITLE}")
    expect(message).to_contain_text("보관 장소")
    message.locator("button").click()
    expect(student.locator('#matching[data-stage="matched"]')).to_be_visible()
    expect(student.locator(".timeline")).to_contain_text("분실물센터 확정")


def test_a_photograph_finds_its_thing_and_says_why(browser: Browser, campus: str) -> None:
    """On the demo: how like two photographs are is judged by all that are there."""
    page = browser.new_context(base_url=campus, locale="ko-KR", viewport=PHONE).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(30_000)
    page.goto("/")
    # Not the newest: the walk adds one, whose owner is found.
    card = page.locator(".card", has=page.locator("img")).last
    address = card.locator("a").get_attribute("href")
    source = str(card.locator("img").get_attribute("src"))
    picture = page.request.get(source).body()
    page.goto("/search/")
    page.locator("#search-photo").set_input_files(
        {"name": "thing.jpg", "mimeType": "image/jpeg", "buffer": picture}
    )
    page.wait_for_url("**/search/?photo=*")
    found = page.locator(".card").first
    expect(found.locator("a")).to_have_attribute("href", str(address))
    expect(found.locator(".why")).to_contain_text("닮았어요")
