"""A confirmation's messages wait a moment: undone in time, nobody hears of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from lostfound import selectors
from lostfound.models import Notification
from lostfound.services.emails import send_due_emails, send_notification_email
from matching.services import confirm_match, undo_decision
from tests.support.factories import MatchFactory, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_minutes(messages_at_once: None, settings: Settings) -> None:
    settings.DECISION_WAIT_S = 120


def later() -> None:
    """Three minutes pass."""
    for row in Notification.objects.exclude(not_before=None):
        past = timezone.now() - timedelta(minutes=1)
        Notification.objects.filter(pk=row.pk).update(not_before=past, created_at=past)


def test_undone_in_time_sends_nothing(mailoutbox: list[Any]) -> None:
    pair, staff = MatchFactory.create(), StaffFactory.create()
    decision = confirm_match(pair, actor=staff)
    waiting = list(Notification.objects.all())
    assert len(waiting) == 2
    assert not selectors.notifications_of(pair.lost.author).exists()
    assert not any(send_notification_email(row.pk) for row in waiting)
    undo_decision(decision, actor=staff)
    later()
    assert send_due_emails() == 0 and not mailoutbox
    assert not Notification.objects.exists()


def test_undone_too_late_says_so_once(mailoutbox: list[Any]) -> None:
    pair, staff = MatchFactory.create(), StaffFactory.create()
    decision = confirm_match(pair, actor=staff)
    later()
    assert send_due_emails() == 2
    undo_decision(decision, actor=staff)
    author = pair.lost.author
    kinds = list(selectors.notifications_of(author).values_list("kind", flat=True))
    assert sorted(kinds) == ["match_confirmed", "match_withdrawn"]
    assert send_due_emails() + len(mailoutbox) >= 4


def test_what_has_waited_is_shown_and_sent() -> None:
    pair = MatchFactory.create()
    confirm_match(pair, actor=StaffFactory.create())
    later()
    assert selectors.unread_notifications(pair.lost.author).count() == 1
    assert send_due_emails() == 2
