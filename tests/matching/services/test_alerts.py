"""Owners are notified of a likely find at once, but not of every one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from lostfound.models import Notification, Post
from lostfound.services import close_post, delete_post, edit_post, notify
from lostfound.services.emails import send_due_emails
from matching.models import Match
from matching.services import match_post
from matching.services.alerts import alert_losers
from tests.support.factories import MatchFactory, PostFactory
from tests.support.pipeline import found, matched
from tests.support.web_client import page, queries_of, signed_in

pytestmark = pytest.mark.django_db
KIND = Notification.Kind.SUGGESTED


def alerts() -> list[tuple[int, int | None]]:
    rows = Notification.objects.filter(kind=KIND).order_by("pk")
    return list(rows.values_list("post", "other_post"))


def test_a_strong_suggestion_is_notified_once_a_day(fake_encoder: Any) -> None:
    lost, other = matched(photos=1), found(photos=1)
    assert alerts() == [(lost.pk, other.pk)]
    again = found(photos=1)
    assert alerts() == [(lost.pk, other.pk)]
    Notification.objects.update(created_at=timezone.now() - timedelta(days=2))
    last = found(photos=1)
    assert alerts() == [(lost.pk, other.pk), (lost.pk, last.pk)]
    assert again.pk not in {row[1] for row in alerts()}


def test_a_new_lost_post_is_notified_of_earlier_finds(fake_encoder: Any) -> None:
    other = found(photos=1)
    lost = matched(photos=1)
    assert alerts() == [(lost.pk, other.pk)]


def test_of_several_the_strongest_is_named() -> None:
    lost = PostFactory.create()
    pairs = [MatchFactory.create(lost=lost, score=score) for score in (0.9, 0.97, 0.95)]
    assert alert_losers(pairs) == 1
    assert alerts() == [(lost.pk, pairs[1].found_id)]


@pytest.mark.parametrize(
    ("score", "status"), [(0.7, "suggested"), (0.97, "gated"), (0.97, "drawn")]
)
def test_weak_excluded_and_sampled_pairs_are_not_notified(score: float, status: str) -> None:
    assert alert_losers([MatchFactory.create(score=score, status=status)]) == 0
    assert alerts() == []


def test_pairs_below_shown_from_are_not_notified(settings: Settings) -> None:
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


GONE = "turned out not to be similar"


def shown(post: Post) -> str:
    return page(signed_in(post.author, "en").get(post.get_absolute_url()))


def edited(post: Post) -> None:
    edit_post(post, actor=post.author, fields={"title": "purse", "description": "brown leather"})
    assert match_post(post.pk) == "matched"


def deleted(post: Post) -> None:
    delete_post(post, actor=post.author)


@pytest.mark.parametrize("go", [edited, deleted])
def test_the_page_explains_why_a_notified_suggestion_is_gone(
    fake_encoder: Any, go: Callable[[Post], None]
) -> None:
    lost = matched()
    never_notified = matched(title="brown purse leather")
    other = found()
    assert [row[0] for row in alerts()] == [lost.pk]
    assert other.title in shown(lost) and GONE not in shown(lost)
    go(other)
    assert "Nothing similar yet" in shown(lost) and GONE in shown(lost)
    assert GONE not in shown(never_notified)
    found()
    assert GONE not in shown(lost)  # there is something to see again


def test_many_messages_need_no_more_queries(fake_encoder: Any) -> None:
    lost = matched()
    client = signed_in(lost.author)
    counts = []
    for _ in range(2):
        for _number in range(3):
            notify(lost.author, lost, KIND)
        counts.append(queries_of(client, lost.get_absolute_url()))
    assert counts[0] == counts[1]
