"""No two people get the same pair, whatever they do at once."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from lostfound.models import User
from matching.models import Match, ReviewClaim, ReviewSkip, SuggestionAnswer
from matching.review.queue import waiting
from matching.services import claim_next, confirm_match, release, reviewer_of, skip
from matching.services.review_queue import prune_reviewing
from tests.support.databases import in_a_file
from tests.support.pairs import make_grid, make_match, make_post, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", autouse=True)
def database_file(
    tmp_path_factory: pytest.TempPathFactory,
    migrated: Path,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The default database as a file: threads that share one in memory never wait for locks."""
    path = tmp_path_factory.mktemp("reviewing") / "db.sqlite3"
    with django_db_blocker.unblock(), in_a_file(path, migrated):
        yield


def make_pairs(count: int) -> list[Match]:
    """Pairs without a post in common, the strongest first."""
    loser, finder = make_user("loser"), make_user("finder")
    return [
        make_match(
            make_post("lost", f"Lost {n}", loser),
            make_post("found", f"Found {n}", finder),
            0.99 - n / 100,
        )
        for n in range(count)
    ]


def staff(name: str) -> User:
    return make_user(name, is_staff=True)


def test_two_people_get_two_pairs_and_keep_them() -> None:
    pairs = make_pairs(3)
    one, two = staff("one"), staff("two")
    assert claim_next(one, waiting()) == pairs[0]
    assert claim_next(two, waiting()) == pairs[1]
    assert claim_next(one, waiting()) == pairs[0]  # a reload shows the same pair
    assert reviewer_of(pairs[0]) == one and reviewer_of(pairs[2]) is None
    confirm_match(pairs[0], actor=one)
    assert claim_next(one, waiting()) == pairs[2]
    assert not ReviewClaim.objects.filter(match=pairs[0]).exists()


def test_a_pair_with_a_post_in_common_is_left_out() -> None:
    grid = make_grid(2, 2)
    one, two = staff("one"), staff("two")
    mine = claim_next(one, waiting())
    theirs = claim_next(two, waiting())
    assert mine == grid[0] and theirs is not None
    assert {mine.lost_id, mine.found_id}.isdisjoint({theirs.lost_id, theirs.found_id})
    assert claim_next(staff("three"), waiting()) is None


def test_a_skipped_pair_comes_last_for_who_skipped_it_and_first_for_others() -> None:
    pairs = make_pairs(2)
    one, two = staff("one"), staff("two")
    claim_next(one, waiting())
    skip(pairs[0], one)
    assert claim_next(one, waiting()) == pairs[1]
    assert claim_next(two, waiting()) == pairs[0]
    release(pairs[0], two)
    skip(pairs[1], one)
    assert claim_next(one, waiting()) == pairs[0]  # nothing else is left


def test_a_pair_that_its_owner_recognises_comes_first() -> None:
    pairs = make_pairs(3)
    SuggestionAnswer.objects.create(match=pairs[2], user=pairs[2].lost.author, answer="mine")
    SuggestionAnswer.objects.create(match=pairs[0], user=pairs[0].lost.author, answer="not_mine")
    assert claim_next(staff("one"), waiting()) == pairs[2]
    assert claim_next(staff("two"), waiting()) == pairs[0]


def test_an_answer_that_comes_in_meanwhile_is_shown_next() -> None:
    pairs = make_pairs(3)
    one, two = staff("one"), staff("two")
    assert claim_next(one, waiting()) == pairs[0]
    SuggestionAnswer.objects.create(match=pairs[2], user=pairs[2].lost.author, answer="mine")
    assert claim_next(one, waiting()) == pairs[2]
    assert claim_next(two, waiting()) == pairs[0]  # it is free again


def test_an_expired_claim_is_free_again() -> None:
    pairs = make_pairs(1)
    one, two = staff("one"), staff("two")
    claim_next(one, waiting())
    assert claim_next(two, waiting()) is None
    ReviewClaim.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert claim_next(two, waiting()) == pairs[0]
    assert claim_next(one, waiting()) is None
    ReviewSkip.objects.create(match=pairs[0], user=one, at=timezone.now() - timedelta(days=1))
    ReviewClaim.objects.update(until=timezone.now() - timedelta(seconds=1))
    prune_reviewing()
    assert not ReviewClaim.objects.exists() and not ReviewSkip.objects.exists()


def test_eight_people_at_once_get_eight_pairs() -> None:
    make_pairs(8)
    people = [staff(f"staff {n}") for n in range(8)]
    barrier = threading.Barrier(len(people))
    got: list[int] = []
    broken: list[BaseException] = []

    def run(person: User) -> None:
        try:
            barrier.wait(30)
            match = claim_next(person, waiting())
            got.append(match.pk if match else 0)
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not broken
    assert 0 not in got and len(set(got)) == 8
