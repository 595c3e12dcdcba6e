"""What comes after the match: intake with a label, two claims, a hand-over with a signature."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import segno
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import DESK, PHONE, OpenPage, problems_of
from tests.support.drawings import draw_bag
from tests.support.running_site import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

INTAKE_S, INTAKE_TOUCHES, CLAIM_S, HANDOVER_S = 30, 6, 60, 45
SIZES = [pytest.param("ko-KR", PHONE, id="ko-390"), pytest.param("en-US", DESK, id="en-1280")]


class Hand:
    """Counts what a person touches."""

    def __init__(self, page: Page) -> None:
        self.page, self.touches, self.began = page, 0, time.monotonic()

    def touch(self, where: Any) -> None:
        self.touches += 1
        where.click()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


def clean(page: Page) -> None:
    """No accessibility or layout problem on this page."""
    assert problems_of(page, page.url) == []


def take_in(staff: Page, picture: Path, title: str) -> str:
    """The code of a thing that staff take in with its label, quickly."""
    staff.goto("/admin/lostfound/post/intake/")
    hand = Hand(staff)
    staff.locator("#id_photos").set_input_files(picture)
    hand.touches += 1
    hand.touch(staff.locator("#id_title"))
    staff.keyboard.type(title)
    hand.touch(staff.locator("#id_hidden_facts"))
    staff.keyboard.type("푸른 실\n만원권 3장")
    hand.touch(staff.locator("#id_shelf"))
    staff.keyboard.type("A-12")
    staff.locator("#id_office").select_option(index=1)
    staff.locator("#id_shelf").press("Enter")
    label = staff.locator(".messagelist .success a", has_text=re.compile("라벨|label"))
    code = str(label.get_attribute("href")).partition("codes=")[2]
    hand.touch(label)
    expect(staff.locator(".label-code")).to_contain_text(code[:4])
    assert hand.seconds < INTAKE_S and hand.touches <= INTAKE_TOUCHES
    return code


def claim(page: Page, thing: str, first: str, second: str = "") -> str:
    """The address of a claim that somebody sends from the thing's page."""
    page.goto(thing)
    hand = Hand(page)
    page.locator('main a[href$="/claim/"]').click()
    clean(page)
    fields = page.locator("main textarea")
    fields.nth(0).fill(first)
    if second:
        fields.nth(1).fill(second)
    page.locator("main form .buttons .button").click()
    page.wait_for_url("**/claims/*/")
    assert hand.seconds < CLAIM_S
    return page.url


@pytest.mark.parametrize(("locale", "size"), SIZES)
def test_the_walk_of_a_wallet(
    open_page: OpenPage, site: Site, tmp_path: Path, locale: str, size: dict[str, int]
) -> None:
    title = f"검은 반지갑 {locale}"
    picture = draw_bag(tmp_path / "wallet.jpg", "#222222")
    staff = open_page("staff", size=size, locale=locale)
    code = take_in(staff, picture, title)
    staff.goto(f"/desk/items/{code}/")
    clean(staff)
    expect(staff.locator("main")).not_to_contain_text("푸른 실")

    # Two students claim it, one of whom is right.
    owner = open_page("reader", size=size, locale=locale)
    rival = open_page("loser", size=size, locale=locale, expected=("404",))
    owner.goto("/search/?q=" + title.replace(" ", "+"))
    thing = str(owner.locator(".card a", has_text=title).first.get_attribute("href"))
    right = claim(owner, thing, "만원권 세 장", "푸른 실로 묶었어요")
    wrong = claim(rival, thing, "검은 지갑이에요")
    for page in (owner, rival):
        clean(page)
        expect(page.locator("main")).not_to_contain_text("A-12")

    # All rivals are on one page; the machine's opinion only follows one's own.
    staff.goto("/desk/claims/")
    clean(staff)
    staff.goto(f"/desk/claims/{code}/")
    clean(staff)
    articles = staff.locator("article")
    expect(articles).to_have_count(2)
    mine = articles.filter(has_text="푸른 실로 묶었어요")
    for number in range(2):
        mine.locator(f'input[name="mark_{number}"][value="agrees"]').check()
    mine.locator('button[value="approve"]').click()
    expect(staff.locator(".messages .success")).to_be_visible()

    # Both are told, the one where to go, the other nothing.
    rival.goto(wrong)
    clean(rival)
    expect(rival.locator("main")).not_to_contain_text("A-12")
    assert rival.locator(".pickup").count() == 0
    owner.goto(right)
    owner.locator("main form .button.wide").first.click()
    expect(owner.locator(".pickup-code")).to_be_visible()
    clean(owner)
    digits = owner.locator(".pickup-code").inner_text()

    # Hand-over with a signature.
    staff.goto("/desk/")
    clean(staff)
    hand = Hand(staff)
    staff.locator("#q").fill(digits)
    staff.keyboard.press("Enter")
    staff.wait_for_url("**/handover/")
    clean(staff)
    staff.locator("#id_receiver_name").fill("이주인")
    staff.locator('input[name="id_kind"][value="student"]').check()
    staff.locator("#id_name_agrees").check()
    staff.locator("#id_contents_counted").check()
    sign(staff)
    staff.locator("main form .buttons .button").click()
    expect(staff.locator("h1")).to_contain_text("R-")
    assert hand.seconds < HANDOVER_S
    clean(staff)
    expect(staff.locator(".receipt img")).to_be_visible()
    receipt = staff.locator("h1").inner_text().split()[-1]

    # It left the public search at once; the owner has the receipt, the rival the usual words.
    assert rival.goto(thing).status == 404  # type: ignore[union-attr]
    owner.goto(right)
    expect(owner.locator("main")).to_contain_text(receipt)
    owner.goto("/notifications/")
    clean(owner)


