"""Possible duplicates are flagged for staff, who decide; students never see them."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from lostfound.models import Building, Category, Notification, Post, PostEvent
from lostfound.services import close_post, delete_post, edit_post, reopen_post
from matching.models import Match, PossibleDuplicate, decision_version
from matching.selectors import suggestions_for
from matching.services import (
    DecisionRefused,
    build_scoring_profile,
    close_duplicate,
    dismiss_duplicate,
    match_post,
    retry_matching,
    take_up_duplicate,
)
from tests.support.factories import BuildingFactory, CategoryFactory, StaffFactory
from tests.support.pipeline import make

pytestmark = pytest.mark.django_db

TITLE = "black umbrella folding automatic SN-4471203"
OTHERS = ["red scarf wool", "silver laptop sleeve", "green thermos steel", "white keyring bear"]


@pytest.fixture(autouse=True)
def strategy(settings: Settings, fake_encoder: Any) -> None:
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "calibrated_v3"}


def facts() -> dict[str, Any]:
    """One category and building, made once."""
    return {
        "category": Category.objects.first() or CategoryFactory.create(),
        "building": Building.objects.first() or BuildingFactory.create(),
    }


def twice(kind: str = "found") -> tuple[Post, Post]:
    """The same thing, posted by two people on the same day; both tasks have run."""
    custody: dict[str, Any] = {"kept_note": "desk"} if kind == "found" else {}
    posts = [make(kind=kind, title=title, **facts(), **custody) for title in (*OTHERS, TITLE)]
    again = make(kind=kind, title=TITLE, **facts(), **custody)
    for post in (*posts, again):
        assert match_post(post.pk) == "matched"
    build_scoring_profile()
    PossibleDuplicate.objects.all().delete()
    for post in (*posts, again):
        run(post)
    return posts[-1], again


def only() -> PossibleDuplicate:
    return PossibleDuplicate.objects.get()


def run(post: Post) -> None:
    """Its task, as after a save."""
    retry_matching([post])
    assert match_post(post.pk) == "matched"


@pytest.mark.parametrize("kind", ["lost", "found"])
def test_a_thing_posted_twice_is_marked_once_with_its_terms(kind: str) -> None:
    first, second = twice(kind)
    row = only()
    assert (row.first, row.second, row.status) == (first, second, "open")
    assert row.score >= 0.5 and row.terms["identity"] > 0
    assert row.profile_id and row.fingerprint
    assert not Match.objects.exists()


def test_either_post_gives_the_same_score_and_evidence() -> None:
    first, second = twice()
    before = only()
    run(first)
    from_first = only()
    run(second)
    from_second = only()
    assert from_first.score == pytest.approx(from_second.score, abs=1e-9)
    assert from_first.evidence_hash == from_second.evidence_hash == before.evidence_hash
    assert from_first.created_at == before.created_at


def test_the_older_strategies_flag_nothing(settings: Settings) -> None:
    settings.MATCHING = {**settings.MATCHING, "STRATEGY": "clip_zeroshot_v2"}
    twice()
    assert not PossibleDuplicate.objects.exists()


def test_the_authors_see_nothing_of_it() -> None:
    for post in twice():
        assert not suggestions_for(post).exists()
    assert not Notification.objects.exists()


def test_dismissed_duplicates_return_only_if_a_post_changes() -> None:
    first, second = twice()
    staff = StaffFactory.create()
    dismiss_duplicate(only(), actor=staff, expected_version=decision_version(only()))
    assert (only().status, only().decided_by) == ("dismissed", staff)
    run(first)
    run(second)
    assert only().status == "dismissed"
    edit_post(first, actor=first.author, fields={"title": TITLE + " navy"})
    assert match_post(first.pk) == "matched"
    assert (only().status, only().decided_by) == ("open", None)


def test_a_dismissal_can_be_undone() -> None:
    twice()
    staff = StaffFactory.create()
    dismiss_duplicate(only(), actor=staff)
    take_up_duplicate(only(), actor=staff)
    assert (only().status, only().decided_at) == ("open", None)
    with pytest.raises(DecisionRefused):
        take_up_duplicate(only(), actor=staff)


@pytest.mark.parametrize("closes", [0, 1])
def test_one_of_them_is_closed_and_its_author_notified(closes: int) -> None:
    posts = twice()
    closing, kept = posts[closes], posts[1 - closes]
    close_duplicate(only(), close=closing, actor=StaffFactory.create())
    closing.refresh_from_db()
    kept.refresh_from_db()
    assert (closing.status, kept.status, only().status) == ("closed", "open", "closed")
    notification = Notification.objects.get()
    assert (notification.user, notification.kind) == (closing.author, "closed_as_duplicate")
    event = PostEvent.objects.get(action="closed_as_duplicate")
    assert event.detail["kept"] == str(kept.public_id)


def test_a_reopened_post_makes_the_duplicate_open_again() -> None:
    _, second = twice()
    close_duplicate(only(), close=second, actor=StaffFactory.create())
    second.refresh_from_db()
    reopen_post(second, actor=second.author)
    assert match_post(second.pk) == "matched"
    assert only().status == "open"


def test_the_second_person_is_refused() -> None:
    first, second = twice()
    seen, version = only(), decision_version(only())
    staff = StaffFactory.create()
    close_duplicate(only(), close=second, actor=staff)
    ways: tuple[Callable[..., object], ...] = (
        lambda **how: dismiss_duplicate(seen, actor=staff, **how),
        lambda **how: close_duplicate(seen, close=first, actor=staff, **how),
    )
    for settle in ways:
        for how in ({}, {"expected_version": version}):
            with pytest.raises(DecisionRefused):
                settle(**how)
    first.refresh_from_db()
    assert first.status == "open"
    assert Notification.objects.count() == 1


def test_closing_a_post_or_changing_its_text_withdraws_the_flag() -> None:
    first, second = twice()
    close_post(second, actor=second.author)
    assert only().status == "withdrawn"
    second.refresh_from_db()
    reopen_post(second, actor=second.author)
    match_post(second.pk)
    assert only().status == "open"
    words = {"title": "yellow raincoat for children", "category": CategoryFactory.create()}
    edit_post(second, actor=second.author, fields=words)
    assert match_post(second.pk) == "matched"
    assert only().status == "withdrawn"
    delete_post(first, actor=first.author)
    assert not PossibleDuplicate.objects.exists()
