"""Two people decide at once, on a real database file: one wins, the other is refused."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from lostfound.models import Notification, Post, User
from matching.models import Match, MatchDecision, decision_version
from matching.services.decision_checks import DecisionRefused
from matching.services.decisions import confirm_match, reject_match, undo_decision
from tests.support.databases import in_a_file
from tests.support.pairs import make_grid, make_user

pytestmark = pytest.mark.django_db(transaction=True)

Deed = Callable[[User], MatchDecision]


@pytest.fixture(scope="module", autouse=True)
def database_file(
    tmp_path_factory: pytest.TempPathFactory,
    migrated: Path,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The default database as a file: threads that share one in memory never wait for locks."""
    path = tmp_path_factory.mktemp("races") / "db.sqlite3"
    with django_db_blocker.unblock(), in_a_file(path, migrated):
        yield


def at_once(*deeds: Deed) -> tuple[list[MatchDecision], list[DecisionRefused]]:
    """Run each action in a separate thread, all starting at the same moment."""
    people = [make_user(f"staff {n}") for n in range(len(deeds))]
    barrier = threading.Barrier(len(deeds))
    decided: list[MatchDecision] = []
    refused: list[DecisionRefused] = []
    broken: list[BaseException] = []

    def run(deed: Deed, person: User) -> None:
        try:
            barrier.wait(30)
            decided.append(deed(person))
        except DecisionRefused as no:
            refused.append(no)
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(deed, person))
        for deed, person in zip(deeds, people, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not broken
    return decided, refused


@pytest.fixture
def pairs() -> list[Match]:
    return make_grid(2, 2)


def test_of_two_who_confirm_one_pair_one_is_refused(pairs: list[Match]) -> None:
    def confirm(person: User) -> MatchDecision:
        return confirm_match(pairs[0], actor=person)

    decided, refused = at_once(confirm, confirm, confirm)
    assert (len(decided), [no.code for no in refused]) == (1, ["decided", "decided"])
    assert MatchDecision.objects.count() == 1
    assert Notification.objects.count() == 2


def test_of_two_who_confirm_pairs_with_a_post_in_common_one_is_refused(pairs: list[Match]) -> None:
    decided, refused = at_once(
        lambda person: confirm_match(pairs[0], actor=person),
        lambda person: confirm_match(pairs[1], actor=person),
    )
    assert (len(decided), len(refused)) == (1, 1)
    assert Match.objects.filter(status=Match.Status.CONFIRMED).count() == 1
    assert Post.objects.filter(status=Post.Status.MATCHED).count() == 2


def test_of_a_confirmation_and_a_rejection_of_what_was_seen_one_is_refused(
    pairs: list[Match],
) -> None:
    seen = decision_version(pairs[0])
    decided, refused = at_once(
        lambda person: confirm_match(pairs[0], actor=person, expected_version=seen),
        lambda person: reject_match(pairs[0], actor=person, expected_version=seen),
    )
    assert (len(decided), [no.code for no in refused]) == (1, ["decided"])


def test_of_two_who_undo_one_decision_one_is_refused(pairs: list[Match]) -> None:
    decision = confirm_match(pairs[0], actor=make_user("first"))

    def undo(person: User) -> MatchDecision:
        return undo_decision(decision, actor=person)

    decided, refused = at_once(undo, undo)
    assert (len(decided), [no.code for no in refused]) == (1, ["undone"])
    assert Post.objects.filter(status=Post.Status.OPEN).count() == 4
    assert Match.objects.filter(status=Match.Status.SUGGESTED).count() == 4


def test_two_confirmations_that_share_no_post_both_hold(pairs: list[Match]) -> None:
    decided, refused = at_once(
        lambda person: confirm_match(pairs[0], actor=person),
        lambda person: confirm_match(pairs[3], actor=person),
    )
    assert (len(decided), refused) == (2, [])
    assert Post.objects.filter(status=Post.Status.MATCHED).count() == 4
