"""Statistics and system status: on a phone, on paper, and with few permissions."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import DESK, PHONE, problems_of
from tests.support.running_site import ROOT, Site, running_site, site_environment
from tests.support.seed import PASSWORD

pytestmark = pytest.mark.browser
FIGURES, HEALTH = "/admin/matching/match/figures/", "/admin/matching/match/health/"
# Decisions of every probability, posts that failed, and somebody who only takes things in.
DECIDED = """
import django
django.setup()
from django.contrib.auth.models import Permission
from lostfound.models import Category, Post, User
from matching.models import Match, MatchDecision, MatchingJob
match = Match.objects.first()
MatchDecision.objects.bulk_create(
    MatchDecision(
        match=match,
        action="confirm" if number % 3 else "reject",
        score=number / 90,
        strategy="calibrated_v3",
        status_before="suggested",
    )
    for number in range(90)
)
for post, category in zip(Post.objects.all(), Category.objects.all()[:20]):
    Post.objects.filter(pk=post.pk).update(category=category)
MatchingJob.objects.filter(post__in=Post.objects.all()[:3]).update(
    status="failed", error="FileNotFoundError: [Errno 2] No such file: '/srv/media/a.jpg'"
)
clerk = User.objects.get(username="clerk")
clerk.user_permissions.set(Permission.objects.filter(codename__in=["add_post", "view_post"]))
"""
# Light paper, whatever the screen is: sums of red, green and blue.
TONES = """() => {
    const tone = (what, which) => getComputedStyle(document.querySelector(what))[which]
        .match(/[0-9]+/g).slice(0, 3).reduce((sum, one) => sum + Number(one), 0);
    return {paper: tone('body', 'backgroundColor'), words: tone('.figures-chart td', 'color')};
}"""
BARS = "nodes => nodes.map(node => node.getBoundingClientRect().height)"
RIGHT = "nodes => Math.max(...nodes.map(node => node.getBoundingClientRect().right))"


@pytest.fixture(scope="module")
def decided(
    browser: Browser, migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site whose office has decided, without a worker."""
    with running_site(tmp_path_factory.mktemp("overview"), migrated, "12", worker=False) as started:
        environment = site_environment(started.folder, started.url)
        subprocess.run([sys.executable, "-c", DECIDED], cwd=ROOT, env=environment, check=True)
        yield started


@pytest.fixture
def as_somebody(browser: Browser, decided: Site) -> Iterator[Callable[..., Page]]:
    """Signs somebody in; at the end no page may have reported an error."""
    contexts: list[Any] = []
    errors: list[str] = []

    def sign_in(name: str, **screen: Any) -> Page:
        context = browser.new_context(**{"base_url": decided.url, "locale": "ko-KR", **screen})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/accounts/login/")
        page.locator("#id_login").fill(name)
        page.locator("#id_password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/accounts/" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_figures_fit_a_phone(as_somebody: Callable[..., Page], locale: str) -> None:
    page = as_somebody("staff", viewport=PHONE, locale=locale)
    page.goto(FIGURES)
    assert not problems_of(page, FIGURES)
    assert min(page.locator(".figures-chart svg").evaluate_all(BARS)) >= 14
    width = PHONE["width"]
    assert page.locator(".figures-chart td, .figures-chart svg").evaluate_all(RIGHT) <= width
    expect(page.get_by_role("row").filter(has_text="80%–90%").get_by_role("cell")).to_have_count(5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_are_printed_dark_on_light(as_somebody: Callable[..., Page], scheme: str) -> None:
    page = as_somebody("staff", viewport=DESK, color_scheme=scheme)
    page.goto(FIGURES)
    page.evaluate("scheme => document.documentElement.dataset.theme = scheme", scheme)
    page.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]
    tones = page.evaluate(TONES)
    assert tones["paper"] == 765 and tones["words"] < 300
    squares = """node => getComputedStyle(node, '::before').printColorAdjust"""
    for square in page.locator(".figures-legend span").all():
        assert square.evaluate(squares) == "exact"
    # A box that scrolls, or may not be broken, begins a page of its own where it is tall.
    whole = """nodes => nodes.filter(node => {
        const style = getComputedStyle(node);
        return style.breakInside === 'avoid' || style.overflowX !== 'visible';
    }).length"""
    assert page.locator("#main, #content, .review-box, .figures-chart").evaluate_all(whole) == 0
    rows = "nodes => nodes.every(node => getComputedStyle(node).breakInside === 'avoid')"
    assert page.locator(".figures-chart tr").evaluate_all(rows)
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= 2


def test_what_failed_is_tried_again_on_a_phone(as_somebody: Callable[..., Page]) -> None:
    page = as_somebody("staff", viewport=PHONE)
    page.goto("/admin/")
    page.locator("a.is-warning").click()
    assert not problems_of(page, HEALTH)
    buttons = page.locator(".health-failed button")
    expect(buttons).to_have_count(3)
    assert buttons.evaluate_all(RIGHT) <= PHONE["width"]
    first = page.locator(".health-failed li").first
    expect(first.locator("pre")).to_be_hidden()
    first.locator("summary").click()
    expect(first.locator("pre")).to_contain_text("/srv/media/a.jpg")
    buttons.first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    expect(buttons).to_have_count(2)


def test_who_only_takes_things_in_begins_there_and_finds_the_way_back(
    as_somebody: Callable[..., Page],
) -> None:
    page = as_somebody("clerk", viewport=PHONE)
    assert page.url.endswith("/admin/")
    expect(page.locator(".review-desk a")).to_have_count(2)
    assert not problems_of(page, "/admin/")
    page.locator(".review-desk a").first.click()
    page.wait_for_url("**/admin/lostfound/post/intake/")
    page.goto(FIGURES)
    page.locator("main a.button").first.click()
    page.wait_for_url("**/admin/")
