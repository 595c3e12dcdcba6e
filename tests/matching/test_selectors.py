"""The state of a post's matching for its author and for staff."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from pytest_django import Settings

from lostfound.services import close_post
from matching.models import Heartbeat, Match, MatchingJob
from matching.selectors import (
    is_worker_away,
    matching_state,
    open_suggestions,
    suggestions_for,
    worker_seen_ago,
)
from matching.services.heartbeat import note_encoder, note_task_end
from tests.support.factories import MatchFactory, PhotoFactory, PostFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def seen(ago_s: float) -> None:
    """A worker that was last active so long ago."""
    note_task_end()
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=ago_s))


@pytest.mark.parametrize("status", MatchingJob.Status.values)
def test_the_state_is_the_rows(status: str) -> None:
    post = PostFactory.create()
    MatchingJob.objects.update(status=status)
    state = matching_state(post)
    assert state.status == status
    assert state.is_waiting == (status in ("pending", "running"))


def test_a_post_without_a_row_is_waiting_while_it_is_open() -> None:
    post = PostFactory.create()
    MatchingJob.objects.all().delete()
    assert matching_state(post).status == "pending"
    assert matching_state(PostFactory.create(status="closed")).status == "idle"
    assert not MatchingJob.objects.filter(post=post).exists()


def test_what_is_counted_is_what_is_shown() -> None:
    post = PostFactory.create()
    pairs = {status: MatchFactory.create(lost=post) for status in ("suggested", "rejected")}
    for status in ("withdrawn", "gated", "set_aside"):
        pairs[status] = MatchFactory.create(lost=post)
    for status, match in pairs.items():
        Match.objects.filter(pk=match.pk).update(status=status)
    assert matching_state(post).suggestion_count == 1
    assert [match.pk for match in suggestions_for(post)] == [pairs["suggested"].pk]


def test_suggestions_come_strongest_first_from_either_side() -> None:
    weak = MatchFactory.create(score=0.7)
    strong = MatchFactory.create(lost=weak.lost, score=0.9)
    assert list(suggestions_for(weak.lost)) == [strong, weak]
    assert list(suggestions_for(strong.found)) == [strong]


def test_staff_see_pairs_of_open_posts_newest_first() -> None:
    old, new = MatchFactory.create(score=0.9), MatchFactory.create(score=0.7)
    Match.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=1))
    gone = MatchFactory.create()
    close_post(gone.found, actor=None)
    Match.objects.filter(pk=gone.pk).update(status="suggested")  # for whatever reason
    assert [match.pk for match in open_suggestions()] == [new.pk, old.pk]


def test_both_posts_are_loaded_in_a_constant_number_of_queries() -> None:
    counts = []
    for more in (1, 6):
        for match in MatchFactory.create_batch(more):
            PhotoFactory.create_batch(2, post=match.lost)
        with CaptureQueriesContext(connection) as queries:
            for match in open_suggestions():
                for post in (match.lost, match.found):
                    drawn = (post.author.username, post.category, post.building, post.office)
                    assert drawn[0]
                    assert len(post.photos.all()) == (2 if post == match.lost else 0)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Why it takes long ---


def test_a_worker_is_away_when_it_was_silent_longer_than_a_task_may_take(
    settings: Settings,
) -> None:
    settings.MATCHING = {**settings.MATCHING, "STALE_S": 200, "BEAT_S": 10}
    assert is_worker_away() and worker_seen_ago() is None
    seen(190)
    assert not is_worker_away()
    seen(210)
    assert is_worker_away()
    ago = worker_seen_ago()
    assert ago is not None and abs(ago.total_seconds() - 210) < 30


def test_an_author_sees_why_it_takes_long() -> None:
    post = PostFactory.create()
    with translation.override("en"):
        assert "not running" in matching_state(post).waiting_reason
        seen(0)
        assert matching_state(post).waiting_reason == ""
        MatchingJob.objects.update(attempts=1)
        assert "try again" in matching_state(post).waiting_reason
        note_encoder("no folder /srv/model. Set MATCHING_MODEL.")
        reason = matching_state(post).waiting_reason
        assert "set up" in reason and "/srv" not in reason  # paths are only for staff
        MatchingJob.objects.update(status="done")
        assert matching_state(post).waiting_reason == ""
    with translation.override("ko"):
        MatchingJob.objects.update(status="pending")
        assert "가" <= matching_state(post).waiting_reason[0] <= "힣"
