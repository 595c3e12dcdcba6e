"""Pages of the list of pairs, whose rows carry the total number."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from lostfound.services import notify
from tests.support.factories import (
    DuplicateFactory,
    MatchFactory,
    OfficeFactory,
    StaffFactory,
)
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db

LIST = reverse("admin:matching_match_changelist")
DESK = reverse("admin:matching_match_desk")


@pytest.fixture
def desk() -> Client:
    return signed_in(StaffFactory.create(), "en")


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ({}, range(20)),
        ({"p": "1"}, range(20)),
        ({"p": "2"}, range(20, 23)),
        ({"p": "x"}, range(20)),
        ({"all": ""}, range(23)),
        ({"all": "", "p": "2"}, range(23)),
    ],
)
def test_each_page_has_its_rows_and_the_number_of_all(
    desk: Client, params: dict[str, str], shown: range
) -> None:
    pairs = [MatchFactory.create(score=0.9 - 0.01 * n) for n in range(23)]
    answer = desk.get(LIST, params)
    listed = answer.context["cl"]
    assert list(listed.result_list) == [pairs[n] for n in shown]
    assert (listed.result_count, listed.multi_page, listed.can_show_all) == (23, True, True)
    assert "23 rows" in page(answer)


@pytest.mark.parametrize("number", ["3", "0", "-1", "9" * 30])
def test_an_invalid_page_redirects_to_the_list(desk: Client, number: str) -> None:
    MatchFactory.create_batch(21)
    assert desk.get(LIST, {"p": number})["Location"] == f"{LIST}?e=1"


def test_a_list_of_one_page_ignores_the_requested_page(desk: Client) -> None:
    pair = MatchFactory.create()
    listed = desk.get(LIST, {"p": "2"}).context["cl"]
    assert list(listed.result_list) == [pair] and not listed.multi_page


def test_only_search_results_are_counted(desk: Client) -> None:
    pair = MatchFactory.create(lost__title="보라색 텀블러")
    MatchFactory.create_batch(2)
    answer = desk.get(LIST, {"q": "텀블러"})
    assert list(answer.context["cl"].result_list) == [pair] and "1 row" in page(answer)
    assert desk.get(LIST, {"q": "없음"}).context["cl"].result_count == 0


def test_a_queue_keeps_its_filters_if_its_page_no_longer_exists(desk: Client) -> None:
    office = OfficeFactory.create()
    MatchFactory.create(score=0.9)
    kept = MatchFactory.create(score=0.5, found__office=office)
    for filters in (f"office={office.pk}", f"office={office.pk}&p=7", f"q={kept.lost.title}"):
        shown = desk.get(DESK, {"filters": filters}).context
        assert (shown["match"], shown["waiting_count"]) == (kept, 1), filters
    text = page(desk.get(DESK, {"filters": "nothing=like&this=1"}))
    assert re.search(r"2\s+pairs waiting", text)


def test_numbers_are_found_in_every_list_and_spelling() -> None:
    pair, other = MatchFactory.create(), MatchFactory.create()
    twins = DuplicateFactory.create(first=pair.found)
    notify(pair.lost.author, pair.lost, "match_confirmed")
    client = signed_in(StaffFactory.create(), "en")
    lists = {
        "matching_match": pair.found,
        "matching_possibleduplicate": pair.found,
        "matching_matchingjob": pair.found,
        "lostfound_notification": pair.lost,
        "lostfound_post": pair.found,
    }
    assert twins.first == pair.found
    for name, post in lists.items():
        address = reverse(f"admin:{name}_changelist")
        for number in (f"LF{post.pk}", f"lf {post.pk}", f"ＬＦ－{post.pk}"):
            every = (
                {"status": "all"}
                if name in ("matching_match", "matching_possibleduplicate")
                else {}
            )
            shown = page(client.get(address, {"q": number, **every}))
            assert post.title in shown, (name, number)
            assert other.found.title not in shown, (name, number)
