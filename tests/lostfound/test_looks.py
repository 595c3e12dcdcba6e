"""Every look of the office at other people's data is written down: who, when, at what."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lostfound.models import AppendOnlyError, Look, User
from lostfound.services.looks import KEPT_FOR, note_look, prune_looks
from tests.factories import MatchFactory
from tests.lostfound.browsing import page, signed_in
from tests.lostfound.making import make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def desk(clerk: User) -> Client:
    return signed_in(clerk)


def written() -> list[tuple[str, list[str]]]:
    return [(look.what, look.subjects) for look in Look.objects.order_by("pk")]


def test_an_opened_post_is_written_down(desk: Client, clerk: User) -> None:
    post = make_post()
    desk.get(reverse("admin:lostfound_post_change", args=[post.pk]))
    desk.get(post.get_absolute_url())
    assert written() == [("post", [str(post.public_id)])] * 2
    look = Look.objects.first()
    assert look is not None and look.actor == clerk and look.at is not None


def test_a_pair_that_is_reviewed_is_written_down(desk: Client) -> None:
    match = MatchFactory.create()
    both = [str(match.lost.public_id), str(match.found.public_id)]
    desk.get(reverse("admin:matching_match_change", args=[match.pk]))
    desk.get(reverse("admin:matching_match_desk"))
    assert written() == [("pair", both)] * 2
    desk.get(reverse("admin:matching_match_candidates", args=[match.lost.pk]))
    assert written()[-1] == ("list", both[:1])


def test_lists_and_files_are_written_down(desk: Client) -> None:
    posts = [make_post(), make_post()]
    numbers = {str(post.public_id) for post in posts}
    address = reverse("admin:lostfound_post_changelist")
    desk.get(address)
    data = {"action": "export_csv", "_selected_action": [post.pk for post in posts]}
    assert desk.post(address, data).status_code == 200
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
    note_look(clerk, Look.What.POST, [make_post(author=clerk)])
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
    note_look(clerk, Look.What.POST, [post])
    number = str(post.public_id)
    post.delete()
    look = Look.objects.get()
    for attempt in (look.save, look.delete, Look.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            attempt()
    with pytest.raises(AppendOnlyError):
        Look.objects.update(count=0)
    listed = page(desk.get(reverse("admin:lostfound_look_changelist")))
    assert number in listed and clerk.username in listed
    change = reverse("admin:lostfound_look_change", args=[look.pk])
    assert desk.post(change, {"count": 0}).status_code == 403


def test_looks_of_long_ago_are_forgotten(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    note_look(clerk, Look.What.POST, [make_post()])
    assert prune_looks() == 0
    late = timezone.now() + KEPT_FOR + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: late)
    assert prune_looks() == 1 and not Look.objects.exists()
