"""Losses of an unknown day, or of one of several, in both directions."""

from datetime import date
from typing import Any

import pytest
from django.apps import apps as django_apps
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from matching.index.triggers import missing_triggers
from tests.support.migrations import SiteBefore, migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]

BEFORE, AFTER = [("lostfound", "0007_field_names")], [("lostfound", "0008_possible_days")]
DAY, LATER = date(2026, 11, 20), date(2026, 11, 24)


@pytest.fixture
def before(site_before: SiteBefore) -> Any:
    return site_before(BEFORE)


def add(apps: Any, title: str, kind: str = "lost", **days: Any) -> Any:
    user, _ = apps.get_model("lostfound", "User").objects.get_or_create(username="clerk")
    posts = apps.get_model("lostfound", "Post").objects
    return posts.create(kind=kind, title=title, author=user, **days)


def days_of(apps: Any) -> dict[str, date]:
    posts = apps.get_model("lostfound", "Post").objects
    return dict(posts.values_list("title", "happened_on"))


def test_days_stay_and_what_is_not_known_becomes_a_day_again(before: Any) -> None:
    for kind in ("lost", "found"):
        add(before, kind, kind, happened_on=DAY)
    after = migrate(AFTER)
    assert days_of(after) == {"lost": DAY, "found": DAY}
    unknown = add(after, "unknown", happened_on=None)
    posts = after.get_model("lostfound", "Post").objects
    posts.filter(pk=unknown.pk).update(created_at=timezone.datetime(2026, 11, 28, 16, tzinfo=timezone.get_default_timezone()))
    add(after, "several", happened_on=DAY, happened_until=LATER)
    assert days_of(migrate(BEFORE)) == {
        "lost": DAY,
        "found": DAY,
        "unknown": date(2026, 11, 28),
        "several": DAY,
    }
    again = migrate(AFTER)
    assert not again.get_model("lostfound", "Post").objects.exclude(happened_until=None).exists()


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        ("found", {"happened_on": None}),
        ("found", {"happened_on": DAY, "happened_until": LATER}),
        ("lost", {"happened_on": None, "happened_until": LATER}),
        ("lost", {"happened_on": LATER, "happened_until": DAY}),
        ("lost", {"happened_on": DAY, "happened_until": DAY}),
    ],
)
def test_the_database_refuses_days_that_cannot_be(kind: str, days: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        add(django_apps, "impossible", kind, **days)


def test_a_change_of_the_last_day_reaches_the_index(before: Any) -> None:
    add(before, "several", happened_on=DAY)
    call_command("migrate", verbosity=0)
    assert missing_triggers("default") == []
    from lostfound.models import Post
    from matching.models import IndexChange

    IndexChange.objects.all().delete()
    Post.objects.update(title="words alone are embedded")
    assert not IndexChange.objects.exists()
    Post.objects.update(happened_until=LATER)
    assert IndexChange.objects.exists()
