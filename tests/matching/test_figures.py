"""The office's figures: of decisions that stand, and of what was really seen."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lostfound.models import Post
from matching.admin.overview import hours_words
from matching.figures import bands, figures
from matching.models import Match
from matching.services import confirm_match, reject_match, undo_decision
from tests.factories import CategoryFactory, FoundPostFactory, MatchFactory, StaffFactory

pytestmark = pytest.mark.django_db
V3 = "calibrated_v3"


def test_bands_hold_what_was_decided_of_each_probability() -> None:
    decided = [(0.85, "confirm")] * 8 + [(0.85, "reject")] * 2 + [(1.0, "confirm"), (0.0, "reject")]
    by_low = {band.low: band for band in bands(decided)}
    assert (by_low[0.8].count, by_low[0.8].share) == (10, 0.8)
    assert by_low[0.8].mean == pytest.approx(0.85)
    assert by_low[0.9].count == 1 and by_low[0.0].share == 0.0
    assert by_low[0.2].share is None
    assert sum(band.count for band in by_low.values()) == len(decided)


def test_only_decisions_that_stand_and_probabilities_count() -> None:
    staff = StaffFactory.create()
    kept, undone, cosine = (
        MatchFactory.create(score=0.85, strategy=name) for name in (V3, V3, "clip_zeroshot_v2")
    )
    confirm_match(kept, actor=staff)
    undo_decision(confirm_match(undone, actor=staff), actor=staff)
    reject_match(cosine, actor=staff)
    found = figures()
    assert sum(band.count for band in found.bands) == 1
    assert (found.confirmed, found.rejected, found.waiting) == (1, 1, 1)
    assert (found.new_lost, found.new_found) == (3, 3)


def test_times_are_medians_of_what_happened() -> None:
    now = timezone.now()
    for hours in (1, 2, 30):
        match = MatchFactory.create(created_at=now)
        Post.objects.filter(pk=match.lost_id).update(created_at=now - timedelta(hours=hours))
    MatchFactory.create(status=Match.Status.DRAWN)
    assert figures().first_suggestion_h == pytest.approx(2.0, abs=0.01)
    assert figures().decision_h is None
    assert hours_words(None) == "–"
    assert [hours_words(hours) for hours in (0.001, 0.5, 3.2, 50)] == [
        "1분",
        "30분",
        "3시간",
        "2일",
    ]


def test_posts_are_counted_by_category_and_month() -> None:
    category = CategoryFactory.create()
    match = MatchFactory.create(found=FoundPostFactory.create(category=category))
    confirm_match(match, actor=StaffFactory.create())
    found = figures()
    row = next(row for row in found.categories if row.label == category.name)
    assert (row.lost, row.found, row.confirmed) == (0, 1, 1)
    month = found.months[-1]
    assert (month.lost, month.found, month.confirmed) == (1, 1, 1)


def test_the_number_of_queries_does_not_grow() -> None:
    counts = []
    for number in (2, 12):
        for _ in range(number):
            MatchFactory.create(found=FoundPostFactory.create(category=CategoryFactory.create()))
        with CaptureQueriesContext(connection) as queries:
            figures()
        counts.append(len(queries))
    assert counts[0] == counts[1]
