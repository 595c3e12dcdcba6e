"""The position of a pair in the queue, and the next one."""

import pytest
from pytest_django import DjangoAssertNumQueries

from matching.models import Match
from matching.review.queue import Place, next_waiting, place_in, waiting
from matching.services import claim, free_for
from tests.support.factories import MatchFactory, StaffFactory

pytestmark = pytest.mark.django_db


def place_of(match: Match) -> Place:
    return place_in(waiting(), match, waiting())


def test_the_next_one_follows_and_after_the_last_comes_the_first() -> None:
    strong, middle, weak = (MatchFactory.create(score=score) for score in (0.9, 0.8, 0.7))
    for match, follower in ((strong, middle), (middle, weak), (weak, strong)):
        assert next_waiting(match, waiting()) == follower.pk
        assert place_of(match) == Place(3, follower.pk)


def test_pairs_of_one_score_follow_each_other_too() -> None:
    first, second, third = reversed([MatchFactory.create(score=0.8) for _ in range(3)])
    followers = [next_waiting(match, waiting()) for match in (first, second, third)]
    assert followers == [second.pk, third.pk, first.pk]


def test_nothing_follows_the_only_one() -> None:
    match = MatchFactory.create()
    MatchFactory.create(status=Match.Status.REJECTED)
    assert next_waiting(match, waiting()) is None
    assert place_of(match) == Place(1, None)


def test_an_empty_queue_has_no_next_pair() -> None:
    match = MatchFactory.create(status=Match.Status.REJECTED)
    assert place_of(match) == Place(0, None)


def test_a_colleagues_pair_is_counted_but_skipped(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    strong, taken, weak = (MatchFactory.create(score=score) for score in (0.9, 0.8, 0.7))
    claim(taken, StaffFactory.create())
    with django_assert_num_queries(1):
        place = place_in(waiting(), strong, free_for(StaffFactory.build(pk=1), waiting()))
    assert place == Place(3, weak.pk)
