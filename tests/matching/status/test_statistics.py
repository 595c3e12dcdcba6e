"""Statistics: only of standing decisions, and of pairs that were really suggested."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lostfound.models import Post
from matching.core.intervals import wilson
from matching.models import Match, MatchDecision
from matching.services import confirm_match, reject_match, undo_decision
from matching.status.durations import ago_words, hours_words
from matching.status.statistics import (
    CATEGORIES,
    LATEST,
    bands,
    first_of_year,
    office_statistics,
)
from tests.support.factories import CategoryFactory, FoundPostFactory, MatchFactory, StaffFactory

pytestmark = pytest.mark.django_db
V3 = "calibrated_v3"


def test_bands_count_decisions_by_probability() -> None:
    decided = [(0.85, "confirm")] * 8 + [(0.85, "reject")] * 2 + [(1.0, "confirm"), (0.0, "reject")]
    by_low = {band.low: band for band in bands(decided)}
    assert (by_low[0.8].count, by_low[0.8].share) == (10, 0.8)
    assert by_low[0.8].mean == pytest.approx(0.85)
    assert by_low[0.9].count == 1 and by_low[0.0].share == 0.0
    assert by_low[0.2].share is None
    assert sum(band.count for band in by_low.values()) == len(decided)


def test_only_standing_decisions_with_probabilities_count() -> None:
    staff = StaffFactory.create()
    kept, undone, cosine = (
        MatchFactory.create(score=0.85, strategy=name) for name in (V3, V3, "clip_zeroshot_v2")
    )
    confirm_match(kept, actor=staff)
    undo_decision(confirm_match(undone, actor=staff), actor=staff)
    reject_match(cosine, actor=staff)
    found = office_statistics()
    assert sum(band.count for band in found.bands) == 1
    assert (found.confirmed, found.rejected, found.waiting) == (1, 1, 1)
    assert (found.new_lost, found.new_found) == (3, 3)


def test_the_interval_is_wilsons() -> None:
    """Source: the worked values of Newcombe (1998), table I."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=1e-4)
    assert wilson(20, 20) == pytest.approx((1 - 0.1611, 1.0), abs=1e-4)


def test_times_are_medians_of_what_happened() -> None:
    now = timezone.now()
    for hours in (1, 2, 30):
        match = MatchFactory.create(created_at=now)
        Post.objects.filter(pk=match.lost_id).update(created_at=now - timedelta(hours=hours))
    found = office_statistics()
    assert found.first_suggestion_h == pytest.approx(2.0, abs=0.01)
    assert found.suggested_count == 3
    assert (found.decision_h, found.decided_count) == (None, 0)


def test_durations_have_a_single_number() -> None:
    assert hours_words(None) == "–"
    assert [hours_words(hours) for hours in (0.001, 0.5, 3.2, 50)] == [
        "1분",
        "30분",
        "3시간",
        "2일",
    ]
    assert ago_words(timedelta(minutes=3)) == "3분 전"


@pytest.mark.parametrize(
    "never_suggested",
    [
        {"status": Match.Status.EXCLUDED, "exclusions": ["same_author"]},
        {"status": Match.Status.WITHDRAWN, "exclusions": ["same_author"]},
        {"status": Match.Status.SAMPLED, "sampling_probability": 0.2},
        {"status": Match.Status.WITHDRAWN, "sampling_probability": 0.2},
        {"status": Match.Status.REJECTED, "sampling_probability": 0.2},
    ],
)
def test_pairs_that_were_never_suggested_do_not_count(never_suggested: dict[str, Any]) -> None:
    MatchFactory.create(**never_suggested)
    assert office_statistics().first_suggestion_h is None
    MatchFactory.create(status=Match.Status.WITHDRAWN)
    assert office_statistics().suggested_count == 1


def test_times_are_of_the_last_three_months_only() -> None:
    long_ago = timezone.now() - timedelta(days=120)
    match = MatchFactory.create(created_at=long_ago)
    decision = confirm_match(match, actor=StaffFactory.create())
    MatchDecision.objects.filter(pk=decision.pk).update(at=long_ago)
    found = office_statistics()
    assert (found.suggested_count, found.decided_count) == (0, 0)


def test_posts_and_decisions_are_counted_by_category_and_month() -> None:
    category, staff = CategoryFactory.create(), StaffFactory.create()
    for decide in (confirm_match, reject_match, reject_match):
        match = MatchFactory.create(found=FoundPostFactory.create(category=category))
        decide(match, actor=staff)
    found = office_statistics()
    row = next(row for row in found.categories if row.label == category.name)
    assert (row.lost, row.found, row.confirmed, row.rejected) == (0, 3, 1, 2)
    assert row.precision == pytest.approx(1 / 3)
    month = found.months[-1]
    assert (month.lost, month.found, month.confirmed, month.rejected) == (3, 3, 1, 2)
    assert found.bands_from is None  # no probability among them


def test_all_categories_beyond_the_first_are_one_row() -> None:
    for _ in range(CATEGORIES + 3):
        FoundPostFactory.create(category=CategoryFactory.create())
    rows = office_statistics().categories
    assert len(rows) == CATEGORIES + 1
    assert "3" in rows[-1].label
    assert sum(row.found for row in rows) == Post.objects.count()


def test_twelve_months_are_counted_and_nothing_older() -> None:
    seoul = ZoneInfo("Asia/Seoul")
    assert first_of_year(datetime(2026, 11, 26, 8, tzinfo=seoul)) == datetime(
        2025, 12, 1, tzinfo=seoul
    )
    assert first_of_year(datetime(2026, 12, 31, 8, tzinfo=seoul)) == datetime(
        2026, 1, 1, tzinfo=seoul
    )
    old = FoundPostFactory.create()
    start = first_of_year(timezone.localtime())
    Post.objects.filter(pk=old.pk).update(created_at=start - timedelta(seconds=1))
    assert (office_statistics().categories, office_statistics().months) == ([], [])
    Post.objects.filter(pk=old.pk).update(created_at=start)
    assert [row.label for row in office_statistics().months] == [start]


def test_the_bands_have_a_period() -> None:
    staff, now = StaffFactory.create(), timezone.now()
    for days in (1, 40):
        decision = confirm_match(MatchFactory.create(strategy=V3, score=0.85), actor=staff)
        MatchDecision.objects.filter(pk=decision.pk).update(at=now - timedelta(days=days))
    found = office_statistics()
    assert (found.bands_from, found.bands_to) == (now - timedelta(days=40), now - timedelta(days=1))


def test_thousands_of_decisions_cost_no_more_queries() -> None:
    match = MatchFactory.create(strategy=V3)
    template = {
        "match": match,
        "strategy": V3,
        "fingerprint": "fake-32",
        "status_before": Match.Status.SUGGESTED,
    }
    counts = []
    for number in (1, 5000):
        MatchDecision.objects.bulk_create(
            MatchDecision(
                action="reject" if row % 5 else "confirm", score=row % 100 / 100, **template
            )
            for row in range(number)
        )
        with CaptureQueriesContext(connection) as queries:
            found = office_statistics()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
    assert sum(band.count for band in found.bands) == LATEST
    assert found.confirmed + found.rejected == 5001


def test_the_number_of_queries_does_not_grow() -> None:
    counts = []
    for number in (2, 12):
        for _ in range(number):
            MatchFactory.create(found=FoundPostFactory.create(category=CategoryFactory.create()))
        with CaptureQueriesContext(connection) as queries:
            office_statistics()
        counts.append(len(queries))
    assert counts[0] == counts[1]