def sign(page: Page) -> None:
    """Draw two strokes."""
    canvas = page.locator("canvas.signature")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    for stroke in range(2):
        page.mouse.move(box["x"] + 20, box["y"] + 30 + 40 * stroke)
        page.mouse.down()
        for step in range(1, 12):
            page.mouse.move(box["x"] + 20 + 15 * step, box["y"] + 40 + 40 * stroke + (step % 3) * 8)
        page.mouse.up()


def test_a_label_is_one_page_and_its_code_can_be_read(open_page: OpenPage, tmp_path: Path) -> None:
    staff = open_page("staff", size=DESK)
    code = take_in(staff, draw_bag(tmp_path / "bag.jpg", "#552222"), "갈색 지갑")
    pdf = staff.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    box = [float(number) for number in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", pdf)[0].split()]
    assert box[2:] == pytest.approx([62 * 72 / 25.4, 29 * 72 / 25.4], abs=1.5)
    # 18 mm at 300 dpi, as a printer has it: 96 dpi on the screen, three times.
    shot = staff.locator(".label-qr").screenshot(path=tmp_path / "qr.png")
    assert shot
    with Image.open(tmp_path / "qr.png") as picture:
        read = zxingcpp.read_barcodes(picture.convert("L"))
    assert read[0].text.endswith(f"/T/{code}")


def y4m(path: Path, text: str) -> Path:
    """A film for a fake camera that shows a QR code."""
    width, height = 640, 480
    frame = np.full((height, width), 235, dtype=np.uint8)
    qr = np.array(list(segno.make(text, error="q").matrix), dtype=np.uint8)
    dots = np.kron(qr, np.ones((8, 8), dtype=np.uint8))
    top, left = (height - dots.shape[0]) // 2, (width - dots.shape[1]) // 2
    frame[top : top + dots.shape[0], left : left + dots.shape[1]][dots == 1] = 16
    chroma = np.full(width * height // 2, 128, dtype=np.uint8)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A0:0 C420jpeg\n".encode())
        for _ in range(10):
            film.write(b"FRAME\n" + frame.tobytes() + chroma.tobytes())
    return path


@pytest.fixture
def with_camera(
    browser: Browser, site: Site, signed_in: Callable[[str], Any], tmp_path: Path
) -> Iterator[Callable[[str], Page]]:
    """A page of staff in a browser whose camera sees a QR code."""
    started = []

    def open_with(text: str) -> Page:
        film = y4m(tmp_path / "camera.y4m", text)
        launched = browser.browser_type.launch(
            executable_path=browser_path(),
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        started.append(launched)
        context = launched.new_context(
            base_url=site.url, locale="ko-KR", storage_state=signed_in("staff")
        )
        return context.new_page()

    yield open_with
    for one in started:
        one.close()


def browser_path() -> str:
    from tests.support.running_site import chromium

    path = chromium()
    assert path
    return path


def test_the_camera_reads_a_label_without_any_violation(
    open_page: OpenPage, with_camera: Callable[[str], Page], tmp_path: Path
) -> None:
    staff = open_page("staff", size=DESK)
    code = take_in(staff, draw_bag(tmp_path / "bag.jpg", "#225522"), "초록 지갑")
    page = with_camera(f"HTTPS://LOST.EXAMPLE/T/{code}")
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.goto("/desk/")
    assert page.evaluate("'BarcodeDetector' in window") is False
    page.locator("[data-camera-start]").click()
    page.wait_for_url(f"**/desk/items/{code}/", timeout=30_000)
    assert not [line for line in said if "Content Security Policy" in line or "violat" in line]


def test_a_refused_camera_leaves_the_field_with_the_focus(open_page: OpenPage) -> None:
    page = open_page("staff", size=PHONE)
    page.goto("/desk/")
    page.locator("h1").click()
    refuse = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no'))"
    page.evaluate(f"() => {{ {refuse}; }}")
    page.locator("[data-camera-start]").click()
    expect(page.locator("[data-camera-refused]")).to_be_visible()
    expect(page.locator("#q")).to_be_focused()


def test_the_counter_works_without_a_script(open_page: OpenPage, tmp_path: Path) -> None:
    code = take_in(
        open_page("staff", size=DESK), draw_bag(tmp_path / "bag.jpg", "#222255"), "남색 지갑"
    )
    page = open_page("staff", size=PHONE, script=False)
    page.goto("/desk/")
    page.locator("#q").fill(code.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/items/{code}/")
    page.goto(f"/desk/items/{code}/handover/")
    page.locator("#id_described").fill("푸른 실로 묶은 남색 지갑")
    page.locator("#id_receiver_name").fill("이주인")
    page.locator('input[name="id_kind"][value="student"]').check()
    page.locator("#id_name_agrees").check()
    page.locator("#id_contents_counted").check()
    page.locator("#id_typed_ack").fill("이주인")
    page.locator("main form .buttons .button").click()
    expect(page.locator("h1")).to_contain_text("R-")
