"""The loser hears of a likely find at once, and not of every one."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from lostfound.models import Notification
from lostfound.services import close_post
from lostfound.services.emails import send_due_emails
from matching.models import Match
from matching.services.alerts import alert_losers
from tests.factories import MatchFactory, PostFactory
from tests.matching.submitting import found, matched

pytestmark = pytest.mark.django_db
KIND = Notification.Kind.SUGGESTED


def told() -> list[tuple[int, int | None]]:
    rows = Notification.objects.filter(kind=KIND).order_by("pk")
    return list(rows.values_list("post", "other_post"))


def test_a_strong_suggestion_is_told_once_a_day(fake_encoder: Any) -> None:
    lost, other = matched(photos=1), found(photos=1)
    assert told() == [(lost.pk, other.pk)]
    again = found(photos=1)
    assert told() == [(lost.pk, other.pk)]
    Notification.objects.update(created_at=timezone.now() - timedelta(days=2))
    last = found(photos=1)
    assert told() == [(lost.pk, other.pk), (lost.pk, last.pk)]
    assert again.pk not in {row[1] for row in told()}


def test_a_lost_post_is_told_of_what_lay_there_already(fake_encoder: Any) -> None:
    other = found(photos=1)
    lost = matched(photos=1)
    assert told() == [(lost.pk, other.pk)]


def test_of_several_the_strongest_is_named() -> None:
    lost = PostFactory.create()
    pairs = [MatchFactory.create(lost=lost, score=score) for score in (0.9, 0.97, 0.95)]
    assert alert_losers(pairs) == 1
    assert told() == [(lost.pk, pairs[1].found_id)]


@pytest.mark.parametrize(
    ("score", "status"), [(0.7, "suggested"), (0.97, "gated"), (0.97, "drawn")]
)
def test_what_is_weak_or_ruled_out_is_not_told(score: float, status: str) -> None:
    assert alert_losers([MatchFactory.create(score=score, status=status)]) == 0
    assert told() == []


def test_what_the_office_does_not_show_is_not_told(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "SHOWN_FROM": 1.1}
    assert alert_losers([MatchFactory.create(score=0.99)]) == 0


def test_the_email_names_the_post_and_says_nothing_once_it_is_closed() -> None:
    first, second = (MatchFactory.create(score=0.99) for _ in range(2))
    alert_losers([first, second])
    close_post(second.lost, actor=second.lost.author)
    assert send_due_emails() == 1
    assert first.lost.title in mail.outbox[0].subject
    assert first.found.title not in mail.outbox[0].body
    assert Match.objects.count() == 2
