"""Draws docs/screenshots from a demo on data of its own: `make screenshots`."""

import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.site import ROOT, chromium, free_port, site_environment, stop

SCREENSHOTS = ROOT / "docs" / "screenshots"
PASSWORD = "screenshots-1"
SIZES = {"390": (390, 844), "1280": (1280, 900)}
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
            draw_all(browser, url)
            browser.close()


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """A demo that has matched all its posts."""
    port = free_port()
    environment = site_environment(folder) | {"PORT": str(port), "DEMO_PASSWORD": PASSWORD}
    environment |= {name: os.environ[name] for name in ("MATCHING_MODEL",) if name in os.environ}
    (folder / "media").mkdir()
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


def draw_all(browser: Browser, url: str) -> None:
    """All pictures, on a phone and on a desk."""
    student, staff = (cookies(browser, url, name) for name in ("student", "staff"))
    for name, (width, height) in SIZES.items():
        context = browser.new_context(
            base_url=url,
            locale="ko-KR",
            viewport={"width": width, "height": height},
            storage_state=student,
        )
        page = context.new_page()
        for subject, path in (("home", "/"), ("form", "/posts/new/lost/"), ("posts", "/posts/")):
            page.goto(path)
            draw(page, f"{subject}-{name}.jpg")
        page.goto(suggested_post(page))
        draw(page, f"post-{name}.jpg")
        context.close()
    context = browser.new_context(
        base_url=url,
        locale="ko-KR",
        viewport={"width": 1280, "height": 1480},
        storage_state=staff,
    )
    page = context.new_page()
    page.goto("/admin/matching/match/")
    draw(page, "queue.jpg")
    pair = page.locator("tbody tr").filter(has=page.locator("td:nth-child(2) img"))
    pair.filter(has=page.locator("td:nth-child(4) img")).locator(".review-closely").first.click()
    page.wait_for_load_state("networkidle")
    # As high as it takes to show why the pair has its score, however many terms there are.
    reasons = page.locator(".review-more-of-it").bounding_box()
    assert reasons
    page.set_viewport_size({"width": 1280, "height": int(reasons["y"] + reasons["height"]) + 8})
    draw(page, "review.png")
    context.close()


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
    """Save what is seen now, small enough for a repository."""
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
