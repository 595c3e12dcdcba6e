"""Takes the pictures of docs/screenshots on a demo with its own data: `make screenshots`."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.drawings import draw_umbrella
from tests.support.running_site import ROOT, chromium, free_port, site_environment, stop

SCREENSHOTS = ROOT / "docs" / "screenshots"
PASSWORD = "screenshots-1"
SIZES = {"390": (390, 844), "1280": (1280, 900)}
DESK = "/admin/matching/match/desk/"
STUDENTS_PAGES = (
    ("home", "/"),
    ("form", "/posts/new/lost/"),
    ("posts", "/posts/"),
    ("search", "/search/?q=파란+우산"),
)
DECISION = re.compile(r'value="confirm:(\d+):')
MAX_BYTES = 300_000
JPEG_QUALITY = 82
PNG_COLOURS = 256
SEEN_IS_LOADED = """() => [...document.querySelectorAll("img[src]")].every((image) =>
    image.getBoundingClientRect().top > innerHeight || (image.complete && image.naturalWidth))"""


def main() -> None:
    """Start a demo, draw, stop it."""
    path = chromium()
    if not path:
        sys.exit("Chromium is not on this machine; install it with: apt-get install chromium")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as url:
        print(f"Drawing {url}", flush=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            draw_all(browser, url, true_pairs(Path(folder)))
            browser.close()


@contextmanager
def demo(folder: Path, migrated: Path | None = None) -> Iterator[str]:
    """A demo that has matched all its posts, optionally on a copy of a migrated database."""
    port = free_port()
    environment = site_environment(folder) | {"PORT": str(port), "DEMO_PASSWORD": PASSWORD}
    environment |= {name: os.environ[name] for name in ("MATCHING_MODEL",) if name in os.environ}
    (folder / "media").mkdir()
    if migrated:
        (folder / "var").mkdir()
        shutil.copy(migrated, folder / "var" / "db.sqlite3")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        for line in process.stdout:
            if ready := re.search(rb"Ready: (\S+?)/?\s*$", line):
                yield ready.group(1).decode()
                break
        else:
            sys.exit("The demo did not start.")
    finally:
        stop([process])
        if process.stdout:
            process.stdout.close()


def draw_all(browser: Browser, url: str, same: set[int]) -> None:
    """All pictures, on a phone and on a desk; `same` as in `draw_desk`."""
    student, staff = (cookies(browser, url, name) for name in ("student", "staff"))
    for name, size in SIZES.items():
        page = page_of(browser, url, student, size)
        for subject, path in STUDENTS_PAGES:
            page.goto(path)
            draw(page, f"{subject}-{name}.jpg")
        page.locator(".card a:has(img), .card h3 a").first.click()
        draw(page, f"thing-{name}.jpg")
        page.goto("/posts/")
        page.goto(suggested_post(page))
        draw(page, f"post-{name}.jpg")
    with tempfile.TemporaryDirectory() as folder:
        picture = draw_umbrella(Path(folder) / "umbrella.jpg", "#7b3fb5")
        for name, size in SIZES.items():
            draw_counter(page_of(browser, url, staff, size), picture, f"intake-{name}.jpg")
    draw_items(*(page_of(browser, url, staff, SIZES[name]) for name in ("390", "1280")))
    page = page_of(browser, url, staff, SIZES["390"])
    page.goto(DESK)
    draw(page, "desk-390.jpg")
    draw_desk(page_of(browser, url, staff, SIZES["1280"]), same)


def draw_items(phone: Page, desk: Page) -> None:
    """The counter's search, all claims to one thing, and a hand-over."""
    phone.goto("/desk/?q=지갑")
    draw(phone, "counter-390.jpg")
    desk.goto("/desk/claims/")
    desk.locator("a.row").first.click()
    draw(desk, "rivals-1280.jpg")
    code = desk.url.rstrip("/").rpartition("/")[2]
    desk.goto(f"/desk/items/{code}/handover/")
    draw(desk, "handover-1280.jpg")


