"""One server, worker and Chromium for all browser tests; each test has its own context."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.browser import FORBIDDEN, MISSING, PHONE, OpenPage
from tests.support.running_site import Site, chromium, running_site
from tests.support.seed import PASSWORD


@pytest.fixture(scope="session")
def browser(migrated: Path) -> Iterator[Browser]:
    """The system's Chromium. While it runs Django refuses to migrate: that comes first."""
    # Playwright keeps a loop running in this thread, where other tests use the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    path = chromium()
    if not path:
        why = "Chromium is not on this machine; install it with: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def site(
    browser: Browser, migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The running product. It asks for the browser first: without one nothing need start."""
    with running_site(tmp_path_factory.mktemp("site"), migrated) as started:
        yield started


@pytest.fixture(scope="session")
def signed_in(browser: Browser, site: Site) -> Callable[[str], Any]:
    """The cookies of a person, who signs in once through the page."""
    known: dict[str, Any] = {}

    def sign_in(name: str) -> Any:
        if name not in known:
            context = browser.new_context(locale="ko-KR", base_url=site.url)
            page = context.new_page()
            page.goto("/accounts/login/")
            page.locator("#id_login").fill(name)
            page.locator("#id_password").fill(PASSWORD)
            page.locator("main form button").click()
            page.wait_for_url(lambda url: "/accounts/" not in url)
            known[name] = context.storage_state()
            context.close()
        return known[name]

    return sign_in


@pytest.fixture
def open_page(browser: Browser, site: Site, signed_in: Callable[[str], Any]) -> Iterator[OpenPage]:
    """A page as somebody; at the end no page may have reported an error to its console."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_as(
        name: str = "",
        *,
        size: Any = PHONE,
        locale: str = "ko-KR",
        scheme: Any = "light",
        script: bool = True,
        expected: tuple[str, ...] = (),  # what its console may say, by the test's own hand
        touch: bool = False,
    ) -> Page:
        context = browser.new_context(
            locale=locale,
            viewport=size,
            color_scheme=scheme,
            base_url=site.url,
            storage_state=signed_in(name) if name else None,
            java_script_enabled=script,
            has_touch=touch,
            is_mobile=touch,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda line: (
                errors.append(f"{page.url}: {line.text} {line.location['url']}")
                if line.type == "error"
                and not line.location["url"].endswith((MISSING, FORBIDDEN))
                and not any(
                    words in line.text for words in ("ERR_INTERNET_DISCONNECTED", *expected)
                )
                else None
            ),
        )
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder for drawn photographs."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder
