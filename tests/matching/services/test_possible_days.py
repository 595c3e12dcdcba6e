"""Losses of an unknown day, or of one of several, from the form to the review page."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from lostfound.services import edit_post
from matching.models import Match, MatchingJob
from matching.review.comparison import compare
from matching.scoring.content import content_of
from matching.services import match_post
from tests.support.factories import StaffFactory
from tests.support.pipeline import found, make, matched, pair_of
from tests.support.web_client import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_encoder")]


def ago(days: int) -> Any:
    return timezone.localdate() - timedelta(days=days)


@pytest.fixture
def v3(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "calibrated_v3"}


def fact_of(pair: Match) -> tuple[str, str]:
    day = next(fact for fact in compare(pair) if fact.label == "날짜")
    return day.verdict, day.remark


def test_an_old_find_is_excluded_only_by_a_day_that_somebody_stated() -> None:
    old = found(happened_on=ago(40))
    today = matched(happened_on=ago(0))
    assert pair_of(today, old).exclusions == ["found_before_lost"]
    assert pair_of(matched(happened_on=None), old).exclusions == []
    assert pair_of(matched(happened_on=ago(45), happened_until=ago(0)), old).exclusions == []
    later = matched(happened_on=ago(20), happened_until=ago(0))
    assert pair_of(later, old).exclusions == ["found_before_lost"]


def test_what_is_known_of_the_day_decides_how_much_it_counts(v3: None) -> None:
    thing = found(happened_on=ago(1))
    for number in range(12):
        found(title=f"other {number}", happened_on=ago(3 * number))
    exact = pair_of(matched(happened_on=ago(1)), thing).terms
    several = pair_of(matched(happened_on=ago(9), happened_until=ago(0)), thing).terms
    unknown = pair_of(matched(happened_on=None), thing).terms
    assert unknown["time"] is None
    assert exact["time"] > several["time"] > 0.0


def test_a_change_of_the_days_alone_is_matched_again() -> None:
    old = found(happened_on=ago(40))
    lost = matched(happened_on=ago(0))
    assert pair_of(lost, old).exclusions == ["found_before_lost"]
    edit_post(lost, actor=lost.author, fields={"happened_on": ago(45), "happened_until": ago(0)})
    assert MatchingJob.objects.get(post=lost).status == MatchingJob.Status.PENDING
    assert match_post(lost.pk) == "matched"
    assert pair_of(lost, old).exclusions == []


def test_one_day_alone_has_the_hash_that_it_had_before_there_were_ranges() -> None:
    hashes = {
        content_of(make(author=None, **days)).content_hash
        for days in (
            {"happened_on": None},
            {"happened_on": ago(5)},
            {"happened_on": ago(5), "happened_until": ago(2)},
            {"happened_on": ago(5), "happened_until": ago(1)},
        )
    }
    assert len(hashes) == 4
    facts = make(happened_on=ago(5))
    as_before = [facts.text, [], "", "", "", ago(5).isoformat()]
    digest = hashlib.sha256(json.dumps(as_before, ensure_ascii=False).encode()).hexdigest()
    assert content_of(facts).content_hash == digest


@pytest.mark.parametrize(
    ("days", "verdict", "remark"),
    [
        ({"happened_on": None}, "unknown", "적지 않음"),
        ({"happened_on": 5}, "close", "3일 뒤"),
        ({"happened_on": 5, "happened_until": 1}, "close", "같은 날일 수 있음"),
        ({"happened_on": 9, "happened_until": 4}, "close", "2일 뒤"),
        ({"happened_on": 1, "happened_until": 0}, "differs", "1일 전"),
    ],
)
def test_staff_see_how_the_days_compare(
    days: dict[str, int | None], verdict: str, remark: str
) -> None:
    found(happened_on=ago(2))
    lost = matched(**{name: at if at is None else ago(at) for name, at in days.items()})
    said, words = fact_of(Match.objects.get(lost=lost))
    assert said == verdict and remark in words


def test_pages_show_what_is_known() -> None:
    found(happened_on=ago(2))
    for days, words in (
        ({"happened_on": None}, "알 수 없음"),
        ({"happened_on": ago(9), "happened_until": ago(4)}, "~"),
    ):
        lost = matched(**days)
        shown = signed_in(lost.author).get(lost.get_absolute_url())
        assert words in shown.text
        staff = signed_in(StaffFactory.create(is_superuser=True))
        pair = Match.objects.get(lost=lost)
        for name, key in (("change", pair.pk), ("candidates", lost.pk)):
            page = staff.get(reverse(f"admin:matching_match_{name}", args=[key]))
            assert page.status_code == 200
        finder = signed_in(pair.found.author)
        assert finder.get(pair.found.get_absolute_url()).status_code == 200