def draw_counter(page: Page, picture: Path, name: str) -> None:
    """The intake form with its suggestions."""
    page.goto("/admin/lostfound/post/intake/")
    page.locator("#id_photos").set_input_files(picture)
    page.locator(".proposal").first.wait_for()
    page.keyboard.press("Alt+a")
    page.locator("#id_office").select_option(index=1)
    page.locator("#id_shelf").fill("A-12")
    page.locator("#id_hidden_facts").fill("손잡이에 이니셜 K")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    draw(page, name)


def draw_desk(page: Page, same: set[int]) -> None:
    """A pair as it is reviewed, the list, and the statistics once all is decided by keyboard.

    Args:
        same: keys of the pairs that are to be confirmed.
    """
    page.goto("/admin/matching/match/")
    draw(page, "queue.jpg")
    page.goto(DESK)
    for name, pictured in (("review.png", 2), ("one-photograph.png", 1)):
        columns = page.locator(".review-column", has=page.locator("img"))
        while columns.count() != pictured:
            with page.expect_navigation():
                page.keyboard.press("s")
        draw_pair(page, name)
    while pair := DECISION.search(page.content()):
        with page.expect_navigation():
            page.keyboard.press("c" if int(pair.group(1)) in same else "2")
    page.goto("/admin/matching/match/figures/")
    page.set_viewport_size({"width": 1280, "height": 1100})
    draw(page, "figures.jpg")


def draw_pair(page: Page, name: str) -> None:
    """As high as it takes to show why the pair has its score, however many terms there are."""
    page.set_viewport_size({"width": 1280, "height": 900})
    reasons = page.locator(".review-more-of-it").bounding_box()
    assert reasons
    page.set_viewport_size({"width": 1280, "height": int(reasons["y"] + reasons["height"]) + 8})
    draw(page, name)


def true_pairs(folder: Path) -> set[int]:
    """Keys of the suggested pairs of a running demo that truly are about one thing."""
    command = [sys.executable, "-m", "tests.support.demo_truth"]
    done = subprocess.run(
        command, cwd=ROOT, env=site_environment(folder), capture_output=True, check=True
    )
    return set(json.loads(done.stdout))


def page_of(browser: Browser, url: str, state: Any, size: tuple[int, int]) -> Page:
    """A page of somebody who is signed in."""
    context = browser.new_context(
        base_url=url,
        locale="ko-KR",
        viewport={"width": size[0], "height": size[1]},
        storage_state=state,
    )
    return context.new_page()


def cookies(browser: Browser, url: str, name: str) -> Any:
    """Sign in as one of the demo's people."""
    context = browser.new_context(base_url=url, locale="ko-KR")
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator("#id_login").fill(name)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    state = context.storage_state()
    context.close()
    return state


def suggested_post(page: Page) -> str:
    """A post of the person's own with a photograph and suggestions, or simply the first one."""
    pictured = page.locator("a.row", has=page.locator("img"))
    links = [str(link.get_attribute("href")) for link in pictured.all()]
    for link in links:
        page.goto(link)
        if page.locator(".suggestion img").count():
            return link
    return links[0]


def draw(page: Page, name: str) -> None:
    """Save a screenshot, small enough for a repository."""
    path = SCREENSHOTS / name
    page.wait_for_function(SEEN_IS_LOADED)  # photographs come when they are scrolled to
    with Image.open(io.BytesIO(page.screenshot(animations="disabled"))) as shot:
        if path.suffix == ".png":
            shot.convert("RGB").quantize(PNG_COLOURS).save(path, optimize=True)
        else:
            shot.convert("RGB").save(path, quality=JPEG_QUALITY, optimize=True)
    size = path.stat().st_size
    if size > MAX_BYTES:
        sys.exit(f"{path} has {size} bytes, more than {MAX_BYTES}.")
    print(path.relative_to(ROOT), size, flush=True)


if __name__ == "__main__":
    main()
