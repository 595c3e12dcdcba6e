"""What is due, a transfer, a count and a batch, through the pages on a phone and a desk."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import DESK, PHONE, OpenPage, problems_of
from tests.support.drawings import draw_bag
from tests.support.running_site import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def clean(page: Page) -> None:
    """No accessibility or layout problem on this page."""
    assert problems_of(page, page.url) == []


def take_in(staff: Page, picture: Path, title: str) -> str:
    """The code of a thing with a name inside."""
    staff.goto("/admin/lostfound/post/intake/")
    staff.locator("#id_photos").set_input_files(picture)
    staff.locator("#id_title").fill(title)
    staff.locator("#id_office").select_option(index=1)
    staff.locator("details:has(#id_has_name_inside) summary").click()
    staff.locator("#id_has_name_inside").check()
    clean(staff)
    staff.locator("#id_shelf").press("Enter")
    label = staff.locator(".messagelist .success a", has_text=re.compile("라벨|label"))
    return str(label.get_attribute("href")).partition("codes=")[2]


@pytest.mark.parametrize(("locale", "size"), [("ko-KR", PHONE), ("en-US", DESK)])
def test_things_are_sent_counted_and_handed_to_the_police(
    open_page: OpenPage, site: Site, tmp_path: Path, locale: str, size: dict[str, Any]
) -> None:
    picture = draw_bag(tmp_path / "bag.jpg", "#884422")
    staff = open_page("staff", size=size, locale=locale)
    second = open_page("second", size=size, locale=locale)
    code = take_in(staff, picture, f"갈색 가방 {locale}")
    staff.goto(f"/desk/items/{code}/")
    clean(staff)
    staff.goto("/desk/clock/")
    clean(staff)
    expect(staff.locator("#names")).to_contain_text(code[:4])

    staff.goto("/desk/transfers/")
    staff.locator("#codes").fill(code)
    staff.locator("#to_office").select_option(index=1)
    clean(staff)
    staff.locator("form[action$='/send/'] button").click()
    staff.wait_for_url(re.compile(r"/desk/transfers/\d+/$"))
    assert not staff.locator("#code").count()  # who sent it does not accept it
    second.goto(staff.url)
    clean(second)
    second.locator("#code").fill(code)
    second.locator("#shelf").fill("Z-9")
    second.locator("form[action$='/accept/'] button").click()
    expect(second.locator("main .badge.good")).to_be_visible()

    staff.goto("/desk/stocktakes/")
    clean(staff)
    staff.locator("#place").select_option(
        label=staff.locator("#place option", has_text="Z-9").first.inner_text()
    )
    staff.locator("form[action$='/start/'] button").click()
    staff.wait_for_url(re.compile(r"/desk/stocktakes/\d+/$"))
    clean(staff)
    staff.locator("#code").fill(code)
    staff.locator("#code").press("Enter")
    expect(staff.locator("main .badge.good")).to_be_visible()
    staff.locator("form[action$='/finish/'] button").click()
    expect(staff.locator("main .notice.success").first).to_be_visible()
    clean(staff)

    staff.goto("/desk/batches/")
    staff.locator("#codes").fill(code)
    staff.locator("#recipient").fill("관악경찰서")
    clean(staff)
    staff.locator("form[action$='/draft/'] button").click()
    staff.wait_for_url(re.compile(r"/desk/batches/\d+/$"))
    clean(staff)
    second.goto(staff.url)
    second.locator("form[action$='/approve/'] button").click()
    second.wait_for_url(staff.url)
    clean(second)
    second.locator("input[value='accepted']").check()
    second.locator("form[action$='/complete/'] button").click()
    expect(second.locator("main .badge.good")).to_be_visible()
    second.goto(staff.url + "list/")
    clean(second)
    expect(second.locator("main")).to_contain_text("관악경찰서")
