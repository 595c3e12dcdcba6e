"""The office's access to other people's data is logged: who, when, and what."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin import site
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from lostfound.admin.access_log import AccessLogAdmin
from lostfound.models import AccessLog, AppendOnlyError, User
from lostfound.services.access_log import KEPT_FOR, log_access, prune_access_log
from tests.support.builders import make_post, make_user
from tests.support.factories import MatchFactory
from tests.support.web_client import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def desk(clerk: User) -> Client:
    return signed_in(clerk)


def written() -> list[tuple[str, Any]]:
    return [(look.what, look.subjects) for look in AccessLog.objects.order_by("pk")]


def test_an_opened_post_is_written_down(desk: Client, clerk: User) -> None:
    post = make_post()
    desk.get(reverse("admin:lostfound_post_change", args=[post.pk]))
    desk.get(post.get_absolute_url())
    assert written() == [("post", [post.number])] * 2
    look = AccessLog.objects.first()
    assert look is not None and look.actor == clerk and look.at is not None


def test_a_pair_that_is_reviewed_is_written_down(desk: Client) -> None:
    match = MatchFactory.create()
    both = [match.lost.number, match.found.number]
    desk.get(reverse("admin:matching_match_change", args=[match.pk]))
    desk.get(reverse("admin:matching_match_desk"))
    assert written() == [("pair", both)] * 2
    desk.get(reverse("admin:matching_match_candidates", args=[match.lost.pk]))
    assert written()[-1] == ("list", both[:1])


def test_lists_and_files_are_written_down(desk: Client) -> None:
    posts = [make_post(), make_post()]
    numbers = {post.number for post in posts}
    address = reverse("admin:lostfound_post_changelist")
    desk.get(address)
    data = {"action": "export_csv", "_selected_action": [post.pk for post in posts]}
    assert desk.post(address, data).status_code == 400 and AccessLog.objects.count() == 1
    assert desk.post(address, {**data, "reason": "월말 재고 확인"}).status_code == 200
    entry = AccessLog.objects.get(what="export")
    assert (entry.address, entry.reason, entry.count) == ("127.0.0.1", "월말 재고 확인", 2)
    assert [(what, set(subjects)) for what, subjects in written()] == [
        ("list", numbers),
        ("export", numbers),
    ]


def test_an_opened_account_is_written_down(desk: Client, clerk: User) -> None:
    other = make_user()
    for person in (other, clerk):
        desk.get(reverse("admin:lostfound_user_change", args=[person.pk]))
    assert written() == [("person", [other.pk])]


def test_a_look_at_what_is_ones_own_is_none(clerk: User) -> None:
    author = make_user()
    post = make_post(author=author)
    signed_in(author).get(post.get_absolute_url())
    log_access(clerk, AccessLog.What.POST, [make_post(author=clerk)])
    assert written() == []


def test_who_may_not_look_leaves_no_record_but_sees_nothing() -> None:
    post, flag_alone = make_post(), signed_in(make_user(is_staff=True))
    for address in (
        reverse("admin:lostfound_post_change", args=[post.pk]),
        reverse("admin:lostfound_user_change", args=[post.author.pk]),
    ):
        assert flag_alone.get(address).status_code == 403
    assert written() == []


def test_the_record_outlives_the_post_and_is_read_only(desk: Client, clerk: User) -> None:
    post = make_post()
    log_access(clerk, AccessLog.What.POST, [post])
    number = post.number
    post.delete()
    look = AccessLog.objects.get()
    for attempt in (look.save, look.delete, AccessLog.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            attempt()
    with pytest.raises(AppendOnlyError):
        AccessLog.objects.update(count=0)
    listed = page(desk.get(reverse("admin:lostfound_accesslog_changelist")))
    assert number in listed and clerk.username in listed
    change = reverse("admin:lostfound_accesslog_change", args=[look.pk])
    assert desk.post(change, {"count": 0}).status_code == 403


def test_looks_of_long_ago_are_forgotten(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    log_access(clerk, AccessLog.What.POST, [make_post()])
    assert prune_access_log() == 0
    late = timezone.now() + KEPT_FOR + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: late)
    assert prune_access_log() == 1 and not AccessLog.objects.exists()


def searched(desk: Client, words: str) -> list[AccessLog]:
    answer = desk.get(reverse("admin:lostfound_accesslog_changelist"), {"q": words})
    return list(answer.context["cl"].result_list)


def test_the_record_is_searched_by_what_the_office_calls_a_post(desk: Client, clerk: User) -> None:
    posts = [make_post(), make_post()]
    for post in posts:
        log_access(clerk, AccessLog.What.POST, [post])
    longer = AccessLog.objects.create(actor=clerk, what="post", subjects=[f"{posts[0].number}0"])
    old = AccessLog.objects.create(actor=clerk, what="post", subjects=[str(posts[0].public_id)])
    both = AccessLog.objects.create(
        actor=clerk, what="pair", subjects=[post.number for post in posts]
    )
    found = searched(desk, posts[0].number.lower())
    assert both in found and len(found) == 2 and longer not in found
    assert searched(desk, str(posts[0].public_id)) == [old]
    assert len(searched(desk, clerk.username)) == 5


def test_a_row_of_the_list_shows_the_first_numbers(desk: Client, clerk: User) -> None:
    posts = [make_post() for _n in range(7)]
    log_access(clerk, AccessLog.What.LIST, posts)
    text = page(desk.get(reverse("admin:lostfound_accesslog_changelist")))
    assert posts[4].number in text and posts[5].number not in text and "+2" in text


def test_a_look_leads_to_what_is_still_there(
    desk: Client, clerk: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    posts = [make_post() for _n in range(4)]
    subjects = [*(post.number for post in posts[:3]), str(posts[3].public_id), "LF-", "x", None]
    look = AccessLog.objects.create(actor=clerk, what="list", subjects=subjects, count=7)
    posts[0].delete()
    text = page(desk.get(reverse("admin:lostfound_accesslog_change", args=[look.pk])))
    for post, number in zip(posts[1:], subjects[1:4], strict=True):
        address = reverse("admin:lostfound_post_change", args=[post.pk])
        assert f'<a href="{address}">{number}</a>' in text
    assert str(subjects[0]) in text and f">{subjects[0]}</a>" not in text
    with django_assert_num_queries(1):
        AccessLogAdmin(AccessLog, site).all_numbers(look)


def test_a_look_at_a_person_leads_to_their_account(desk: Client, clerk: User) -> None:
    other = make_user()
    desk.get(reverse("admin:lostfound_user_change", args=[other.pk]))
    look = reverse("admin:lostfound_accesslog_change", args=[AccessLog.objects.get().pk])
    assert f">{other.pk} {other.username}</a>" in page(desk.get(look))
    key = other.pk
    other.delete()
    text = page(desk.get(look))
    assert f">{key}<" in text.replace("\n", "") and other.username not in text


def test_the_address_is_the_readers_behind_a_trusted_proxy(
    desk: Client, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    address = reverse("admin:lostfound_post_change", args=[make_post().pk])
    for sent in ("6.6.6.6, 203.0.113.9", "2001:db8::7", "no address"):
        desk.get(address, headers={"x-forwarded-for": sent})
    found = list(AccessLog.objects.order_by("pk").values_list("address", flat=True))
    assert found == ["203.0.113.9", "2001:db8::7", "127.0.0.1"]


def test_the_report_of_a_month(clerk: User, capsys: pytest.CaptureFixture[str]) -> None:
    log_access(clerk, AccessLog.What.EXPORT, [make_post()], reason="재고")
    log_access(clerk, AccessLog.What.POST, [make_post()])
    night = timezone.make_aware(datetime(2026, 11, 30, 3))
    models.QuerySet(AccessLog).update(at=night)
    call_command("access_report", month="2026-11")
    out = capsys.readouterr().out
    assert f"{clerk.username}\texport\t1\t1" in out and "재고" in out
    assert out.count("2026-11-30 03:00") == 3  # the file, and both at night
    call_command("access_report", month="2026-12")
    assert "None." in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("access_report", month="2026-13")
