"""Shared by the browser tests: screen sizes, waiting for the worker, and problems of a page."""

import re
from collections.abc import Callable
from typing import Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

PHONE: Final = {"width": 390, "height": 844}
DESK: Final = {"width": 1280, "height": 800}

# Statuses that are expected: a missing page, and one for other people.
MISSING: Final = "/nothing/here/"
FORBIDDEN: Final = "/admin/django_q/failure/"
OpenPage = Callable[..., Page]

FORM: Final = "/posts/new/lost/"
READY: Final = "form[data-draft-ready]"
ANSWER_TIMEOUT_MS: Final = 30_000
POLL_MS: Final = 200
POLLS: Final = 300  # a minute

# Only what is wrong leaves the page: serialising the rest takes as long as finding it.
FIND_VIOLATIONS: Final = """async () => {
    const { violations } = await axe.run({ resultTypes: ["violations"], preload: false });
    return violations.filter((one) => ["serious", "critical"].includes(one.impact)).map(
        (one) => [one.id, one.help, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]);
}"""


def reload_until(page: Page, wanted: str) -> None:
    """Reload until the worker is done, for pages that do not poll."""
    for _ in range(POLLS):
        if page.locator(wanted).count():
            return
        page.wait_for_timeout(POLL_MS)
        page.reload()
    raise AssertionError(f"{wanted} did not come: {page.locator('main').inner_text()}")


def search_until_meant(page: Page, path: str) -> None:
    """Search until the search process, which starts with the worker, knows the seeded post."""
    for _ in range(POLLS):
        page.goto(path)
        if page.locator(".why").count() and not page.locator("#results .notice").count():
            return
        page.wait_for_timeout(POLL_MS)
    raise AssertionError(page.locator("#results").inner_text())


def choose(page: Page, name: str, words: str) -> None:
    """Type part of a name, and select the first match."""
    page.locator(f"#id_{name}_words").fill(words)
    first = page.locator(f"#id_{name}_list [role=option]").first
    expect(first).to_contain_text(words)
    page.keyboard.press("Enter")
    expect(page.locator(f"#id_{name}_words")).to_have_value(re.compile(words))


def fail_to_send(page: Page) -> None:
    """Press the button without a network connection, then restore it."""
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    page.locator("[data-busy]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("인터넷에 연결되어 있지 않아요")
    page.context.set_offline(False)


def problems_of(page: Page, path: str = "") -> list[str]:
    """Accessibility and layout problems of the current page, in words."""
    wrong = []
    wider_px = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wider_px > 0:
        wrong.append(f"{path} is {wider_px} px wider than the screen")
    page.evaluate(AXE_SCRIPT)
    for rule, words, where in page.evaluate(FIND_VIOLATIONS):
        wrong.append(f"{path}: {rule} {words} {where}")
    return wrong
