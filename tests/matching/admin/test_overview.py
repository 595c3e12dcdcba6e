"""The statistics page: complete in its tables, and honest about few decisions."""

import re

import pytest
from django.test import Client
from django.utils import translation

from matching.admin.overview import band_bar
from matching.models import Match, MatchDecision
from matching.services import confirm_match, reject_match
from matching.status.statistics import Band
from tests.support.factories import CategoryFactory, FoundPostFactory, MatchFactory, StaffFactory
from tests.support.web_client import page, queries_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
FIGURES = "/admin/matching/match/figures/"


def main(client: Client) -> str:
    """The main part of the page."""
    return page(client.get(FIGURES)).partition('id="content-main"')[2].partition("</main>")[0]


def cells(text: str, row: str) -> list[str]:
    """The texts in the cells of a row, without its drawing."""
    found = re.search(rf"<tr[^>]*>\s*<th[^>]*>{re.escape(row)}</th>(.*?)</tr>", text, re.S)
    assert found, row
    texts = re.findall(r"<td[^>]*>(.*?)</td>", found.group(1), re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in texts if "<svg" not in cell]


@pytest.fixture
def client() -> Client:
    return signed_in(StaffFactory.create(), "en")


def test_statistics_are_tables_that_a_screen_reader_reads(client: Client) -> None:
    staff = StaffFactory.create()
    for number in range(4):
        match = MatchFactory.create(strategy="calibrated_v3", score=0.84 + number / 100)
        (confirm_match if number else reject_match)(match, actor=staff)
    text = main(client)
    assert cells(text, "80%–90%") == [
        "86%",
        "75% (30–95%)",
        "4",
        "too few decisions to tell",
    ]
    assert cells(text, "0%–10%")[1:] == ["–", "–", "0", "–"]
    assert text.count("<table") == 3 and text.count("<svg") == text.count('aria-hidden="true"') - 2
    assert "style=" not in text


@pytest.mark.parametrize(
    ("band", "verdict"),
    [
        (Band(0.8, 0.9, 200, 170, 0.85), "as expected: the difference may be chance"),
        (Band(0.8, 0.9, 200, 120, 0.85), "confirmed less often than expected"),
        (Band(0.2, 0.4, 200, 160, 0.3), "confirmed more often than expected"),
        (Band(0.8, 0.9, 2, 1, 0.85), "too few decisions to tell"),
    ],
)
def test_a_band_is_assessed_only_beyond_chance(band: Band, verdict: str) -> None:
    with translation.override("en"):
        assert band_bar(band).verdict == verdict


def test_rows_show_rejections_and_the_confirmed_share(client: Client) -> None:
    category, staff = CategoryFactory.create(), StaffFactory.create()
    for decide in (confirm_match, reject_match, reject_match, reject_match):
        match = MatchFactory.create(found=FoundPostFactory.create(category=category))
        decide(match, actor=staff)
    assert cells(main(client), category.name_en) == ["0", "4", "1", "3", "25%"]


def test_every_figure_names_its_period(client: Client) -> None:
    match = MatchFactory.create(strategy="calibrated_v3", score=0.85)
    confirm_match(match, actor=StaffFactory.create())
    text = main(client)
    tiles = re.findall(r'<dd class="figures-span">(.*?)</dd>', text)
    assert tiles == [
        *("the last 30 days", "the last 30 days", "now", "the last 30 days", "the last 30 days"),
        "median of 1 post, the last 90 days",
        "median of 1 pair, the last 90 days",
    ]
    assert "As of " in text and text.count('<p class="figures-span">') == 2
    assert re.search(r"for the last 1 decided pair \(\w+\.? \d+, \d+ to ", text)


def test_without_decisions_there_is_a_message_instead_of_empty_bars(client: Client) -> None:
    MatchFactory.create()
    text = main(client)
    bands = text.partition('id="figures-bands"')[2].partition("</section>")[0]
    assert "No pair with a probability has been decided yet" in bands
    assert "<svg" not in bands and "<table" not in bands


def test_thousands_of_decisions_need_no_more_queries(client: Client) -> None:
    match = MatchFactory.create(strategy="calibrated_v3")
    counts = []
    for number in (1, 3000):
        MatchDecision.objects.bulk_create(
            MatchDecision(
                match=match,
                action="confirm",
                score=0.5,
                strategy="calibrated_v3",
                status_before=Match.Status.SUGGESTED,
            )
            for _ in range(number)
        )
        counts.append(queries_of(client, FIGURES))
    assert counts[0] == counts[1]
